mod founding;
mod transfer;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use clock::SharedClock;
use indexmap::IndexMap;
use jiff::Timestamp;
use model::Cloud;
use secrecy::SecretString;
use serde_json::json;

use crate::crowd::crowd;
use crate::directory::Directory;
use crate::fault::Faults;
use crate::http::Log;
use crate::ids::{Id, Ids};
use crate::profile::Profile;
use crate::sign_in::{Device, Grants, REFRESH, Unfit, of_another_graph, verified};
use crate::state::{Receipt, State, StateError, Store};
pub use founding::{APPLICATION, SECOND_SITE, SITE};
use founding::{Founded, plant, register, token};

/// What a tenant is made of.
#[derive(Debug, Clone)]
pub struct Options {
    /// The seed of all ids and tokens: the same seed gives the same tenant.
    pub seed: u64,
    /// The domain of its users.
    pub domain: String,
    /// The clock by which tokens begin and end, where it is not the tenant's: clients keep tokens by
    /// their own clock, which stays where the tenant's is moved.
    pub signs_in_by: Option<SharedClock>,
    /// Whether the tenant has the licence that entitlement management asks for.
    pub licensed: bool,
    /// Whether members of a body that the version does not have are passed over. The service refuses
    /// them, and so does a tenant unless it is told.
    pub lenient: bool,
    /// Rules that are switched off, by id: what would refuse by one of [`RULES`](crate::RULES)
    /// answers 501, and what has its form by one of [`BEHAVIOURS`](crate::BEHAVIOURS) has the other.
    pub rules_off: Vec<String>,
    /// How long things take, and what is not seen at once.
    pub profile: Profile,
    /// The certificate of the tenant's application, in DER, by whose key it may sign in in place of
    /// its secret. The key is RSA of at least 2048 bits, as the service demands.
    pub client_certificate: Option<Vec<u8>>,
    /// The cloud that the tenant is of: under which names its sign-in is known, and for whose Graph
    /// its tokens hold. The API is the same in each.
    pub cloud: Cloud,
}

impl Default for Options {
    /// Seed 1, domain `contoso.onmicrosoft.com`, licensed, every rule on, the fast profile,
    /// the global cloud.
    fn default() -> Self {
        Self {
            seed: 1,
            domain: "contoso.onmicrosoft.com".to_owned(),
            signs_in_by: None,
            licensed: true,
            lenient: false,
            rules_off: Vec::new(),
            profile: Profile::fast(),
            client_certificate: None,
            cloud: Cloud::Global,
        }
    }
}

/// Somebody who can call: a user and a token by which the tenant knows them without a sign-in.
/// Such tokens are opaque texts of this tenant, good for nothing elsewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user's object id; an application's is that of its service principal.
    pub user: String,
    /// The user's sign-in name.
    pub name: String,
    /// The bearer token.
    pub token: String,
}

/// An application that can sign in for itself.
#[derive(Debug, Clone)]
pub struct Application {
    /// Its application id, by which it signs in.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// The object id of its service principal.
    pub principal: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({})", self.name)
    }
}

/// An object that is there before the first call, with an id that the caller chooses.
#[derive(Debug, Clone)]
pub enum Seed<'a> {
    /// A guest user: id and name.
    Guest(&'a str, &'a str),
    /// A security group: id and name.
    Group(&'a str, &'a str),
    /// An application's service principal: id and name.
    ServicePrincipal(&'a str, &'a str),
    /// A SharePoint site: address and title.
    Site(&'a str, &'a str),
    /// A SharePoint geolocation: id and address.
    Environment(&'a str, &'a str),
    /// An empty catalog: id and name.
    Catalog(&'a str, &'a str),
    /// A group as a catalog's resource: id, catalog id, group id.
    Resource(&'a str, &'a str, &'a str),
}

/// A tenant: state, identities and a clock. Clones share them.
#[derive(Clone)]
pub struct Tenant {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Tenant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tenant")
            .field("administrator", &self.inner.administrator)
            .field("requestor", &self.inner.requestor)
            .finish_non_exhaustive()
    }
}

pub(crate) struct Inner {
    pub(crate) state: Mutex<State>,
    store: Option<Store>,
    pub(crate) options: Options,
    pub(crate) clock: SharedClock,
    /// By it tokens begin and end.
    pub(crate) signs_in_by: SharedClock,
    /// Who calls, by token: those known without a sign-in, and those whose token was verified.
    sessions: Mutex<IndexMap<String, Arc<Session>>>,
    /// The calls that were answered last.
    pub(crate) log: Mutex<Log>,
    pub(crate) faults: Mutex<Faults>,
    /// Codes that wait for somebody on another device.
    pub(crate) devices: Mutex<Vec<Device>>,
    request_ids: Mutex<Ids>,
    administrator: Identity,
    requestor: Identity,
    requestor_password: SecretString,
    application: Application,
}

/// Whom a token stands for.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) identity: Identity,
    pub(crate) grants: Grants,
    /// The application id of the client.
    pub(crate) client: String,
    /// Until when the token holds; for ever without a sign-in.
    until: Option<Timestamp>,
}

/// Verified tokens are kept in mind up to so many; then all are verified anew.
const SESSIONS: usize = 4096;

impl Tenant {
    /// A tenant with the catalog General, an administrator, a guest who may request, two SharePoint
    /// sites, a SharePoint geolocation and an application.
    pub fn new(options: &Options, clock: SharedClock) -> Self {
        let founded = Founded::new(options, clock.now());
        Self::with(options, clock, founded, None)
    }

    /// A tenant that is kept in a file: the one that is in it, or a new one where there is no file
    /// yet. The file's seed goes before that of `options`, and the clock is not before the time at
    /// which the file was last written.
    ///
    /// Every call that changed something is in the file before it is answered, so that a killed
    /// process loses nothing that it acknowledged.
    ///
    /// # Errors
    /// [`StateError`] where the file is none of this, is damaged, in use, or newer than this program.
    pub fn open(options: &Options, clock: SharedClock, path: &Path) -> Result<Self, StateError> {
        let mut founded = Founded::new(options, clock.now());
        let (store, meta) = Store::open(path, &mut founded.state)?;
        let mut options = options.clone();
        if let Some(meta) = meta {
            options.seed = meta["seed"].as_u64().unwrap_or(options.seed);
            if let Some(domain) = meta["domain"].as_str() {
                domain.clone_into(&mut options.domain);
            }
            let again = Founded::new(&options, clock.now());
            let State { directory, entitlement, .. } = founded.state;
            founded = again;
            let tenant_id = std::mem::take(&mut founded.state.directory.tenant_id);
            let domain = options.domain.clone();
            founded.state.directory = Directory { tenant_id, domain, ..directory };
            founded.state.entitlement = entitlement;
            resume(&mut founded.state, &meta);
            founded.state.meta_changed = false;
            let saved: Option<Timestamp> = meta["now"].as_str().and_then(|now| now.parse().ok());
            // A clock that cannot be moved is ahead by itself.
            let behind = saved.map(|saved| saved.duration_since(clock.now()));
            if let Some(behind) = behind.filter(|behind| behind.is_positive()) {
                clock.advance(behind).ok();
            }
        }
        let tenant = Self::with(&options, clock, founded, Some(store));
        match tenant.inner.keep_now() {
            Ok(()) => Ok(tenant),
            Err(why) => Err(StateError::Unusable { path: path.to_owned(), why }),
        }
    }

    fn with(options: &Options, clock: SharedClock, founded: Founded, store: Option<Store>) -> Self {
        let Founded { state, administrator, requestor, requestor_password, application } = founded;
        let sessions = [&administrator, &requestor]
            .map(|identity| without_sign_in(identity, &application))
            .into_iter()
            .collect();
        let inner = Inner {
            state: Mutex::new(state),
            store,
            signs_in_by: options.signs_in_by.clone().unwrap_or_else(|| clock.clone()),
            clock,
            options: options.clone(),
            sessions: Mutex::new(sessions),
            log: Mutex::new(Log::default()),
            faults: Mutex::new(Faults::seeded(options.seed)),
            devices: Mutex::default(),
            request_ids: Mutex::new(Ids::apart(options.seed, "requests")),
            administrator,
            requestor,
            requestor_password,
            application,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The Global Administrator of the tenant.
    pub fn administrator(&self) -> &Identity {
        &self.inner.administrator
    }

    /// A guest without any role.
    pub fn requestor(&self) -> &Identity {
        &self.inner.requestor
    }

    /// The requestor's password, for a sign-in.
    pub fn requestor_password(&self) -> &SecretString {
        &self.inner.requestor_password
    }

    /// An application with every permission that the tutorials need.
    pub fn application(&self) -> &Application {
        &self.inner.application
    }

    /// Registers another application, with the permissions that an administrator has granted it.
    pub fn register(&self, name: &str, permissions: &[&'static str]) -> Application {
        let state = &mut *self.inner.lock();
        register(&mut state.directory, &mut state.ids, name, permissions)
    }

    /// The tenant's own id.
    pub fn id(&self) -> String {
        self.inner.lock().directory.tenant_id.clone()
    }

    /// Gives a user of the tenant a token; `None` where there is no such user.
    pub fn sign_in(&self, user: &str) -> Option<Identity> {
        let mut state = self.inner.lock();
        let name = state.directory.users.get(user)?.principal_name.clone();
        let identity = Identity { user: user.to_owned(), name, token: token(&mut state.ids) };
        let (token, session) = without_sign_in(&identity, &self.inner.application);
        lock(&self.inner.sessions).insert(token, session);
        Some(identity)
    }

    /// Puts an object there, as if it had always been.
    pub fn seed(&self, seed: &Seed<'_>) {
        let mut state = self.inner.lock();
        let now = self.inner.clock.now();
        let administrator = self.inner.administrator.user.clone();
        plant(&mut state, seed, &administrator, now);
    }

    /// Fills the tenant, for measurements: `assignments` delivered ones, spread over `policies`
    /// policies, each of a package of its own, for as many people as it takes.
    pub fn crowd(&self, assignments: usize, policies: usize) {
        let state = &mut *self.inner.lock();
        let now = self.inner.clock.now();
        let made = crowd(state, &self.inner.administrator.user, assignments, policies, now);
        debug_assert!(made.is_ok(), "what a crowd is made of was just made: {made:?}");
    }

    /// Sets the faults of the tenant, as JSON: a list of objects, of which each names calls
    /// (`method`, `path` with `*` for any part, `nth` or `every`, `probability`, `times`) and what
    /// becomes of them (`status` with `code`, `message` and `retryAfter`; or `drop`, `loseAnswer`,
    /// `truncate`; `delay` in ISO 8601 with any of these).
    ///
    /// # Errors
    /// Says which member of which fault was expected to be otherwise.
    pub fn set_faults(&self, faults: &[u8]) -> Result<(), String> {
        lock(&self.inner.faults).set(faults)
    }

    /// Writes to the state file what did not come by a call; without one, does nothing.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn keep(&self) -> Result<(), String> {
        self.inner.keep_now()
    }

    /// What the tenant knows, as JSON that [`Tenant::import`] takes. Secrets are left out.
    pub fn export(&self) -> serde_json::Value {
        self.inner.export()
    }

    /// Puts an export in the place of what the tenant knows.
    ///
    /// # Errors
    /// Says what was expected and found, where it is none, or one of a tenant of another seed.
    pub fn import(&self, export: &serde_json::Value) -> Result<(), String> {
        self.inner.import(export)
    }

    /// The tenant as an HTTP service, for a listener or for calls within the process.
    pub fn router(&self) -> Router {
        crate::http::router(self.inner.clone())
    }

    /// The tenant's clock.
    pub fn clock(&self) -> &SharedClock {
        &self.inner.clock
    }
}

impl Inner {
    /// The state, with everything due carried out.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = lock(&self.state);
        state.settle(self.clock.now());
        state
    }

    /// The application id of the tenant's own application.
    pub(crate) fn client_id(&self) -> &str {
        &self.application.client_id
    }

    /// Who a token is of and what it grants, if it is one of this tenant. A token is verified once,
    /// and asked for its time at every call; whether its holder is still there is the caller's to
    /// ask.
    pub(crate) fn session(&self, token: &str) -> Result<Arc<Session>, Unfit> {
        let now = self.signs_in_by.now();
        let known = lock(&self.sessions).get(token).cloned();
        if let Some(known) = known {
            return match known.until {
                Some(until) if until <= now => Err(Unfit::Expired),
                _ => Ok(known),
            };
        }
        let claims = verified(token, now)?;
        if of_another_graph(&claims, self.options.cloud) {
            return Err(Unfit::Elsewhere);
        }
        let directory = &self.lock().directory;
        let own = claims["tid"] == directory.tenant_id && claims[REFRESH] != true;
        let id = claims["oid"].as_str().filter(|_| own).ok_or(Unfit::Foreign)?;
        let user = directory.users.get(id).map(|user| user.principal_name.clone());
        let name =
            user.or_else(|| Some(directory.service_principals.get(id)?.display_name.clone()));
        let name = name.ok_or(Unfit::Foreign)?;
        let until = claims["exp"].as_i64().and_then(|at| Timestamp::from_second(at).ok());
        let session = Arc::new(Session {
            identity: Identity { user: id.to_owned(), name, token: token.to_owned() },
            grants: Grants::of(&claims),
            client: claims["appid"].as_str().unwrap_or_default().to_owned(),
            until: Some(until.ok_or(Unfit::Foreign)?),
        });
        let mut sessions = lock(&self.sessions);
        if sessions.len() >= SESSIONS {
            sessions.retain(|_, session| session.until.is_none());
        }
        sessions.insert(token.to_owned(), session.clone());
        Ok(session)
    }

    /// Sends what was changed to the state file, where there is one.
    pub(crate) fn keep(&self, state: &mut State) -> Option<Receipt> {
        self.store.as_ref()?.keep(state, |state| self.meta(state))
    }

    fn keep_now(&self) -> Result<(), String> {
        let state = &mut *self.lock();
        let store = self.store.as_ref();
        store.map_or(Ok(()), |store| store.keep_now(state, |state| self.meta(state)))
    }

    /// What is kept beside the tables.
    fn meta(&self, state: &State) -> serde_json::Value {
        json!({
            "seed": self.options.seed,
            "domain": state.directory.domain,
            "ids": state.ids.given(),
            "now": self.clock.now().to_string(),
            "settings": state.entitlement.settings,
        })
    }

    /// The id of a request, which is no object's.
    pub(crate) fn request_id(&self) -> Id {
        lock(&self.request_ids).next()
    }

    pub(crate) fn is_administrator(&self, identity: &Identity) -> bool {
        identity == &self.administrator
    }
}

/// Takes up what [`Inner::meta`] says of the state.
fn resume(state: &mut State, meta: &serde_json::Value) {
    state.ids.resume(meta["ids"].as_u64().unwrap_or_default());
    state.entitlement.settings =
        serde_json::from_value(meta["settings"].clone()).unwrap_or_default();
}

/// State stays consistent where a call panics: a half-done call is a bug, a dead tenant is worse.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn without_sign_in(identity: &Identity, client: &Application) -> (String, Arc<Session>) {
    let session = Session {
        identity: identity.clone(),
        grants: Grants::Everything,
        client: client.client_id.clone(),
        until: None,
    };
    (identity.token.clone(), Arc::new(session))
}
