//! Which permissions a call needs: any one of a list, the least first. From Microsoft's permission
//! map where it has the path, else from the reference pages.
//!
//! ```
//! use model::permission;
//!
//! let place = ["accessPackages"];
//! assert_eq!(permission::entitlement("GET", &place, true)[0], "EntitlementManagement.Read.All");
//! assert_eq!(permission::directory("POST", &["groups"], false).unwrap()[0], "Group.Create");
//! ```

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

/// For a call on what `place` names in canonical names, below entitlement management; as an
/// application's permission, or as a scope of a user's.
pub fn entitlement(method: &str, place: &[&str], application: bool) -> &'static [&'static str] {
    match (method, place) {
        (_, [.., "cancel"]) => ASK,
        (_, [.., "getApplicablePolicyRequirements"]) => ASK_OR_READ,
        ("GET", [set, called]) if called.starts_with("filterByCurrentUser") => match *set {
            // The one that the map wants written to, to be read.
            "accessPackageAssignmentApprovals" => WRITE,
            _ => ASK_OR_READ,
        },
        ("GET", _) => READ,
        ("POST", ["assignmentRequests"]) if !application => ASK,
        _ => WRITE,
    }
}

/// For a call on the directory; `own` is whether it is on the caller. `None` where neither map nor
/// pages were read for it.
pub fn directory(method: &str, segments: &[&str], own: bool) -> Option<&'static [&'static str]> {
    let reads = method == "GET";
    Some(match (segments, reads) {
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
        _ => return None,
    })
}
