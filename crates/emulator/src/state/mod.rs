//! Everything that the tenant knows, and how it is kept.

pub(crate) mod secret;
mod store;
mod table;
pub(crate) mod word;

use jiff::Timestamp;

use crate::directory::Directory;
use crate::entitlement::Entitlement;
use crate::ids::Ids;
use crate::profile::Lag;
use crate::rules::Rules;

pub use store::StateError;
pub(crate) use store::{Receipt, Store};
pub(crate) use table::{Change, Kept, Keyed, Table, keyed};
pub(crate) use word::Word;

/// Everything that the tenant knows.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) ids: Ids,
    pub(crate) rules: Rules,
    pub(crate) lag: Lag,
    /// Whether the tenant has the licence that entitlement management asks for.
    pub(crate) licensed: bool,
    /// Whether something beside the tables was changed since it was kept.
    pub(crate) meta_changed: bool,
    pub(crate) directory: Directory,
    pub(crate) entitlement: Entitlement,
}

impl State {
    /// Every table that is kept, by its name in the file.
    pub(crate) fn kept(&mut self) -> [(&'static str, &mut dyn Kept); 18] {
        let (d, e) = (&mut self.directory, &mut self.entitlement);
        [
            ("users", &mut d.users),
            ("deletedUsers", &mut d.deleted_users),
            ("groups", &mut d.groups),
            ("servicePrincipals", &mut d.service_principals),
            ("directoryRoleAssignments", &mut d.role_assignments),
            ("sites", &mut d.sites),
            ("environments", &mut d.environments),
            ("catalogs", &mut e.catalogs),
            ("resources", &mut e.resources),
            ("resourceRequests", &mut e.resource_requests),
            ("accessPackages", &mut e.packages),
            ("assignmentPolicies", &mut e.policies),
            ("assignmentRequests", &mut e.requests),
            ("approvals", &mut e.approvals),
            ("assignments", &mut e.assignments),
            ("subjects", &mut e.subjects),
            ("catalogRoleAssignments", &mut e.role_assignments),
            ("due", &mut e.agenda),
        ]
    }
}

/// Who made a call, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// The user's object id.
    pub(crate) user: &'a str,
    /// The application id of the client that they call with.
    pub(crate) client: &'a str,
    /// Now.
    pub(crate) now: Timestamp,
}
