//! What the roles within entitlement management allow (the matrix of the delegation page).

use super::role::{
    ACCESS_PACKAGE_MANAGER, ASSIGNMENT_MANAGER, CATALOG_CREATOR, CATALOG_OWNER, CATALOG_READER,
    CATALOG_SCOPE,
};
use crate::directory::{GLOBAL_ADMINISTRATOR, IDENTITY_GOVERNANCE_ADMINISTRATOR};
use crate::state::State;

/// What a call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// To see what is in a catalog.
    View,
    /// To change a catalog, its resources and who may what in it.
    Own,
    /// To change access packages, what they give and their policies.
    Manage,
    /// To assign, and to see to requests.
    Assign,
    /// To make a catalog.
    Create,
    /// What is the tenant's, and no catalog's.
    Govern,
}

/// Roles that allow it, each in its scope.
fn roles_for(need: Need) -> &'static [&'static str] {
    match need {
        Need::View => &[CATALOG_OWNER, CATALOG_READER, ACCESS_PACKAGE_MANAGER, ASSIGNMENT_MANAGER],
        Need::Own => &[CATALOG_OWNER],
        Need::Manage => &[CATALOG_OWNER, ACCESS_PACKAGE_MANAGER],
        Need::Assign => &[CATALOG_OWNER, ACCESS_PACKAGE_MANAGER, ASSIGNMENT_MANAGER],
        Need::Create => &[CATALOG_CREATOR],
        Need::Govern => &[],
    }
}

impl State {
    /// Whether a directory role lets somebody do everything in entitlement management.
    pub(crate) fn governs(&self, caller: &str) -> bool {
        self.directory.has_role(caller, &[GLOBAL_ADMINISTRATOR, IDENTITY_GOVERNANCE_ADMINISTRATOR])
    }

    /// Whether somebody's roles let them do it in a catalog, or everywhere where none is named.
    pub(crate) fn may(&self, caller: &str, need: Need, catalog: Option<&str>) -> bool {
        let roles = roles_for(need);
        let is_principal = |principal: &str| {
            principal == caller
                || self.directory.groups.get(principal).is_some_and(|g| g.members.contains(caller))
        };
        self.entitlement.role_assignments.values().any(|assignment| {
            let everywhere = assignment.app_scope == "/";
            let here = assignment.app_scope.strip_prefix(CATALOG_SCOPE).is_some_and(|scope| {
                catalog.is_some_and(|catalog| scope.eq_ignore_ascii_case(catalog))
            });
            roles.contains(&assignment.definition_id)
                && (everywhere || here)
                && is_principal(&assignment.principal_id)
        })
    }

    /// Whether somebody may see something of some catalog.
    pub(crate) fn sees_anything(&self, caller: &str) -> bool {
        self.may(caller, Need::View, None)
            || self.entitlement.catalogs.keys().any(|id| self.may(caller, Need::View, Some(id)))
    }
}
