//! A tenant, wherever it is: nothing here knows whose.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use client::{Patience, Verdicts};
use clock::SharedClock;
use harness::{Api, DOMAIN, Observer, Pseudonyms, Seeded, Setup, Wire};
use ledger::{Guard, Ledger, Limits, Sweep};
use secrecy::{ExposeSecret, SecretString};
use transport::{Paced, SharedTransport, TokenSource};
use uuid::Uuid;

use super::{BackendError, Stack, emulated, retrying};
use crate::registry::Scenario;

/// A tenant to play against, and what a run may do to it.
#[derive(Clone)]
pub struct LiveTenant {
    /// Its id.
    pub id: String,
    /// What must be seen nowhere, by the name of the setting.
    pub secrets: Vec<(String, SecretString)>,
    /// Scheme and host of its Graph.
    pub graph: String,
    /// How it is reached, without credentials and retries.
    pub carrier: SharedTransport,
    /// The clock of the run: the world's, outside tests.
    pub clock: SharedClock,
    /// Whoever makes the administrator's calls.
    pub administrator: Arc<dyn TokenSource>,
    /// The user who asks for access: there before the run, and never changed by it. Without one,
    /// access is assigned by the administrator, and the verdict is held against goldens of its own.
    pub requestor: Option<Arc<dyn TokenSource>>,
    /// What the tenant provides, by name: `domain`, `site`, `second-site`, `application`, and
    /// `requestor` for the sign-in name of a user who cannot sign in here.
    pub given: BTreeMap<String, String>,
    /// What was made in it and is not gone.
    pub ledger: Ledger,
    /// What a run may do.
    pub limits: Limits,
    /// Requests a second at most, of all identities together.
    pub pace: u32,
    /// Writes that were made so far, of all runs together.
    pub writes: Arc<AtomicU64>,
}

impl fmt::Debug for LiveTenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveTenant")
            .field("graph", &self.graph)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What a run goes in by.
pub(crate) struct Entrance {
    pub(crate) seed: u64,
    pub(crate) secret_seed: u64,
    /// What its names begin with.
    pub(crate) run: String,
    pub(crate) wire: Arc<Wire>,
    pub(crate) administrator: SharedTransport,
    pub(crate) requestor: Option<SharedTransport>,
    pub(crate) sweep: Sweep,
}

/// Somebody's seed, which nobody can guess.
fn random() -> u64 {
    Uuid::new_v4().as_u64_pair().1 ^ Uuid::new_v4().as_u64_pair().0
}

impl LiveTenant {
    /// Other names for what is the tenant's own; `people` are ids of those who were there before.
    pub fn pseudonyms(&self, people: &[String]) -> Pseudonyms {
        let stands_for = emulated::given();
        let mut texts = Vec::new();
        for (name, original) in &self.given {
            let pseudonym = stands_for.get(name).cloned();
            texts.push((
                original.clone(),
                pseudonym.unwrap_or_else(|| format!("Requestor1@{DOMAIN}")),
            ));
            // A tenant's sites share a name.
            let host = original.strip_prefix("https://").and_then(|rest| rest.split('/').next());
            let label = host.and_then(|host| host.strip_suffix(".sharepoint.com"));
            for part in label.into_iter().flat_map(|_| ["", "-admin", "-my"]) {
                let label = label.unwrap_or_default();
                let host = |label: &str| format!("{label}{part}.sharepoint.com");
                texts.push((host(label), host("contoso")));
            }
        }
        let names = Pseudonyms::new(random(), &texts, people);
        // Looked for afterwards wherever it may stand.
        names.text(&self.id);
        names
    }

    /// What stands in a text that must be seen nowhere; each by what it is.
    pub fn leaks(&self, names: &Pseudonyms, text: &str) -> Vec<String> {
        let secrets = self.secrets.iter();
        let secrets: Vec<(String, String)> = secrets
            .map(|(name, secret)| (name.clone(), secret.expose_secret().to_owned()))
            .collect();
        names.leaks(text, &secrets)
    }

    /// A text for people, without what must be seen nowhere: each stands under the name of its setting.
    pub fn redacted(&self, text: &str) -> String {
        let own = [("the tenant", self.id.as_str())];
        let requestor = self.given.get("requestor").map(|name| ("the requestor", name.as_str()));
        let secrets = self.secrets.iter();
        let secrets = secrets.map(|(name, secret)| (name.as_str(), secret.expose_secret()));
        let mut text = text.to_owned();
        for (name, value) in own.into_iter().chain(requestor).chain(secrets) {
            text = text.replace(value, &format!("{{{name}}}"));
        }
        text
    }

    /// Takes away what a ledger says is left, of whichever run.
    pub fn sweep(&self) -> Sweep {
        let wire = Arc::default();
        let verdicts = Arc::new(Verdicts::new(self.clock.clone()));
        let paced = self.paced();
        self.sweep_as("sweep", &self.transport(&self.administrator, &paced, &wire, &verdicts))
    }

    /// A run's ways in, guarded, with what takes away what it leaves.
    pub(crate) fn entrance(&self) -> Entrance {
        let (seed, secret_seed) = (random(), random());
        let run = Seeded::new(seed, secret_seed).prefix();
        let wire: Arc<Wire> = Arc::default();
        let paced = self.paced();
        let verdicts = Arc::new(Verdicts::new(self.clock.clone()));
        let looking = self.transport(&self.administrator, &paced, &wire, &verdicts);
        let guarded = |identity: &Arc<dyn TokenSource>| {
            let inner = self.transport(identity, &paced, &wire, &verdicts);
            self.guard(inner, &looking, &run, self.limits.clone())
        };
        let administrator = guarded(&self.administrator);
        let requestor = self.requestor.as_ref().map(guarded);
        let sweep = self.sweep_as(&run, &looking);
        Entrance { seed, secret_seed, run, wire, administrator, requestor, sweep }
    }

    /// All identities together keep to the pace.
    fn paced(&self) -> SharedTransport {
        Arc::new(Paced::new(self.carrier.clone(), self.pace, self.clock.clone()))
    }

    fn transport(
        &self,
        identity: &Arc<dyn TokenSource>,
        paced: &SharedTransport,
        wire: &Arc<Wire>,
        verdicts: &Arc<Verdicts>,
    ) -> SharedTransport {
        let (identity, clock) = (identity.clone(), self.clock.clone());
        Arc::new(retrying(identity, paced.clone(), clock, wire, verdicts))
    }

    fn guard(
        &self,
        inner: SharedTransport,
        looking: &SharedTransport,
        run: &str,
        limits: Limits,
    ) -> SharedTransport {
        let (looking, ledger) = ((looking.clone(), self.graph.clone()), self.ledger.clone());
        let (writes, clock) = (self.writes.clone(), self.clock.clone());
        Arc::new(Guard::new(inner, &looking, ledger, run, limits, writes, clock))
    }

    /// What is taken away does not count against what may be made.
    fn sweep_as(&self, run: &str, looking: &SharedTransport) -> Sweep {
        let read_only = self.limits.read_only;
        let limits =
            Limits { read_only, writes: u64::MAX, objects: usize::MAX, ..Limits::default() };
        let guarded = self.guard(looking.clone(), looking, run, limits);
        let (ledger, clock) = (self.ledger.clone(), self.clock.clone());
        Sweep::new(guarded, looking.clone(), &self.graph, ledger, clock)
    }
}

pub(super) fn stack(
    scenario: &Scenario,
    api: Api,
    tenant: &LiveTenant,
    observer: Observer,
) -> Result<Stack, BackendError> {
    if let Some(needs) = scenario.unmet(tenant.limits.privileged) {
        return Err(BackendError::NotApplicable(needs));
    }
    let Entrance { seed, secret_seed, run, wire, administrator, requestor, sweep } =
        tenant.entrance();
    let mut given = tenant.given.clone();
    if !scenario.asks {
        // Nobody is asked after, whose name would stand for something.
        given.remove("requestor");
    }
    let setup = Setup {
        base: tenant.graph.clone(),
        seed,
        secret_seed,
        patience: Patience::with_replicas(),
        given,
        observer,
        wire,
        ..Setup::alone(scenario.name, api, tenant.clock.clone(), administrator)
    };
    let setup = Setup { requestor, ..setup };
    Ok(Stack { sweep: Some((sweep, run)), ..Stack::of(setup) })
}
