//! What is refused, and was not seen to be elsewhere.

use serde_json::json;

use crate::raw::Raw;

#[tokio::test]
async fn what_others_need_is_not_deleted() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    let general = raw.general().await;
    let other = raw.post("/v1.0/EM/catalogs", json!({"displayName": "c"})).await.id();
    let path = format!("/v1.0/EM/catalogs/{other}");
    let body = json!({"displayName": "p", "catalog": {"id": other}});
    let own = raw.post("/v1.0/EM/accessPackages", body).await.id();
    assert_eq!(raw.delete(&path).await.refusal(), "400 InvalidDeleteCatalogHasAccessPackages");
    assert_eq!(raw.delete(&format!("/v1.0/EM/accessPackages/{own}")).await.status, 204);
    assert_eq!(raw.delete(&path).await.status, 204);
    assert_eq!(
        raw.delete(&format!("/v1.0/EM/catalogs/{general}")).await.refusal(),
        "400 InvalidDeleteDefaultCatalog"
    );
    let request = raw.ask(&package, &policy).await.id();
    let request = format!("/v1.0/EM/assignmentRequests/{request}");
    assert_eq!(raw.delete(&request).await.refusal(), "400 RequestNotDeletable");
    raw.pass(10);
    assert_eq!(raw.delete(&request).await.status, 204);
    // What it gave stays.
    assert_eq!(raw.get("/v1.0/EM/assignments").await.body["value"][0]["state"], "delivered");
    let assignment = raw.first("/v1.0/EM/assignments").await;
    let remove = json!({"requestType": "adminRemove", "assignment": {"id": assignment}});
    assert_eq!(raw.post("/v1.0/EM/assignmentRequests", remove).await.status, 201);
    raw.pass(10);
    // A package goes with its policy.
    assert_eq!(raw.delete(&format!("/v1.0/EM/accessPackages/{package}")).await.status, 204);
    let policy = format!("/v1.0/EM/assignmentPolicies/{policy}");
    assert_eq!(raw.get(&policy).await.refusal(), "404 PolicyNotFound");
}

#[tokio::test]
async fn what_is_not_there_is_named_by_its_kind() {
    let raw = Raw::tenant();
    let (group, package, _) = raw.package("Sales", 30).await;
    let general = raw.general().await;
    for (path, expected) in [
        ("/v1.0/EM/resourceEnvironments/5", "404 ResourceEnvironmentNotFound"),
        (
            "/beta/EM/accessPackageAssignmentResourceRoles/5",
            "404 AccessPackageAssignmentResourceRoleNotFound",
        ),
        ("/v1.0/appCatalogs", "404 NotFound"),
    ] {
        assert_eq!(raw.get(path).await.refusal(), expected);
    }
    let resource = raw.resource(&general, &group).await;
    let body = json!({
        "role": {"originId": format!("Owner_{group}"), "originSystem": "AadGroup", "resource": {"id": resource}},
        "scope": {"id": "11111111-2222-3333-4444-555555555555"},
    });
    let scopes = format!("/v1.0/EM/accessPackages/{package}/resourceRoleScopes");
    assert_eq!(raw.post(&scopes, body).await.refusal(), "404 ScopeNotFound");
    let role = json!({"roleDefinitionId": "fdd7a751-b60b-444a-984c-02652fe8fa1c", "principalId": raw.user(), "directoryScopeId": "/", "nonsense": 1});
    let got = raw.post("/v1.0/roleManagement/directory/roleAssignments", role).await;
    assert_eq!(got.body["error"]["message"], "Invalid property 'nonsense'.");
    // A role that no package uses has no id yet.
    let roles = format!(
        "/v1.0/EM/catalogs/{general}/resourceRoles?$filter=originSystem eq 'AadGroup' and resource/id eq '{resource}' and displayName eq 'Owner'"
    );
    assert_eq!(raw.first(&roles).await, "00000000-0000-0000-0000-000000000000");
}

/// Whatever the policy demands (three records of adminAdd on such a policy).
#[tokio::test]
async fn whom_an_administrator_assigns_nobody_is_asked_about() {
    let raw = Raw::tenant();
    let (group, package, _) = raw.package("Sales", 30).await;
    let policy = json!({"displayName": "asked", "accessPackage": {"id": package}, "requestApprovalSettings": {"isApprovalRequiredForAdd": true, "stages": [{}]}});
    let policy = raw.post("/v1.0/EM/assignmentPolicies", policy).await.id();
    let body = json!({"requestType": "adminAdd", "assignment": {"targetId": raw.user(), "assignmentPolicyId": policy, "accessPackageId": package}});
    assert_eq!(raw.post("/v1.0/EM/assignmentRequests", body).await.status, 201);
    raw.pass(10);
    assert_eq!(raw.members(&group).await, 1);
}
