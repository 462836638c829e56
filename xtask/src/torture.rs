//! `cargo xtask torture`: plays under faults and kills, and what they leave.
//!
//! In process on a virtual clock, over TLS against an emulator of its own, and killed at random
//! moments with a sweep behind. What the tenant holds afterwards is compared with what it held before.

use std::collections::BTreeMap;
use std::sync::Arc;

use clock::{SharedClock, VirtualClock};
use emulator::{Identity, Options, Profile, Tenant};
use harness::{Api, Observer};
use ledger::{Ledger, Limits};
use scenarios::{Interrupt, LiveTenant, Opponent, find, perform};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use transport::InProcess;

/// What befalls calls, and whether a play is to be green all the same.
struct Injected {
    /// As the emulator takes it, but for whom it befalls.
    fault: fn() -> Value,
    green: bool,
}

/// A fault decides the verdict: what the service may do at any time is coped with, and what is meant
/// is told.
const FAULTS: [Injected; 10] = [
    Injected { fault: || json!({"status": 429, "retryAfter": 2}), green: true },
    Injected { fault: || json!({"status": 429}), green: true },
    Injected { fault: || json!({"status": 503}), green: true },
    Injected { fault: || json!({"status": 504}), green: true },
    Injected { fault: || json!({"status": 409}), green: true },
    Injected { fault: || json!({"drop": true}), green: true },
    Injected { fault: || json!({"loseAnswer": true}), green: true },
    Injected { fault: || json!({"truncate": 20}), green: true },
    Injected { fault: || json!({"delay": "PT20S"}), green: true },
    Injected { fault: || json!({"status": 403, "code": "NoLicense"}), green: false },
];

/// Of all calls, how many something befalls.
const SHARE: f64 = 0.2;

/// How much is played.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Plays in process, on a virtual clock
    #[arg(long, default_value_t = 1000)]
    in_process: u64,
    /// The seed of tenants and faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(args: &Args) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let mut faults = Vec::new();
    faults.extend(in_process(&runtime, args));
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n")),
    }
}

/// The faults of a run: all that are coped with, together; or one that is not, once and late.
fn faults(run: u64) -> (Vec<Value>, bool) {
    let coped: Vec<&Injected> = FAULTS.iter().filter(|injected| injected.green).collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of kinds")]
    let each = SHARE / coped.len() as f64;
    // One run of twenty is told something that it must not cope with.
    if run % 20 == 19 {
        let meant = FAULTS.iter().filter(|injected| !injected.green);
        let meant = meant.map(|injected| {
            let mut fault = (injected.fault)();
            fault["method"] = "POST".into();
            fault["path"] = "*/entitlementManagement/*".into();
            fault["nth"] = (1 + run / 20 % 4).into();
            fault
        });
        return (meant.collect(), false);
    }
    let faults = coped.iter().map(|injected| {
        let mut fault = (injected.fault)();
        fault["probability"] = each.into();
        fault
    });
    (faults.collect(), true)
}

/// What a tenant holds that can be taken away: what is told of the past stays in every tenant.
fn held(tenant: &Tenant) -> BTreeMap<String, Vec<String>> {
    const PAST: [&str; 4] = ["assignments", "due", "resourceRequests", "subjects"];
    let export = tenant.export();
    let tables = export["tables"].as_object().into_iter().flatten();
    let tables = tables.filter(|(name, _)| !PAST.contains(&name.as_str()));
    let tables = tables.map(|(name, rows)| {
        let rows = rows.as_array().into_iter().flatten();
        let mut ids: Vec<String> =
            rows.map(|row| row[1]["id"].as_str().unwrap_or_default().to_owned()).collect();
        ids.sort();
        (name.clone(), ids)
    });
    tables.collect()
}

fn in_process(runtime: &Runtime, args: &Args) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut green, mut coped, mut told, mut meant, mut unclean) = (0, 0, 0, 0, 0);
    let mut exchanges = 0;
    for run in 0..args.in_process {
        let (faults, expected) = faults(run);
        let outcome = runtime.block_on(one(args.seed.wrapping_mul(1_000_003) + run, &faults, run));
        exchanges += outcome.wire;
        let (counted, all) = match expected {
            true => (&mut green, &mut coped),
            false => (&mut told, &mut meant),
        };
        *all += 1;
        *counted += u64::from(outcome.faults.is_empty() == expected);
        if outcome.faults.is_empty() != expected {
            wrong.push(format!("run {run}: {}", outcome.faults.join("; ")));
        }
        if outcome.before != outcome.after || !outcome.left.is_empty() {
            unclean += 1;
            let left = outcome.left.join("; ");
            let tables =
                outcome.after.iter().filter(|(name, ids)| outcome.before.get(*name) != Some(ids));
            let tables: Vec<String> =
                tables.map(|(name, ids)| format!("{name}: {}", ids.len())).collect();
            println!("run {run} is not clean: {} {left}", tables.join(", "));
        }
    }
    println!(
        "in process: {green} of {coped} green under faults on {} % of the calls",
        SHARE * 100.0
    );
    println!("in process: {told} of {meant} told what they must not cope with");
    println!("in process: {exchanges} exchanges; {unclean} tenants not as before");
    for line in wrong.iter().take(20) {
        println!("  {line}");
    }
    let mut failures = Vec::new();
    if green * 100 < coped * 95 {
        failures.push(format!("expected 95 % of {coped} plays to be green, found {green}"));
    }
    if told != meant {
        failures.push(format!("expected {meant} plays to fail, found {told}"));
    }
    if unclean > 0 {
        failures.push(format!("expected every tenant as it was before, found {unclean} otherwise"));
    }
    failures
}

struct Outcome {
    faults: Vec<String>,
    left: Vec<String>,
    wire: u64,
    before: BTreeMap<String, Vec<String>>,
    after: BTreeMap<String, Vec<String>>,
}

async fn one(seed: u64, faults: &[Value], run: u64) -> Outcome {
    let start = "2026-01-05T09:14:33.2042281Z".parse().expect("a time");
    let clock: SharedClock = Arc::new(VirtualClock::starting_at(start));
    let options = Options { seed, profile: Profile::realistic(), ..Options::default() };
    let tenant = Tenant::new(&options, clock.clone());
    let before = held(&tenant);
    let faults = serde_json::to_vec(faults).expect("JSON");
    tenant.set_faults(&faults).expect("faults of the table");
    let token = |identity: &Identity| Arc::new(SecretString::from(identity.token.clone()));
    let live = LiveTenant {
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
    let api = [Api::V1, Api::Beta, Api::Mixed][usize::try_from(run % 3).unwrap_or(0)];
    let (observer, never) = (Observer::nobody(), Interrupt::never());
    let played = perform(tutorial, api, Opponent::Live(&live), observer, &never).await;
    let played = played.expect("a tenant in this process can be had");
    // What was deleted lingers in lists for a while.
    tenant.set_faults(b"[]").expect("no faults");
    let after = held(&tenant);
    Outcome { faults: played.faults, left: played.left, wire: played.wire, before, after }
}
