use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use clock::SharedClock;
use indexmap::{IndexMap, IndexSet};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;

use crate::crowd::crowd;
use crate::directory::{
    BUILT_IN_ROLES, Directory, Environment, GLOBAL_ADMINISTRATOR, Group, ServicePrincipal, Site,
    User,
};
use crate::entitlement::{Catalog, Entitlement, Modified};
use crate::ids::{Id, Ids};
use crate::sign_in::{Grants, REFRESH, Unfit, verified};
use crate::state::{Caller, State};

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
}

impl Default for Options {
    /// Seed 1, domain `contoso.onmicrosoft.com`, licensed.
    fn default() -> Self {
        Self {
            seed: 1,
            domain: "contoso.onmicrosoft.com".to_owned(),
            signs_in_by: None,
            licensed: true,
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
    pub(crate) clock: SharedClock,
    /// By it tokens begin and end.
    pub(crate) signs_in_by: SharedClock,
    /// Who calls, by token: those known without a sign-in, and those whose token was verified.
    sessions: Mutex<IndexMap<String, Arc<Session>>>,
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

/// Between the making of a tenant and its first use.
const AGE: SignedDuration = SignedDuration::from_hours(24 * 36);

impl Tenant {
    /// A tenant with the catalog General, an administrator, a guest who may request, two SharePoint
    /// sites, a SharePoint geolocation and an application.
    pub fn new(options: &Options, clock: SharedClock) -> Self {
        let mut state = State {
            ids: Ids::seeded(options.seed),
            licensed: options.licensed,
            directory: Directory { domain: options.domain.clone(), ..Directory::default() },
            entitlement: Entitlement::default(),
        };
        let born = clock.now().saturating_sub(AGE).unwrap_or(Timestamp::MIN);
        let (administrator, requestor) = found(&mut state, born);
        // Beside all other ids, so that those stay.
        let mut apart = Ids::apart(options.seed, "sign-in");
        let application =
            register(&mut state.directory, &mut apart, "entitle client", &PERMISSIONS);
        let requestor_password = SecretString::from(format!("Pa5!{}", apart.next()));
        if let Some(user) = state.directory.users.get_mut(requestor.user.as_str()) {
            user.password = Some(requestor_password.clone());
        }
        let sessions = [&administrator, &requestor]
            .map(|identity| without_sign_in(identity, &application))
            .into_iter()
            .collect();
        let inner = Inner {
            state: Mutex::new(state),
            signs_in_by: options.signs_in_by.clone().unwrap_or_else(|| clock.clone()),
            clock,
            sessions: Mutex::new(sessions),
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

    /// The id of a request, which is no object's.
    pub(crate) fn request_id(&self) -> Id {
        lock(&self.request_ids).next()
    }

    pub(crate) fn is_administrator(&self, identity: &Identity) -> bool {
        identity == &self.administrator
    }
}

/// State stays consistent where a call panics: a half-done call is a bug, a dead tenant is worse.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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

fn token(ids: &mut Ids) -> String {
    format!("entitle-{}", ids.next().replace('-', ""))
}

fn found(state: &mut State, born: Timestamp) -> (Identity, Identity) {
    state.directory.tenant_id = state.ids.next().into();
    state.directory.role_definitions =
        BUILT_IN_ROLES.into_iter().map(|role| (Id::from(role.id), role)).collect();
    let administrator = sign_up(state, "admin", false, born);
    let requestor = sign_up(state, "Requestor1", true, born);
    let assignment = json!({
        "roleDefinitionId": GLOBAL_ADMINISTRATOR,
        "principalId": administrator.user,
        "directoryScopeId": "/",
    });
    if state.directory.assign_role(&assignment).is_err() {
        debug_assert!(false, "the role and the user were just made");
    }
    let catalog = state.ids.next();
    state.entitlement.catalogs.insert(
        catalog.clone(),
        Catalog {
            id: catalog,
            display_name: "General".to_owned(),
            description: Some("Built-in catalog.".to_owned()),
            is_built_in: true,
            is_published: true,
            is_externally_visible: true,
            created_by: "Azure AD".to_owned(),
            created: born,
            modified: Modified { by: "Azure AD".to_owned(), at: born },
        },
    );
    let (application, environment) = (state.ids.next(), state.ids.next());
    for seed in [
        Seed::Site("https://contoso.sharepoint.com/sites/Sales", "Sales"),
        Seed::Site("https://contoso.sharepoint.com/sites/CSR", "Community Outreach"),
        Seed::Environment(&environment, "https://contoso-admin.sharepoint.com/"),
        Seed::ServicePrincipal(&application, "Faculty cafeteria ordering"),
    ] {
        plant(state, &seed, &administrator.user, born);
    }
    (administrator, requestor)
}

/// Application permissions that the tutorials' steps need (their reference pages).
const PERMISSIONS: [&str; 7] = [
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "EntitlementManagement.ReadWrite.All",
    "Group.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
    "Sites.FullControl.All",
    "User.ReadWrite.All",
];

/// Registers an application that signs in for itself, with ids from `ids`.
fn register(
    directory: &mut Directory,
    ids: &mut Ids,
    name: &str,
    permissions: &[&'static str],
) -> Application {
    let application = Application {
        client_id: ids.next().into(),
        client_secret: SecretString::from(format!("entitle~{}", ids.next().replace('-', ""))),
        principal: ids.next().into(),
    };
    directory.service_principals.insert(
        application.principal.clone().into(),
        ServicePrincipal {
            id: application.principal.clone().into(),
            app_id: application.client_id.clone(),
            display_name: name.to_owned(),
            app_roles: Vec::new(),
            owners: IndexSet::new(),
            permissions: permissions.to_vec(),
            secret: Some(application.client_secret.clone()),
            disabled: None,
        },
    );
    application
}

fn sign_up(state: &mut State, nickname: &str, is_guest: bool, born: Timestamp) -> Identity {
    let id = state.ids.next();
    let name = format!("{nickname}@{}", state.directory.domain);
    state.directory.users.insert(id.clone(), User::known(&id, nickname, &name, is_guest, born));
    Identity { user: id.into(), name, token: token(&mut state.ids) }
}

fn plant(state: &mut State, seed: &Seed<'_>, administrator: &str, now: Timestamp) {
    let directory = &mut state.directory;
    match *seed {
        Seed::Guest(id, name) => {
            let principal_name = format!("{name}@{}", directory.domain);
            directory.users.insert(id.into(), User::known(id, name, &principal_name, true, now));
        }
        Seed::Group(id, name) => {
            directory.groups.insert(id.into(), Group::known(id, name, now));
        }
        Seed::ServicePrincipal(id, name) => {
            let (app_id, role) = (state.ids.next(), state.ids.next());
            directory.service_principals.insert(
                id.into(),
                ServicePrincipal {
                    id: id.into(),
                    app_id: app_id.into(),
                    display_name: name.to_owned(),
                    app_roles: vec![(role.into(), "User".to_owned())],
                    owners: IndexSet::new(),
                    permissions: Vec::new(),
                    secret: None,
                    disabled: None,
                },
            );
        }
        Seed::Site(url, title) => {
            let site = Site { url: url.to_owned(), title: title.to_owned() };
            directory.sites.insert(url.into(), site);
        }
        Seed::Environment(id, address) => {
            let is_default = directory.environments.is_empty();
            directory.environments.insert(
                id.into(),
                Environment {
                    id: id.into(),
                    display_name: "Default geolocation".to_owned(),
                    origin_id: address.to_owned(),
                    is_default,
                    created: now,
                },
            );
        }
        Seed::Catalog(id, name) => {
            state.entitlement.catalogs.insert(
                id.into(),
                Catalog {
                    id: id.into(),
                    display_name: name.to_owned(),
                    description: None,
                    is_built_in: false,
                    is_published: true,
                    is_externally_visible: false,
                    created_by: "Azure AD".to_owned(),
                    created: now,
                    modified: Modified { by: "Azure AD".to_owned(), at: now },
                },
            );
        }
        Seed::Resource(id, catalog, group) => {
            let request = json!({
                "requestType": "adminAdd",
                "catalog": {"id": catalog},
                "resource": {"originId": group, "originSystem": "AadGroup"},
            });
            let caller = Caller { user: administrator, client: "", now };
            let made = state.request_resource(&request, caller).ok();
            let made =
                made.and_then(|made| state.entitlement.resource_requests.shift_remove(&made));
            let made =
                made.and_then(|made| state.entitlement.resources.shift_remove(&made.resource_id));
            if let Some(mut resource) = made {
                resource.id = id.into();
                state.entitlement.resources.insert(id.into(), resource);
            }
        }
    }
}
