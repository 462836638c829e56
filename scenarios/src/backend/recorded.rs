//! The emulator over HTTP, recorded.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;

use cassette::{Answerer, Provenance, Recorder};
use emulator::Identity;
use harness::{Api, Event, Observer, SECRETS, Setup, Wire};
use transport::{Live, SharedTransport};

use super::emulated::{SEED, beginning, tenant, token};
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
    let machine = |error: &dyn Display| BackendError::Machine(error.to_string());
    let root = snapshots::checkout()
        .ok_or_else(|| machine(&"cassettes are recorded in a checkout of the repository only"))?;
    let clock = beginning();
    let (tenant, given) = tenant(clock.clone());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await;
    let listener = listener.map_err(|error| machine(&error))?;
    let base = format!("http://{}", listener.local_addr().map_err(|error| machine(&error))?);
    let router = tenant.router();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    let provenance = Provenance {
        from: Answerer::Emulator,
        at: clock.now().to_string(),
        api: api.to_string(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        contracts: fingerprints(api),
        seed: SEED,
        given: given.clone(),
    };
    let (began, elapsed) = (clock.now(), clock.clone());
    let recorder = Recorder::new(scenario.name, provenance)
        .hiding(&SECRETS)
        .readdressing(&base, GRAPH)
        .timed_by(move || elapsed.now().duration_since(began).as_secs().unsigned_abs());
    let wire: Arc<Wire> = Arc::default();
    let live = Live::on_this_machine().map_err(|error| machine(&error))?;
    let transport = |name: &str, identity: &Identity| -> SharedTransport {
        let wired = retrying(token(identity), live.clone(), clock.clone(), &wire);
        Arc::new(recorder.transport(name, wired))
    };
    let follower = recorder.clone();
    let follow = Observer::new(move |event| {
        if let Event::Began { number, title } = event {
            follower.enter(&format!("{number} {title}"));
        }
    });
    let setup = Setup {
        seed: SEED,
        given,
        base,
        observer: observer.and(follow),
        wire: wire.clone(),
        ..Setup::offline(
            scenario.name,
            api,
            clock.clone(),
            transport("administrator", tenant.administrator()),
            transport("requestor", tenant.requestor()),
        )
    };
    let stack = Stack::of(setup);
    let performance = perform_on(scenario, api, Backend::Emulator, stack, interrupt).await;
    server.abort();
    let path = root.join(cassette_path(scenario, api));
    if performance.faults.is_empty() {
        recorder.finish().write(&path)?;
    }
    Ok((performance, path))
}
