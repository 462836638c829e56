//! The directory: users, groups, service principals, roles, and the sites and environments that
//! catalogs can take resources from.

mod declared;
mod deleted;
mod group;
mod principal;
mod role;
mod site;
mod user;

use serde_json::{Map, Value};

use crate::refusal::{DIRECTORY_VALUE_MISSING, Refusal};
use crate::state::Table;

pub(crate) use declared::is_declared;
pub(crate) use deleted::DeletedUser;
pub(crate) use group::Group;
pub(crate) use principal::ServicePrincipal;
pub(crate) use role::{
    APPLICATION_ADMINISTRATOR, BUILT_IN_ROLES, GLOBAL_ADMINISTRATOR, GROUPS_ADMINISTRATOR,
    IDENTITY_GOVERNANCE_ADMINISTRATOR, RoleAssignment, RoleDefinition, SHAREPOINT_ADMINISTRATOR,
};
pub(crate) use site::{Environment, Site};
pub(crate) use user::User;

/// Properties that the service sets, whatever a body says.
const SERVICE_SETS: [&str; 4] = ["id", "createdDateTime", "deletedDateTime", "createdByAppId"];

/// Refuses a body of a new `resource` that lacks one of `names`.
fn required(body: &Value, resource: &str, names: &[&str]) -> Result<(), Refusal> {
    match names.iter().find(|name| body[**name].is_null()) {
        None => Ok(()),
        Some(name) => Err(value_missing(name, resource)),
    }
}

fn value_missing(name: &str, resource: &str) -> Refusal {
    DIRECTORY_VALUE_MISSING
        .says(format!("A value is required for property '{name}' of resource '{resource}'."))
}

/// Refuses an update that takes away one of `names`, which every `resource` has.
fn not_emptied(body: &Value, resource: &str, names: &[&str]) -> Result<(), Refusal> {
    let emptied = |name: &&&str| body.get(**name).is_some_and(Value::is_null);
    match names.iter().filter(|name| **name != "passwordProfile").find(emptied) {
        None => Ok(()),
        Some(name) => Err(value_missing(name, resource)),
    }
}

/// A row with its type, by which SDKs tell objects of a mixed list apart.
fn typed(kind: &str, row: Value) -> Value {
    let mut typed = Map::new();
    typed.insert("@odata.type".to_owned(), format!("#microsoft.graph.{kind}").into());
    if let Value::Object(row) = row {
        typed.extend(row);
    }
    Value::Object(typed)
}

/// What a body gives, but annotations and what the service sets.
fn given(body: &Value) -> Map<String, Value> {
    let mut given = body.as_object().cloned().unwrap_or_default();
    given.retain(|name, _| !name.contains('@') && !SERVICE_SETS.contains(&name.as_str()));
    given
}

/// A row with the properties that were given in place of those it has unasked.
fn with_given(mut row: Value, given: &Map<String, Value>) -> Value {
    if let Value::Object(members) = &mut row {
        members.extend(given.clone());
    }
    row
}

/// The directory's tables.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    pub(crate) tenant_id: String,
    /// The domain of new users, such as `contoso.onmicrosoft.com`.
    pub(crate) domain: String,
    pub(crate) users: Table<User>,
    pub(crate) deleted_users: Table<DeletedUser>,
    pub(crate) groups: Table<Group>,
    pub(crate) service_principals: Table<ServicePrincipal>,
    pub(crate) role_assignments: Table<RoleAssignment>,
    pub(crate) sites: Table<Site>,
    pub(crate) environments: Table<Environment>,
}

impl Directory {
    /// Whether `user` has one of the roles named by template, tenant-wide.
    pub(crate) fn has_role(&self, user: &str, templates: &[&str]) -> bool {
        self.role_assignments.values().any(|assignment| {
            assignment.principal_id == user
                && templates.contains(&assignment.definition_id.as_str())
        })
    }

    /// Whether `caller` is an application that was granted `permission`.
    pub(crate) fn has_permission(&self, caller: &str, permission: &str) -> bool {
        let application = self.service_principals.get(caller);
        application.is_some_and(|known| known.permissions.contains(&permission))
    }

    /// Whether there is such a user or application.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.users.contains_key(id) || self.service_principals.contains_key(id)
    }

    /// A user, a group or an application's service principal.
    pub(crate) fn object(&self, id: &str) -> Option<Value> {
        if let Some(user) = self.users.get(id) {
            return Some(typed("user", user.row()));
        }
        if let Some(group) = self.groups.get(id) {
            return Some(typed("group", group.row()));
        }
        Some(typed("servicePrincipal", self.service_principals.get(id)?.row()))
    }

    /// The sign-in name of a user, for `createdBy` and its like.
    pub(crate) fn principal_name(&self, user: &str) -> String {
        self.users.get(user).map_or_else(|| user.to_owned(), |user| user.principal_name.clone())
    }
}
