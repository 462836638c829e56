//! Which permissions a call needs: one of those listed, as a scope of the user's token or as a role
//! of the application's. From Microsoft's permission map where it has the path, else from the
//! reference pages. What a user's own roles allow beside that is not asked yet.

use http::Method;

use crate::refusal::{
    APPLICATIONS_ONLY, PRIVILEGES, Refusal, SCOPE_MISSING, SCOPE_MISSING_APPLICATION,
};
use crate::sign_in::Grants;

const READ: &[&str] = &["EntitlementManagement.Read.All", "EntitlementManagement.ReadWrite.All"];
const WRITE: &[&str] = &["EntitlementManagement.ReadWrite.All"];
/// A user who asks for access needs no more than this.
const ASK: &[&str] =
    &["EntitlementMgmt-SubjectAccess.ReadWrite", "EntitlementManagement.ReadWrite.All"];
const ASK_OR_READ: &[&str] = &[
    "EntitlementMgmt-SubjectAccess.ReadWrite",
    "EntitlementManagement.Read.All",
    "EntitlementManagement.ReadWrite.All",
];

/// Refuses a call on entitlement management. `place` is what it is on, in canonical names; `by_role`
/// says whether a role within entitlement management allows it.
pub(crate) fn entitlement(
    grants: &Grants,
    method: &Method,
    place: &[&str],
    by_role: impl FnOnce() -> bool,
) -> Result<(), Refusal> {
    if let (&Method::GET, ["accessPackageAssignmentApprovals"]) = (method, place) {
        return Ok(());
    }
    let accepted = match (method, place) {
        (_, [.., "cancel"]) => ASK,
        (_, [.., "getApplicablePolicyRequirements"]) => ASK_OR_READ,
        (&Method::GET, [set, called]) if called.starts_with("filterByCurrentUser") => match *set {
            // The one that the map wants written to, to be read.
            "accessPackageAssignmentApprovals" => WRITE,
            _ => ASK_OR_READ,
        },
        (&Method::GET, _) => READ,
        (&Method::POST, ["assignmentRequests"]) if !grants.is_application() => ASK,
        _ => WRITE,
    };
    if grants.allow(accepted) && !(grants.is_application() && is_of_users_alone(place)) {
        return Ok(());
    }
    // A role within entitlement management stands for an application's permission (reference page).
    if grants.is_application() && by_role() {
        return Ok(());
    }
    let words = "User is not authorized to perform the operation. Reason:";
    Err(match grants.is_application() {
        true => SCOPE_MISSING_APPLICATION.says(format!("{words} Unauthorized")),
        false => SCOPE_MISSING.says(format!("{words} The caller is not authorized.")),
    })
}

/// What only a signed-in user may do (the permission map lists no application permission).
fn is_of_users_alone(place: &[&str]) -> bool {
    match place {
        ["accessPackageAssignmentApprovals", _, ..]
        | [.., "cancel" | "getApplicablePolicyRequirements"] => true,
        [_, called] => {
            called.starts_with("filterByCurrentUser") || called.starts_with("additionalAccess")
        }
        _ => false,
    }
}

/// Refuses a user what is for applications, whatever their scopes.
pub(crate) fn of_applications_alone(
    grants: &Grants,
    method: &Method,
    place: &[&str],
) -> Result<(), Refusal> {
    let alone = method == Method::GET && matches!(place, ["accessPackageAssignmentApprovals"]);
    match alone && !grants.is_application() {
        true => Err(APPLICATIONS_ONLY.says("Only app tokens are supported")),
        false => Ok(()),
    }
}

/// Refuses a call on the directory. `own` is whether it is on the caller.
pub(crate) fn directory(
    grants: &Grants,
    method: &Method,
    segments: &[&str],
    own: bool,
) -> Result<(), Refusal> {
    let reads = method == Method::GET;
    let accepted: &[&str] = match (segments, reads) {
        (["me", ..], true) | (["me", "checkMemberGroups" | "getMemberGroups"], _) => ME,
        ([_, _, "checkMemberGroups" | "getMemberGroups"], _) if own => ME,
        ([_, _, "checkMemberGroups" | "getMemberGroups"], _) | (["groups", ..], true) => {
            GROUPS_READ
        }
        (["organization", ..], true) => ORGANIZATION_READ,
        (["users", ..], true) if own => ME,
        (["users", ..], true) => USERS_READ,
        (["users", ..], false) => USERS_WRITE,
        (["directory", "deletedItems", ..], true) => DELETED_USERS_READ,
        (["directory", "deletedItems", ..], false) => DELETED_USERS_WRITE,
        (["groups"], false) => GROUPS_CREATE,
        (["groups", ..], false) => GROUPS_WRITE,
        (["servicePrincipals", ..], true) => APPLICATIONS_READ,
        (["servicePrincipals", ..], false) => APPLICATIONS_WRITE,
        (["roleManagement", "directory", ..], true) => ROLES_READ,
        (["roleManagement", "directory", ..], false) => ROLES_WRITE,
        (["roleManagement", "entitlementManagement", "roleAssignments", ..], true) => {
            CATALOG_ROLE_ASSIGNMENTS_READ
        }
        (["roleManagement", "entitlementManagement", ..], true) => CATALOG_ROLES_READ,
        (["roleManagement", "entitlementManagement", ..], false) => CATALOG_ROLES_WRITE,
        // Not here, which is said in its own words.
        _ => return Ok(()),
    };
    match grants.allow(accepted) {
        true => Ok(()),
        false => Err(PRIVILEGES.says("Insufficient privileges to complete the operation.")),
    }
}

const ME: &[&str] = &[
    "User.Read",
    "User.ReadWrite",
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const ORGANIZATION_READ: &[&str] =
    &["User.Read", "Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const USERS_READ: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const USERS_WRITE: &[&str] = &["User.ReadWrite.All", "Directory.ReadWrite.All"];
/// Of deleted users (reference pages of the deleted items).
const DELETED_USERS_READ: &[&str] =
    &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const DELETED_USERS_WRITE: &[&str] = &["User.DeleteRestore.All", "User.ReadWrite.All"];
const GROUPS_READ: &[&str] = &[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

const GROUPS_CREATE: &[&str] = &["Group.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All"];
const GROUPS_WRITE: &[&str] = &["Group.ReadWrite.All", "Directory.ReadWrite.All"];
const APPLICATIONS_READ: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const APPLICATIONS_WRITE: &[&str] = &["Application.ReadWrite.All", "Directory.ReadWrite.All"];
const ROLES_READ: &[&str] = &[
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "RoleManagement.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const ROLES_WRITE: &[&str] = &["RoleManagement.ReadWrite.Directory"];
const CATALOG_ROLES_READ: &[&str] = &[
    "EntitlementManagement.Read.All",
    "EntitlementManagement.ReadWrite.All",
    "RoleManagement.Read.All",
];
const CATALOG_ROLE_ASSIGNMENTS_READ: &[&str] = &[
    "EntitlementManagement.Read.All",
    "EntitlementManagement.ReadWrite.All",
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
];
const CATALOG_ROLES_WRITE: &[&str] =
    &["EntitlementManagement.ReadWrite.All", "RoleManagement.ReadWrite.Directory"];
