//! What a token lets its holder do.

use serde_json::json;

use crate::raw::Raw;
use crate::sign_in::{DEFAULT, by_password, by_secret, holder, token};

const WORDS: &str = "User is not authorized to perform the operation. Reason:";

/// Somebody signed in with `scope` alone.
async fn delegated(raw: &Raw, scope: &str) -> Raw {
    holder(raw, &token(raw, &by_password(&raw.tenant, scope)).await)
}

/// An application with `permissions` alone.
async fn application(raw: &Raw, permissions: &[&'static str]) -> Raw {
    let registered = raw.tenant.register("another", permissions);
    holder(raw, &token(raw, &by_secret(&registered, DEFAULT)).await)
}

/// Authorisation before existence and before the filter, but after the way there.
#[tokio::test]
async fn a_scope_is_asked_for_before_anything_but_the_way() {
    let raw = Raw::tenant();
    let caller = delegated(&raw, "User.Read").await;
    for path in [
        "catalogs",
        "accessPackages",
        "assignmentPolicies",
        "assignmentRequests",
        "assignments",
        "resources",
        "resourceRequests",
        "resourceEnvironments",
        "catalogs/00000000-0000-0000-0000-000000000000",
        "accessPackages?$filter=nonsense eq 'x'",
    ] {
        let got = caller.get(&format!("/v1.0/EM/{path}")).await;
        assert_eq!(got.refusal(), "403 UnAuthorized", "{path}");
        let message = &got.body["error"]["message"];
        assert_eq!(message, &json!(format!("{WORDS} The caller is not authorized.")));
        assert_eq!(got.headers["x-entitle-rule"], "scope-missing; grade=recorded");
    }
    for (path, expected) in [
        ("resourceRoleScopes", "404 UnknownError"),
        ("availableAccessPackages", "404 "),
        ("accessPackages/5/assignmentPolicies", "404 "),
    ] {
        assert_eq!(caller.get(&format!("/v1.0/EM/{path}")).await.refusal(), expected, "{path}");
    }
    assert_eq!(caller.get("/v1.0/me").await.status, 200);
    let own = raw.tenant.requestor().user.clone();
    assert_eq!(caller.get(&format!("/v1.0/users/{own}")).await.status, 200);
    assert_eq!(caller.get("/v1.0/users").await.refusal(), "403 Authorization_RequestDenied");
}

#[tokio::test]
async fn an_application_without_a_permission_is_told_so_in_other_words() {
    let raw = Raw::tenant();
    let nobody = application(&raw, &[]).await;
    let got = nobody.get("/v1.0/EM/catalogs?$filter=displayName eq 'General'&$select=id").await;
    assert_eq!(got.refusal(), "403 UnAuthorized");
    assert_eq!(got.body["error"]["message"], format!("{WORDS} Unauthorized"));
    for path in ["groups", "users", "servicePrincipals", "roleManagement/directory/roleAssignments"]
    {
        let got = nobody.get(&format!("/v1.0/{path}")).await;
        assert_eq!(got.refusal(), "403 Authorization_RequestDenied", "{path}");
        let message = &got.body["error"]["message"];
        assert_eq!(message, "Insufficient privileges to complete the operation.");
    }
}

#[tokio::test]
async fn who_may_read_may_not_write() {
    let raw = Raw::tenant();
    let group = json!({"displayName": "x", "mailEnabled": false, "mailNickname": "x", "securityEnabled": true});
    let role = json!({"roleDefinitionId": "fdd7a751-b60b-444a-984c-02652fe8fa1c", "principalId": raw.tenant.requestor().user, "directoryScopeId": "/"});
    for (reads, writes, path, body, refused) in [
        (
            "EntitlementManagement.Read.All",
            "EntitlementManagement.ReadWrite.All",
            "EM/catalogs",
            json!({"displayName": "c"}),
            "403 UnAuthorized",
        ),
        (
            "Group.Read.All",
            "Group.ReadWrite.All",
            "groups",
            group.clone(),
            "403 Authorization_RequestDenied",
        ),
        (
            "GroupMember.Read.All",
            "Group.Create",
            "groups",
            group,
            "403 Authorization_RequestDenied",
        ),
        (
            "RoleManagement.Read.Directory",
            "RoleManagement.ReadWrite.Directory",
            "roleManagement/directory/roleAssignments",
            role,
            "403 Authorization_RequestDenied",
        ),
    ] {
        let path = format!("/v1.0/{path}");
        let reader = application(&raw, &[reads]).await;
        assert_eq!(reader.get(&path).await.status, 200, "{reads}");
        assert_eq!(reader.post(&path, body.clone()).await.refusal(), refused, "{reads}");
        let writer = application(&raw, &[writes]).await;
        assert_eq!(writer.post(&path, body).await.status, 201, "{writes}");
    }
}

/// A user who asks for access needs the least of all scopes, an application the whole.
#[tokio::test]
async fn to_ask_for_access_a_user_needs_little() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("resources", 30).await;
    let target = raw.tenant.requestor().user.clone();
    let body = json!({"requestType": "userAdd", "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package}});
    let path = "/v1.0/EM/assignmentRequests";
    let user = delegated(&raw, "EntitlementMgmt-SubjectAccess.ReadWrite").await;
    assert_eq!(user.get(path).await.refusal(), "403 UnAuthorized");
    assert_eq!(user.post(path, body.clone()).await.status, 201);
    let other = application(&raw, &["EntitlementMgmt-SubjectAccess.ReadWrite"]).await;
    assert_eq!(other.post(path, body).await.refusal(), "403 UnAuthorized");
}

/// The right to change groups is what lets an application offer one (reference page).
#[tokio::test]
async fn an_application_offers_what_it_may_change() {
    let raw = Raw::tenant();
    let (group, general) = (raw.group("x").await, raw.general().await);
    let body = json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originId": group, "originSystem": "AadGroup"}});
    let path = "/v1.0/EM/resourceRequests";
    let alone = application(&raw, &["EntitlementManagement.ReadWrite.All"]).await;
    assert_eq!(alone.post(path, body.clone()).await.refusal(), "400 CallerNotResourceOwner");
    let both =
        application(&raw, &["EntitlementManagement.ReadWrite.All", "Group.ReadWrite.All"]).await;
    assert_eq!(both.post(path, body).await.status, 201);
}

/// The directory at once; entitlement management between 55 and 158 seconds later (live run of
/// 2026).
#[tokio::test]
async fn an_application_that_is_switched_off_is_refused() {
    let raw = Raw::tenant();
    let permissions = ["Application.ReadWrite.All", "EntitlementManagement.ReadWrite.All"];
    let registered = raw.tenant.register("another", &permissions);
    let one = holder(&raw, &token(&raw, &by_secret(&registered, DEFAULT)).await);
    let path = format!("/v1.0/servicePrincipals/{}", registered.principal);
    assert_eq!(one.get(&path).await.body["accountEnabled"], true);
    assert_eq!(raw.patch(&path, json!({"displayName": "x"})).await.status, 501);
    assert_eq!(raw.patch(&path, json!({"accountEnabled": false})).await.status, 204);
    let got = one.patch(&path, json!({"accountEnabled": true})).await;
    assert_eq!(got.refusal(), "401 Authorization_IdentityDisabled");
    let message = &got.body["error"]["message"];
    assert_eq!(message, "The authenticating application principal is disabled.");
    raw.pass(55);
    assert_eq!(one.get("/v1.0/EM/catalogs").await.status, 200);
    raw.pass(103);
    assert_eq!(one.get("/v1.0/EM/catalogs").await.refusal(), "401 Authorization_IdentityDisabled");
    assert_eq!(raw.patch(&path, json!({"accountEnabled": true})).await.status, 204);
    assert_eq!(one.get("/v1.0/EM/catalogs").await.status, 200);
}

#[tokio::test]
async fn a_tenant_without_a_licence_is_told_so() {
    let raw = Raw::with(emulator::Options { licensed: false, ..emulator::Options::default() });
    let got = raw.get("/beta/EM/settings").await;
    assert_eq!(got.refusal(), "403 NoLicense");
    let message = &got.body["error"]["message"];
    assert_eq!(message, &json!(format!("{WORDS} Tenant does not meet license requirement!")));
    // Without the scope, too, the licence comes first on one collection alone.
    let caller = delegated(&raw, "User.Read").await;
    for (set, expected) in [("connectedOrganizations", "NoLicense"), ("catalogs", "UnAuthorized")] {
        assert_eq!(
            caller.get(&format!("/v1.0/EM/{set}")).await.refusal(),
            format!("403 {expected}")
        );
    }
    assert_eq!(raw.get("/v1.0/users").await.status, 200);
}

/// Verified once, a token is still asked for its time, and its holder must be there.
#[tokio::test]
async fn a_token_that_was_verified_ends_all_the_same() {
    let raw = Raw::tenant();
    let caller = delegated(&raw, "User.Read").await;
    assert_eq!(caller.get("/v1.0/me").await.status, 200);
    raw.pass(3 * 3600);
    let got = caller.get("/v1.0/me").await;
    assert_eq!(got.body["error"]["message"], "Access token has expired or is not yet valid.");
    let again = delegated(&raw, "User.Read").await;
    assert_eq!(again.get("/v1.0/me").await.status, 200);
    let own = format!("/v1.0/users/{}", raw.tenant.requestor().user);
    assert_eq!(raw.delete(&own).await.status, 204);
    assert_eq!(again.get("/v1.0/me").await.refusal(), "401 InvalidAuthenticationToken");
}
