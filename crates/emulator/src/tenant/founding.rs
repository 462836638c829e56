//! How a tenant is made, and what is put there before the first call.

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;

use super::{Application, Identity, Options, Seed};
use crate::directory::{
    Directory, Environment, GLOBAL_ADMINISTRATOR, Group, ServicePrincipal, Site, User,
};
use crate::entitlement::{Catalog, Entitlement, Modified};
use crate::ids::Ids;
use crate::profile::Lag;
use crate::rules::Rules;
use crate::state::{Caller, State};

/// Between the making of a tenant and its first use.
const AGE: SignedDuration = SignedDuration::from_hours(24 * 36);

/// The address of a SharePoint site that every tenant has.
pub const SITE: &str = "https://contoso.sharepoint.com/sites/Sales";
/// The address of another.
pub const SECOND_SITE: &str = "https://contoso.sharepoint.com/sites/CSR";
/// The name of an enterprise application that every tenant has.
pub const APPLICATION: &str = "Faculty cafeteria ordering";

/// A tenant as its seed has it.
pub(super) struct Founded {
    pub(super) state: State,
    pub(super) administrator: Identity,
    pub(super) requestor: Identity,
    pub(super) requestor_password: SecretString,
    pub(super) application: Application,
}

impl Founded {
    /// A tenant that has been there for a while at `now`.
    pub(super) fn new(options: &Options, now: Timestamp) -> Self {
        let mut rules = Rules::default();
        for id in &options.rules_off {
            rules.switch(id, false);
        }
        let mut state = State {
            ids: Ids::seeded(options.seed),
            rules,
            lag: Lag::of(options.profile.clone()),
            licensed: options.licensed,
            meta_changed: true,
            directory: Directory { domain: options.domain.clone(), ..Directory::default() },
            entitlement: Entitlement::default(),
        };
        let born = now.saturating_sub(AGE).unwrap_or(Timestamp::MIN);
        let (administrator, requestor) = found(&mut state, born);
        // Beside all other ids, so that those stay.
        let mut apart = Ids::apart(options.seed, "sign-in");
        let application =
            register(&mut state.directory, &mut apart, "entitle client", &PERMISSIONS);
        let requestor_password = SecretString::from(format!("Pa5!{}", apart.next()));
        if let Some(user) = state.directory.users.get_mut(requestor.user.as_str()) {
            user.password = Some(requestor_password.clone());
        }
        Self { state, administrator, requestor, requestor_password, application }
    }
}

pub(super) fn token(ids: &mut Ids) -> String {
    format!("entitle-{}", ids.next().replace('-', ""))
}

fn found(state: &mut State, born: Timestamp) -> (Identity, Identity) {
    state.directory.tenant_id = state.ids.next().into();
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
        Seed::Site(SITE, "Sales"),
        Seed::Site(SECOND_SITE, "Community Outreach"),
        Seed::Environment(&environment, "https://contoso-admin.sharepoint.com/"),
        Seed::ServicePrincipal(&application, APPLICATION),
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
pub(super) fn register(
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
            owners: indexmap::IndexSet::new(),
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

pub(super) fn plant(state: &mut State, seed: &Seed<'_>, administrator: &str, now: Timestamp) {
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
                    owners: indexmap::IndexSet::new(),
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
            let made = made.and_then(|made| state.entitlement.resource_requests.remove(&made));
            let made = made.and_then(|made| state.entitlement.resources.remove(&made.resource_id));
            if let Some(mut resource) = made {
                resource.id = id.into();
                state.entitlement.resources.insert(id.into(), resource);
            }
        }
    }
}
