//! Plays that are recorded: against the emulator over HTTP, and against a tenant.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;

use cassette::{Answerer, Provenance, Recorder};
use client::Verdicts;
use emulator::Identity;
use harness::{Api, Event, Observer, SECRETS, Setup, Wire};
use transport::{Live, SharedTransport};

use super::emulated::{SEED, beginning, tenant, token};
use super::live::{self, LiveTenant};
use super::{Backend, BackendError, Stack, cassette_path, fingerprints, retrying};
use crate::performance::{Interrupt, Performance, perform_on};
use crate::registry::Scenario;

/// The address that cassettes are called by.
const GRAPH: &str = "https://graph.microsoft.com";

/// Plays `scenario` against the emulator over HTTP and writes the cassette. The cassette is written
/// only where the play went well.
///
/// # Errors
/// [`BackendError`] where there is no checkout to write to or no port to listen on.
pub async fn record(
    scenario: &'static Scenario,
    api: Api,
    observer: Observer,
    interrupt: &Interrupt,
) -> Result<(Performance, PathBuf), BackendError> {
    let path = place(scenario, api)?;
    let clock = beginning();
    let (tenant, given) = tenant(clock.clone());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await;
    let listener = listener.map_err(|error| machine(&error))?;
    let base = format!("http://{}", listener.local_addr().map_err(|error| machine(&error))?);
    let router = tenant.router();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let wire: Arc<Wire> = Arc::default();
    let live = Live::on_this_machine().map_err(|error| machine(&error))?;
    let verdicts = Arc::new(Verdicts::new(clock.clone()));
    let transport = |identity: &Identity| -> SharedTransport {
        Arc::new(retrying(token(identity), live.clone(), clock.clone(), &wire, &verdicts))
    };
    let setup = Setup {
        seed: SEED,
        given,
        base,
        observer,
        wire: wire.clone(),
        ..Setup::offline(
            scenario.name,
            api,
            clock.clone(),
            transport(tenant.administrator()),
            transport(tenant.requestor()),
        )
    };
    let (recorder, stack) = recording(scenario, api, Answerer::Emulator, Stack::of(setup));
    let performance = perform_on(scenario, api, Backend::Emulator, stack, interrupt).await;
    server.abort();
    if performance.faults.is_empty() {
        recorder.finish().write(&path)?;
    }
    Ok((performance, path))
}

/// Plays `scenario` against a tenant and writes the cassette, with pseudonyms for all that is the
/// tenant's own. It is written only where the play went well and nothing that must be seen nowhere
/// stands in it.
///
/// # Errors
/// [`BackendError`] where there is no checkout to write to, or the tenant cannot provide what the play
/// needs. That something would be seen is a fault of the performance.
pub async fn record_live(
    scenario: &'static Scenario,
    api: Api,
    tenant: &LiveTenant,
    observer: Observer,
    interrupt: &Interrupt,
) -> Result<(Performance, PathBuf), BackendError> {
    let path = place(scenario, api)?;
    let stack = live::stack(scenario, api, tenant, observer)?;
    let (recorder, stack) = recording(scenario, api, Answerer::Live, stack);
    let mut performance = perform_on(scenario, api, Backend::Live, stack, interrupt).await;
    if performance.faults.is_empty() {
        let names = tenant.pseudonyms(performance.run.adopted());
        let cassette =
            recorder.finish().rewritten(|text| names.text(text), |body| names.body(body));
        let leaks = tenant.leaks(&names, &cassette.to_text());
        match leaks.is_empty() {
            true => cassette.write(&path)?,
            false => {
                let (file, leaks) = (cassette_path(scenario, api), leaks.join(", "));
                performance
                    .faults
                    .push(format!("{file}: nothing is written, for it would hold {leaks}"));
            }
        }
    }
    Ok((performance, path))
}

fn machine(error: &dyn Display) -> BackendError {
    BackendError::Machine(error.to_string())
}

/// Where the cassette is written to.
fn place(scenario: &Scenario, api: Api) -> Result<PathBuf, BackendError> {
    let root = snapshots::checkout()
        .ok_or_else(|| machine(&"cassettes are recorded in a checkout of the repository only"))?;
    Ok(root.join(cassette_path(scenario, api)))
}

/// A stack whose exchanges are recorded, above credentials, retries and guard.
fn recording(scenario: &Scenario, api: Api, from: Answerer, stack: Stack) -> (Recorder, Stack) {
    let Setup { clock, seed, given, base, observer, administrator, requestor, .. } = &stack.setup;
    let provenance = Provenance {
        from,
        at: clock.now().to_string(),
        api: api.to_string(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        contracts: fingerprints(api),
        seed: *seed,
        given: given.clone(),
    };
    let (began, elapsed) = (clock.now(), clock.clone());
    let recorder = Recorder::new(scenario.name, provenance)
        .hiding(&SECRETS)
        .readdressing(base, GRAPH)
        .timed_by(move || elapsed.now().duration_since(began).as_secs().unsigned_abs());
    let follower = recorder.clone();
    let follow = Observer::new(move |event| {
        if let Event::Began { number, title } = event {
            follower.enter(&format!("{number} {title}"));
        }
    });
    let taped = |name: &str, inner: &SharedTransport| -> SharedTransport {
        Arc::new(recorder.transport(name, inner.clone()))
    };
    let administrator = taped("administrator", administrator);
    let requestor = requestor.as_ref().map(|inner| taped("requestor", inner));
    let observer = observer.clone().and(follow);
    let setup = Setup { administrator, requestor, observer, ..stack.setup };
    (recorder, Stack { setup, ..stack })
}
