//! Whether a call has one of the permissions that it needs ([`model::permission`]), as a scope of the
//! user's token or as a role of the application's.

use http::Method;
use model::permission;

use crate::refusal::{
    APPLICATIONS_ONLY, PRIVILEGES, Refusal, SCOPE_MISSING, SCOPE_MISSING_APPLICATION,
};
use crate::sign_in::Grants;

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
    let accepted = permission::entitlement(method.as_str(), place, grants.is_application());
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
    // What is not here says so in its own words.
    let Some(accepted) = permission::directory(method.as_str(), segments, own) else {
        return Ok(());
    };
    match grants.allow(accepted) {
        true => Ok(()),
        false => Err(PRIVILEGES.says("Insufficient privileges to complete the operation.")),
    }
}
