//! A cassette.

use std::sync::Arc;

use cassette::{Answerer, Cassette, Player, Provenance};
use client::Patience;
use clock::VirtualClock;
use harness::{Api, Event, Observer, SECRETS, Setup};
use include_dir::{Dir, include_dir};
use jiff::Timestamp;

use super::{BackendError, Stack, cassette_file, cassette_path, fingerprints, remedy};
use crate::registry::Scenario;

static COMPILED_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/cassettes");

pub(super) fn stack(
    scenario: &Scenario,
    api: Api,
    observer: Observer,
) -> Result<Stack, BackendError> {
    let (cassette, file, remedy) = cassette(scenario, api)?;
    let Provenance { at, seed, given, contracts, .. } = cassette.provenance.clone();
    let differs = |expected: &str, found: &str| BackendError::Provenance {
        file: file.clone(),
        expected: expected.to_owned(),
        found: found.to_owned(),
        remedy: remedy.clone(),
    };
    if cassette.title != scenario.name {
        return Err(differs(&format!("the title '{}'", scenario.name), &cassette.title));
    }
    if cassette.provenance.api != api.name() {
        let expected = format!("a recording of '{api}'");
        return Err(differs(&expected, &cassette.provenance.api));
    }
    let start: Timestamp =
        at.parse().map_err(|_| differs("the time at which recording began", &at))?;
    let remedy = match contracts == fingerprints(api) {
        true => remedy,
        false => format!("{remedy}; it was recorded under other contracts than today's"),
    };
    // A tenant's replicas disagreed in the recording, too.
    let patience = match cassette.provenance.from {
        Answerer::Live => Patience::with_replicas(),
        Answerer::Emulator => Patience::default(),
    };
    let player = Player::new(cassette, &file, &remedy).hiding(&SECRETS);
    let follower = player.clone();
    let follow = Observer::new(move |event| {
        if let Event::Began { number, title } = event {
            follower.enter(&format!("{number} ({title})"));
        }
    });
    let setup = Setup {
        seed,
        given,
        observer: observer.and(follow),
        patience,
        ..Setup::offline(
            scenario.name,
            api,
            Arc::new(VirtualClock::starting_at(start)),
            Arc::new(player.transport("administrator")),
            Arc::new(player.transport("requestor")),
        )
    };
    let finish = move || player.finish().map_err(|unread| unread.to_string());
    Ok(Stack { recorded_under: contracts, finish: Box::new(finish), ..Stack::of(setup) })
}

/// Where a play's recording comes from, and whether other contracts judge by now than judged then.
///
/// # Errors
/// [`BackendError`] where there is no recording, or none that can be read.
pub fn recorded(scenario: &Scenario, api: Api) -> Result<(Provenance, bool), BackendError> {
    let (cassette, ..) = cassette(scenario, api)?;
    let outdated = cassette.provenance.contracts != fingerprints(api);
    Ok((cassette.provenance, outdated))
}

/// The recording of a play, with its file and how to record it again: that of the checkout, else the one
/// that this build carries.
fn cassette(scenario: &Scenario, api: Api) -> Result<(Cassette, String, String), BackendError> {
    let (file, remedy) = (cassette_path(scenario, api), remedy(scenario, api));
    let found = match snapshots::checkout() {
        Some(root) => Cassette::read(&root.join(&file), &file, &remedy)?,
        None => compiled_in(scenario, api)
            .map(|text| Cassette::parse(text, &file, &remedy))
            .transpose()?,
    };
    match found {
        Some(cassette) => Ok((cassette, file, remedy)),
        None => Err(BackendError::NoCassette { file, remedy }),
    }
}

/// A call that a play makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Who makes it.
    pub identity: String,
    /// The method.
    pub method: String,
    /// The path with its version, with the ids of the recording.
    pub path: String,
    /// Where the resource comes from that it adds, if it adds one.
    pub origin: Option<String>,
}

/// The calls of a play, as this build's recording has them.
///
/// # Errors
/// [`BackendError`] where there is no recording, or none that can be read.
pub fn operations(scenario: &Scenario, api: Api) -> Result<Vec<Operation>, BackendError> {
    let (cassette, ..) = cassette(scenario, api)?;
    let operations = cassette.exchanges.into_iter().map(|exchange| {
        let body = &exchange.request.body;
        let origin = ["/resource/originSystem", "/accessPackageResource/originSystem"];
        let origin = origin.iter().find_map(|pointer| body.pointer(pointer)?.as_str());
        Operation {
            origin: origin.map(str::to_owned),
            identity: exchange.identity,
            method: exchange.request.method,
            path: exchange.request.path,
        }
    });
    Ok(operations.collect())
}

/// The cassette that this build carries, for where there is no checkout.
fn compiled_in(scenario: &Scenario, api: Api) -> Option<&'static str> {
    COMPILED_IN.get_file(cassette_file(scenario, api))?.contents_utf8()
}
