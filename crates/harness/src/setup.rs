use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::str::FromStr;
use std::sync::Arc;

use client::Patience;
use clock::SharedClock;
use model::Version;
use transport::SharedTransport;

use crate::event::Observer;
use crate::wire::Wire;

/// Which versions a scenario is played on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Api {
    /// All of it on v1.0.
    V1,
    /// All of it on beta.
    Beta,
    /// Each step on the version that the document uses.
    Mixed,
}

impl Api {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::V1, Self::Beta, Self::Mixed];

    /// The name, as in golden files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
            Self::Mixed => "mixed",
        }
    }

    /// The version of a step that the document makes on `documented`.
    pub fn version(self, documented: Version) -> Version {
        match self {
            Self::V1 => Version::V1,
            Self::Beta => Version::Beta,
            Self::Mixed => documented,
        }
    }
}

impl Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names none of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown API version '{0}'; known are v1.0, beta and mixed")]
pub struct UnknownApi(pub String);

impl FromStr for Api {
    type Err = UnknownApi;

    fn from_str(text: &str) -> Result<Self, UnknownApi> {
        let found = Self::ALL.into_iter().find(|api| api.name() == text);
        found.ok_or_else(|| UnknownApi(text.to_owned()))
    }
}

/// What a stage is made of.
pub struct Setup {
    /// The scenario's name.
    pub scenario: String,
    /// Which versions it is played on.
    pub api: Api,
    /// The clock that the run and the answering side agree on.
    pub clock: SharedClock,
    /// The administrator's transport.
    pub administrator: SharedTransport,
    /// The requestor's transport, where a user can sign in who asks for access themselves.
    pub requestor: Option<SharedTransport>,
    /// Scheme and host that are called.
    pub base: String,
    /// The seed of names and request ids; a cassette keeps it.
    pub seed: u64,
    /// The seed of passwords. It is kept nowhere, so that nobody who reads a cassette can work them
    /// out: on a tenant that others can reach it must come from the operating system's randomness.
    pub secret_seed: u64,
    /// How long and how surely to wait.
    pub patience: Patience,
    /// What the tenant can provide, by name: `domain`, `site`, `application` and so on.
    pub given: BTreeMap<String, String>,
    /// Who is told what happens, as it happens.
    pub observer: Observer,
    /// What passes below the retries of both transports.
    pub wire: Arc<Wire>,
}

impl Setup {
    /// A set-up for something that answers at once, as the global cloud, with 1 for both seeds and nothing
    /// given.
    pub fn offline(
        scenario: &str,
        api: Api,
        clock: SharedClock,
        administrator: SharedTransport,
        requestor: SharedTransport,
    ) -> Self {
        let requestor = Some(requestor);
        Self { requestor, ..Self::alone(scenario, api, clock, administrator) }
    }

    /// As [`Setup::offline`], where nobody but the administrator can sign in.
    pub fn alone(
        scenario: &str,
        api: Api,
        clock: SharedClock,
        administrator: SharedTransport,
    ) -> Self {
        Self {
            scenario: scenario.to_owned(),
            api,
            clock,
            administrator,
            requestor: None,
            base: "https://graph.microsoft.com".to_owned(),
            seed: 1,
            secret_seed: 1,
            patience: Patience::default(),
            given: BTreeMap::new(),
            observer: Observer::nobody(),
            wire: Arc::default(),
        }
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("scenario", &self.scenario)
            .field("api", &self.api)
            .field("base", &self.base)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
