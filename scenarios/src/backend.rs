//! The stacks that a scenario is played on. Nothing else here knows who answers.
//!
//! ```text
//! emulate  Checked( Retry( Tap( Bearer( InProcess( emulator )))))
//! record   Checked( Record( Retry( Tap( Bearer( Live )))))
//! replay   Checked( Replay( cassette ))
//! ```
//!
//! `Checked` is the stage's own. The recorder sits above credentials and retries: a token cannot
//! reach a cassette, a 429 cannot reach a diff.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use cassette::{Answerer, Cassette, Player, Provenance, Recorder};
use client::Verdicts;
use clock::{SharedClock, VirtualClock};
use contract::Contract;
use emulator::{Identity, Options, Tenant};
use harness::{Api, Event, Observer, SECRETS, Setup};
use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use model::Version;
use secrecy::SecretString;
use transport::{Bearer, InProcess, Live, Retry, SharedTransport, Tap, Transport};

use crate::performance::{Interrupt, Performance, perform_on};
use crate::registry::Scenario;

static COMPILED_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/cassettes");

/// The address that cassettes and the embedded emulator are called by.
const GRAPH: &str = "https://graph.microsoft.com";
/// When runs against the emulator begin, so that two runs are alike to the last digit.
const BEGINS: &str = "2026-01-05T09:14:33.2042281Z";

fn beginning() -> SharedClock {
    Arc::new(VirtualClock::starting_at(BEGINS.parse().expect("BEGINS is a time")))
}

/// The seed of runs against the emulator.
const SEED: u64 = 1;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backend {
    /// The embedded emulator, in process.
    Emulator,
    /// A recorded cassette.
    Replay,
    /// A tenant of Microsoft's.
    Live,
}

impl Backend {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Emulator, Self::Replay, Self::Live];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emulator => "emulator",
            Self::Replay => "replay",
            Self::Live => "live",
        }
    }
}

impl Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no backend has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown backend '{0}'; known are emulator, replay and live")]
pub struct UnknownBackend(pub String);

impl FromStr for Backend {
    type Err = UnknownBackend;

    fn from_str(text: &str) -> Result<Self, UnknownBackend> {
        let found = Self::ALL.into_iter().find(|backend| backend.name() == text);
        found.ok_or_else(|| UnknownBackend(text.to_owned()))
    }
}

/// A backend that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// There is no cassette, or it cannot be read or written.
    #[error(transparent)]
    Cassette(#[from] cassette::CassetteError),
    /// There is no cassette of that scenario and version.
    #[error("no cassette {file}; {remedy}")]
    NoCassette {
        /// The file that was looked for.
        file: String,
        /// How to record it.
        remedy: String,
    },
    /// There is a golden file, and it cannot be read.
    #[error(transparent)]
    Golden(#[from] snapshots::Difference),
    /// A cassette does not say what it should.
    #[error("{file}: expected {expected}, found '{found}'; {remedy}")]
    Provenance {
        /// The file.
        file: String,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
        /// How to record it again.
        remedy: String,
    },
    /// This build cannot play against a tenant yet.
    #[error(
        "not configured: set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of a test tenant; and this build cannot sign in to tenants yet, so play --backend emulator or replay"
    )]
    NotConfigured,
    /// The machine does not have what is needed.
    #[error("{0}")]
    Machine(String),
}

/// Where the cassette of a scenario lies, relative to the root of the repository.
pub fn cassette_path(scenario: &Scenario, api: Api) -> String {
    format!("scenarios/cassettes/{}", cassette_file(scenario, api))
}

fn cassette_file(scenario: &Scenario, api: Api) -> String {
    format!("{}.{}.json", scenario.name, api)
}

fn remedy(scenario: &Scenario, api: Api) -> String {
    format!("record it again with `cargo xtask record {} --api {api}`", scenario.name)
}

/// Something that answers, ready for a stage.
pub(crate) struct Stack {
    pub(crate) setup: Setup,
    /// How many exchanges were made on the wire, those too that retries swallow.
    pub(crate) wire: Arc<AtomicU64>,
    /// Fingerprints of the contracts that a cassette was recorded under, by version.
    pub(crate) recorded_under: BTreeMap<String, String>,
    /// What must hold when the run has ended.
    pub(crate) finish: Box<dyn FnOnce() -> Result<(), String> + Send>,
}

pub(crate) fn stack(
    scenario: &Scenario,
    api: Api,
    backend: Backend,
    observer: Observer,
) -> Result<Stack, BackendError> {
    match backend {
        Backend::Emulator => Ok(emulate(scenario, api, observer)),
        Backend::Replay => replay(scenario, api, observer),
        Backend::Live => Err(BackendError::NotConfigured),
    }
}

fn emulate(scenario: &Scenario, api: Api, observer: Observer) -> Stack {
    let wire = Arc::default();
    let clock = beginning();
    let (tenant, given) = tenant(clock.clone());
    let transport = |identity: &Identity| -> SharedTransport {
        Arc::new(retrying(identity, InProcess::new(tenant.router()), clock.clone(), &wire))
    };
    let setup = Setup {
        seed: SEED,
        given,
        observer,
        ..Setup::offline(
            scenario.name,
            api,
            clock.clone(),
            transport(tenant.administrator()),
            transport(tenant.requestor()),
        )
    };
    Stack { setup, wire, recorded_under: BTreeMap::new(), finish: Box::new(|| Ok(())) }
}

/// The embedded tenant, and what it provides for scenarios.
fn tenant(clock: SharedClock) -> (Tenant, BTreeMap<String, String>) {
    let options = Options { seed: SEED, ..Options::default() };
    let given = [
        ("domain", options.domain.as_str()),
        ("site", "https://contoso.sharepoint.com/sites/Sales"),
        ("second-site", "https://contoso.sharepoint.com/sites/CSR"),
        ("application", "Faculty cafeteria ordering"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    (Tenant::new(&options, clock), BTreeMap::from(given))
}

fn retrying<T: Transport + 'static>(
    identity: &Identity,
    inner: T,
    clock: SharedClock,
    wire: &Arc<AtomicU64>,
) -> impl Transport + use<T> {
    let wire = wire.clone();
    let bearer = Bearer::new(SecretString::from(identity.token.clone()), inner);
    let tap = Tap::new(bearer, move |_, _| {
        wire.fetch_add(1, Ordering::Relaxed);
    });
    let verdicts = Verdicts::new(clock.clone());
    Retry::new(tap, move |request: &_, outcome: &_| verdicts.judge(request, outcome), clock)
}

fn replay(scenario: &Scenario, api: Api, observer: Observer) -> Result<Stack, BackendError> {
    let file = cassette_path(scenario, api);
    let remedy = remedy(scenario, api);
    let cassette = match snapshots::checkout() {
        Some(root) => Cassette::read(&root.join(&file), &file, &remedy)?,
        None => compiled_in(scenario, api)
            .map(|text| Cassette::parse(text, &file, &remedy))
            .transpose()?,
    };
    let cassette = cassette
        .ok_or_else(|| BackendError::NoCassette { file: file.clone(), remedy: remedy.clone() })?;
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
        ..Setup::offline(
            scenario.name,
            api,
            Arc::new(VirtualClock::starting_at(start)),
            Arc::new(player.transport("administrator")),
            Arc::new(player.transport("requestor")),
        )
    };
    let finish = move || player.finish().map_err(|unread| unread.to_string());
    Ok(Stack { setup, wire: Arc::default(), recorded_under: contracts, finish: Box::new(finish) })
}

/// The cassette that this build carries, for where there is no checkout.
fn compiled_in(scenario: &Scenario, api: Api) -> Option<&'static str> {
    COMPILED_IN.get_file(cassette_file(scenario, api))?.contents_utf8()
}

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
    let wire = Arc::default();
    let live = Live::on_this_machine().map_err(|error| machine(&error))?;
    let transport = |name: &str, identity: &Identity| -> SharedTransport {
        Arc::new(recorder.transport(name, retrying(identity, live.clone(), clock.clone(), &wire)))
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
        ..Setup::offline(
            scenario.name,
            api,
            clock.clone(),
            transport("administrator", tenant.administrator()),
            transport("requestor", tenant.requestor()),
        )
    };
    let stack = Stack { setup, wire, recorded_under: BTreeMap::new(), finish: Box::new(|| Ok(())) };
    let performance = perform_on(scenario, api, Backend::Emulator, stack, interrupt).await;
    server.abort();
    let path = root.join(cassette_path(scenario, api));
    if performance.faults.is_empty() {
        recorder.finish().write(&path)?;
    }
    Ok((performance, path))
}

/// The contracts that judge plays on `api`, by version.
fn fingerprints(api: Api) -> BTreeMap<String, String> {
    // A fingerprint is made of the whole contract.
    static ALL: LazyLock<BTreeMap<Version, String>> = LazyLock::new(|| {
        let contracts = Version::ALL
            .into_iter()
            .filter_map(|version| Some((version, Contract::builtin(version.segment()).ok()?)));
        contracts.map(|(version, contract)| (version, contract.fingerprint())).collect()
    });
    let judging = ALL.iter().filter(|(version, _)| api.version(**version) == **version);
    judging.map(|(version, fingerprint)| (version.to_string(), fingerprint.clone())).collect()
}
