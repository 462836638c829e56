//! The stacks that a scenario is played on. Nothing else here knows who answers.
//!
//! ```text
//! emulate  Checked( Retry( Tap( Bearer( InProcess( emulator )))))
//! live     Checked( Guard( Retry( Tap( Bearer( Paced( Live ))))))
//! record   Checked( Record( Retry( Tap( Bearer( Live )))))
//! replay   Checked( Replay( cassette ))
//! ```
//!
//! `Checked` is the stage's own. The recorder sits above credentials and retries: a token cannot
//! reach a cassette, a 429 cannot reach a diff. The guard sits above them, too: what it lets pass once
//! may be sent more than once.

mod emulated;
mod live;
mod recorded;
mod replayed;

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use client::Verdicts;
use clock::SharedClock;
use contract::Contract;
use harness::{Api, Observer, Setup, Wire};
use ledger::Sweep;
use model::Version;
use transport::{Bearer, Retry, Tap, TokenSource, Transport};

use crate::registry::Scenario;

pub use live::LiveTenant;
pub use recorded::{record, record_live};
pub use replayed::{Operation, operations, recorded};

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
    /// The tenant cannot provide what the play needs.
    #[error("needs {0}")]
    NotApplicable(&'static str),
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
    /// Fingerprints of the contracts that a cassette was recorded under, by version.
    pub(crate) recorded_under: BTreeMap<String, String>,
    /// What must hold when the run has ended.
    pub(crate) finish: Box<dyn FnOnce() -> Result<(), String> + Send>,
    /// Takes away what the run leaves, and the prefix of its names.
    pub(crate) sweep: Option<(Sweep, String)>,
}

impl Stack {
    fn of(setup: Setup) -> Self {
        let finish = Box::new(|| Ok(()));
        Self { setup, recorded_under: BTreeMap::new(), finish, sweep: None }
    }
}

/// Who answers, with what is needed to reach them.
#[derive(Debug, Clone, Copy)]
pub enum Opponent<'a> {
    /// The embedded emulator, in process.
    Emulator {
        /// Whether its guest can sign in.
        requestor: bool,
    },
    /// A recorded cassette.
    Replay,
    /// A tenant.
    Live(&'a LiveTenant),
}

impl Opponent<'_> {
    /// The embedded emulator with everybody in it.
    pub const EMULATOR: Self = Self::Emulator { requestor: true };

    /// Its kind.
    pub fn backend(&self) -> Backend {
        match self {
            Self::Emulator { .. } => Backend::Emulator,
            Self::Replay => Backend::Replay,
            Self::Live(_) => Backend::Live,
        }
    }
}

pub(crate) fn stack(
    scenario: &Scenario,
    api: Api,
    opponent: Opponent<'_>,
    observer: Observer,
) -> Result<Stack, BackendError> {
    match opponent {
        Opponent::Emulator { requestor } => Ok(emulated::stack(scenario, api, requestor, observer)),
        Opponent::Replay => replayed::stack(scenario, api, observer),
        Opponent::Live(tenant) => live::stack(scenario, api, tenant, observer),
    }
}

fn retrying<S: TokenSource + 'static, T: Transport + 'static>(
    identity: S,
    inner: T,
    clock: SharedClock,
    wire: &Arc<Wire>,
    verdicts: &Arc<Verdicts>,
) -> impl Transport + use<S, T> {
    let wire = wire.clone();
    let bearer = Bearer::new(identity, inner);
    let tap = Tap::new(bearer, move |request: &_, outcome: &_| wire.see(request, outcome));
    let verdicts = verdicts.clone();
    Retry::new(tap, move |request: &_, outcome: &_| verdicts.judge(request, outcome), clock)
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
