//! The embedded tenant.

use std::collections::BTreeMap;
use std::sync::Arc;

use client::Verdicts;
use clock::{SharedClock, VirtualClock};
use emulator::{APPLICATION, Identity, Options, SECOND_SITE, SITE, Tenant};
use harness::{Api, Observer, Setup, Wire};
use secrecy::SecretString;
use transport::{InProcess, SharedTransport};

use super::{Stack, retrying};
use crate::registry::Scenario;

/// When runs against the emulator begin, so that two runs are alike to the last digit.
const BEGINS: &str = "2026-01-05T09:14:33.2042281Z";
/// The seed of runs against the emulator.
pub(super) const SEED: u64 = 1;

pub(super) fn beginning() -> SharedClock {
    Arc::new(VirtualClock::starting_at(BEGINS.parse().expect("BEGINS is a time")))
}

pub(super) fn token(identity: &Identity) -> SecretString {
    SecretString::from(identity.token.clone())
}

pub(super) fn stack(scenario: &Scenario, api: Api, requestor: bool, observer: Observer) -> Stack {
    let wire: Arc<Wire> = Arc::default();
    let clock = beginning();
    let (tenant, mut given) = tenant(clock.clone());
    if scenario.asks && !requestor {
        given.insert("requestor".to_owned(), tenant.requestor().name.clone());
    }
    // What one of them made a moment ago is new to the other, too.
    let verdicts = Arc::new(Verdicts::new(clock.clone()));
    let transport = |identity: &Identity| -> SharedTransport {
        let tenant = InProcess::new(tenant.router());
        Arc::new(retrying(token(identity), tenant, clock.clone(), &wire, &verdicts))
    };
    let administrator = transport(tenant.administrator());
    let setup = Setup::alone(scenario.name, api, clock.clone(), administrator);
    let requestor = requestor.then(|| transport(tenant.requestor()));
    Stack::of(Setup { seed: SEED, requestor, given, observer, wire, ..setup })
}

/// The embedded tenant, and what it provides for scenarios.
pub(super) fn tenant(clock: SharedClock) -> (Tenant, BTreeMap<String, String>) {
    let options = Options { seed: SEED, ..Options::default() };
    (Tenant::new(&options, clock), given())
}

/// What the embedded tenant provides.
pub(super) fn given() -> BTreeMap<String, String> {
    let domain = Options::default().domain;
    let given = [
        ("domain", domain.as_str()),
        ("site", SITE),
        ("second-site", SECOND_SITE),
        ("application", APPLICATION),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    BTreeMap::from(given)
}
