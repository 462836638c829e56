//! Plays in process, on a virtual clock: a tenant each.

use std::collections::BTreeMap;
use std::sync::Arc;

use clock::{SharedClock, VirtualClock};
use emulator::{Identity, Options, Profile, Tenant};
use harness::{Api, Observer};
use ledger::{Ledger, Limits};
use scenarios::{Interrupt, LiveTenant, Opponent, find, perform};
use secrecy::SecretString;
use serde_json::Value;
use tokio::runtime::Runtime;
use transport::InProcess;

use super::fault::faults;
use super::held::{Held, held, more};

/// Plays that were as they should be, of all of their kind.
#[derive(Default)]
struct Count {
    right: u64,
    all: u64,
}

/// Plays, prints the figures, and says what is not as it should be.
pub(super) fn run(runtime: &Runtime, plays: u64, seed: u64) -> Vec<String> {
    let (mut coped, mut told) = (Count::default(), Count::default());
    let (mut unclean, mut exchanges) = (0, 0);
    for run in 0..plays {
        let (faults, green) = faults(run);
        let outcome = runtime.block_on(one(seed.wrapping_mul(1_000_003) + run, &faults, run));
        exchanges += outcome.wire;
        let count = if green { &mut coped } else { &mut told };
        count.all += 1;
        match outcome.faults.is_empty() == green {
            true => count.right += 1,
            false => {
                let first = outcome.faults.first().and_then(|fault| fault.lines().next());
                println!("in process: run {run}: {}", first.unwrap_or("green, and was not to be"));
            }
        }
        let mut more = more(&outcome.after, &outcome.before);
        more.extend(outcome.left);
        if !more.is_empty() {
            unclean += 1;
            println!("in process: run {run} is not clean: {}", more.join(", "));
        }
    }
    println!(
        "in process: {} of {} green under faults on 20 % of the calls",
        coped.right, coped.all
    );
    println!("in process: {} of {} told what they must not cope with", told.right, told.all);
    println!("in process: {exchanges} exchanges; {unclean} tenants not as before");
    let mut failures = Vec::new();
    if coped.right * 100 < coped.all * 95 {
        failures.push(format!("expected 95 % of {} plays green, found {}", coped.all, coped.right));
    }
    if told.right != told.all {
        failures.push(format!("expected {} plays to fail, found {}", told.all, told.right));
    }
    if unclean > 0 {
        failures.push(format!("expected every tenant as before, found {unclean} otherwise"));
    }
    failures
}

struct Outcome {
    faults: Vec<String>,
    left: Vec<String>,
    wire: u64,
    before: Held,
    after: Held,
}

async fn one(seed: u64, faults: &[Value], run: u64) -> Outcome {
    let start = "2026-01-05T09:14:33.2042281Z".parse().expect("a time");
    let clock: SharedClock = Arc::new(VirtualClock::starting_at(start));
    let options = Options { seed, profile: Profile::realistic(), ..Options::default() };
    let tenant = Tenant::new(&options, clock.clone());
    let before = held(&tenant.export());
    let faults = serde_json::to_vec(faults).expect("JSON");
    tenant.set_faults(&faults).expect("faults of the table");
    let token = |identity: &Identity| Arc::new(SecretString::from(identity.token.clone()));
    let live = LiveTenant {
        id: tenant.id(),
        secrets: Vec::new(),
        graph: "https://graph.microsoft.com".to_owned(),
        carrier: Arc::new(InProcess::new(tenant.router())),
        clock,
        administrator: token(tenant.administrator()),
        requestor: Some(token(tenant.requestor())),
        given: BTreeMap::from([("domain".to_owned(), options.domain.clone())]),
        ledger: Ledger::in_memory(),
        limits: Limits::default(),
        pace: 100,
        writes: Arc::default(),
    };
    let tutorial = find("tutorial-current").expect("it is registered");
    let api = Api::ALL[usize::try_from(run % 3).unwrap_or(0)];
    let (observer, never) = (Observer::nobody(), Interrupt::never());
    let played = perform(tutorial, api, Opponent::Live(&live), observer, &never).await;
    let played = played.expect("a tenant in this process can be had");
    let after = held(&tenant.export());
    Outcome { faults: played.faults, left: played.left, wire: played.wire, before, after }
}
