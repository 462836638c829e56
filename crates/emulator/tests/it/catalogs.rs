use serde_json::{Value, json};

use crate::raw::Raw;

/// The answers that the tutorials show for the built-in catalog, in both tongues.
#[tokio::test]
async fn the_catalog_general_is_there_in_two_tongues() {
    let raw = Raw::tenant();
    let v1 = raw.get("/v1.0/EM/catalogs?$filter=(displayName eq 'General')").await.body;
    assert_eq!(
        v1["@odata.context"],
        "https://graph.microsoft.com/v1.0/$metadata#identityGovernance/entitlementManagement/catalogs"
    );
    assert_eq!(
        v1["@microsoft.graph.tips"],
        "Use $select to choose only the properties your app needs, as this can lead to performance improvements. For example: GET identityGovernance/entitlementManagement/catalogs?$select=catalogType,createdDateTime"
    );
    let catalog = &v1["value"][0];
    assert_eq!(catalog["state"], "published");
    assert_eq!(catalog["catalogType"], "serviceDefault");
    assert!(catalog.get("createdBy").is_none());
    let beta =
        raw.get("/beta/EM/accessPackageCatalogs?$filter=(DisplayName eq 'general')").await.body;
    let keys: Vec<_> = beta["value"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "id",
            "displayName",
            "description",
            "catalogType",
            "catalogStatus",
            "isExternallyVisible",
            "createdBy",
            "createdDateTime",
            "modifiedBy",
            "modifiedDateTime"
        ]
    );
    assert_eq!(beta["value"][0]["catalogStatus"], "Published");
}

#[tokio::test]
async fn a_resource_is_added_by_its_owner_once_and_removed_when_unused() {
    let raw = Raw::tenant();
    let general = raw.general().await;
    let group = raw.group("Marketing").await;
    let add = json!({"requestType": "AdminAdd", "catalogId": general, "justification": "", "accessPackageResource": {"originId": group, "originSystem": "AadGroup", "resourceType": "AadGroup"}});
    let path = "/beta/EM/accessPackageResourceRequests";
    let owner = raw.holder_of("Catalog owner", &general).await;
    assert_eq!(owner.post(path, add.clone()).await.refusal(), "400 CallerNotResourceOwner");
    let got = raw.post(path, add.clone()).await;
    assert_eq!(got.status, 201);
    assert_eq!(
        (&got.body["requestState"], &got.body["requestStatus"]),
        (&json!("Delivered"), &json!("Fulfilled"))
    );
    assert_eq!(raw.post(path, add).await.refusal(), "400 ResourceAlreadyOnboarded");

    let listed = raw.get(&format!("/beta/EM/accessPackageCatalogs/{general}/accessPackageResources?$filter=startswith(originId, '{group}')")).await.body;
    let resource = &listed["value"][0];
    assert_eq!(resource["resourceType"], "Security Group");
    assert_ne!(resource["id"], group.as_str());
    assert_eq!(resource["addedOn"], "2026-01-05T09:14:33.203Z");

    let remove = json!({"requestType": "AdminRemove", "catalogId": general, "accessPackageResource": {"id": resource["id"]}});
    assert_eq!(raw.post(path, remove.clone()).await.status, 201);
    assert_eq!(raw.post(path, remove).await.refusal(), "404 ResourceNotFound");
}

#[tokio::test]
async fn roles_need_both_parts_of_their_filter() {
    let raw = Raw::tenant();
    let (group, package, _) = raw.package("Sales", 30).await;
    let general = raw.general().await;
    let resource = raw.resource(&general, &group).await;
    let path = format!("/v1.0/EM/catalogs/{general}/resourceRoles");
    assert_eq!(raw.get(&path).await.body["error"]["message"], "Origin system is required.");
    let filter = format!(
        "$filter=(originSystem eq 'AadGroup' and displayName eq 'Member' and resource/id eq '{resource}')"
    );
    let got = raw.get(&format!("{path}?{filter}&$expand=resource")).await.body;
    assert_eq!(got["value"][0]["originId"], format!("Member_{group}"));
    assert_eq!(got["value"][0]["resource"]["id"], resource.as_str());
    assert!(
        got["@odata.context"]
            .as_str()
            .unwrap()
            .ends_with(&format!("catalogs('{general}')/resourceRoles(resource())"))
    );
    let wrong = filter.replace(&resource, "274a1e21c5-8a76-4578-acb1-641160e076e");
    assert_eq!(raw.get(&format!("{path}?{wrong}")).await.refusal(), "400 InvalidFilter");
    let unknown = filter.replace(&resource, &package);
    assert_eq!(raw.get(&format!("{path}?{unknown}")).await.refusal(), "404 ResourceNotFound");

    // A role has its own id once a package uses it; the role scope's id is made of two.
    let used = &raw.get(&format!("{path}?{filter}")).await.body["value"][0]["id"];
    let scopes = raw
        .get(&format!(
            "/v1.0/EM/accessPackages/{package}?$expand=resourceRoleScopes($expand=role,scope)"
        ))
        .await
        .body;
    let scope = &scopes["resourceRoleScopes"][0];
    assert_eq!(&scope["role"]["id"], used);
    assert_eq!(
        scope["id"],
        format!("{}_{}", used.as_str().unwrap(), scope["scope"]["id"].as_str().unwrap())
    );
    assert_eq!(scope["scope"]["displayName"], "Root");
}

#[tokio::test]
async fn what_is_in_use_is_not_deleted() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    let general = raw.general().await;
    let name = json!({"displayName": "sales", "catalog": {"id": general}});
    let got = raw.post("/v1.0/EM/accessPackages", name).await;
    assert_eq!(got.refusal(), "409 DuplicateAccessPackage");
    let remove = json!({"requestType": "adminRemove", "catalog": {"id": general}, "resource": {"originId": group, "originSystem": "AadGroup"}});
    let got = raw.post("/v1.0/EM/resourceRequests", remove.clone()).await;
    assert_eq!(
        got.body["error"]["message"],
        "The resource: Sales can not be deleted because there are active entitlements."
    );
    assert_eq!(raw.delete(&format!("/v1.0/EM/catalogs/{general}")).await.status, 400);

    raw.ask(&package, &policy).await;
    raw.pass(10);
    assert_eq!(raw.delete(&format!("/v1.0/EM/assignmentPolicies/{policy}")).await.status, 400);
    assert_eq!(raw.delete(&format!("/v1.0/EM/accessPackages/{package}")).await.status, 400);
    let assignment = raw.first("/v1.0/EM/assignments").await;
    raw.post(
        "/v1.0/EM/assignmentRequests",
        json!({"requestType": "adminRemove", "assignment": {"id": assignment}}),
    )
    .await;
    raw.pass(10);
    assert_eq!(raw.delete(&format!("/v1.0/EM/assignmentPolicies/{policy}")).await.status, 204);
    assert_eq!(raw.delete(&format!("/v1.0/EM/accessPackages/{package}")).await.status, 204);
    assert_eq!(raw.post("/v1.0/EM/resourceRequests", remove).await.status, 201);
    assert_eq!(
        raw.get(&format!("/v1.0/EM/accessPackages/{package}")).await.refusal(),
        "404 AccessPackageNotFound"
    );
}

#[tokio::test]
async fn a_role_scope_is_deleted_with_200() {
    let raw = Raw::tenant();
    let (_, package, _) = raw.package("Sales", 30).await;
    let path = format!("/beta/EM/accessPackages/{package}/accessPackageResourceRoleScopes");
    let scope = raw.first(&path).await;
    let got = raw.delete(&format!("{path}/{scope}")).await;
    assert_eq!((got.status, got.body), (200, json!(null)));
    assert_eq!(raw.get(&path).await.body["value"], json!([]));
}

#[tokio::test]
async fn a_role_scope_is_taken_out_with_an_empty_answer() {
    let raw = Raw::tenant();
    let (_, package, _) = raw.package("Sales", 30).await;
    let scopes =
        raw.get(&format!("/v1.0/EM/accessPackages/{package}?$expand=resourceRoleScopes")).await;
    let scope = scopes.body["resourceRoleScopes"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1.0/EM/accessPackages/{package}/resourceRoleScopes/{scope}");
    let got = raw.delete(&path).await;
    assert_eq!((got.status, &got.body, got.headers.get("content-type")), (200, &Value::Null, None));
    assert_eq!(raw.delete(&path).await.status, 404);
    let below = format!("/v1.0/EM/accessPackages/{package}/assignmentPolicies");
    assert_eq!(raw.post(&below, json!({"displayName": "p"})).await.refusal(), "404 ");
}

#[tokio::test]
async fn a_role_scope_names_a_role_that_the_resource_has_and_its_scope() {
    let raw = Raw::tenant();
    let (group, package, _) = raw.package("Sales", 30).await;
    let general = raw.general().await;
    let resource = raw.resource(&general, &group).await;
    let path = format!("/v1.0/EM/accessPackages/{package}/resourceRoleScopes");
    let role = |system: &str| json!({"originId": format!("Member_{group}"), "originSystem": system, "resource": {"id": resource}});
    let got = raw.post(&path, json!({"role": role("AadGroup")})).await;
    assert_eq!(got.refusal(), "400 ArgumentNullException");
    let body = json!({"role": role("SharePointOnline"), "scope": {"originId": group, "originSystem": "AadGroup"}});
    assert_eq!(raw.post(&path, body).await.refusal(), "404 RoleNotFound");
}

/// The roles within entitlement management, as Terraform's provider gives them.
#[tokio::test]
async fn a_catalog_has_roles_that_go_with_it() {
    let raw = Raw::tenant();
    let roles = "/roleManagement/entitlementManagement";
    let owner = raw
        .get(&format!("/beta{roles}/roleDefinitions?$filter=displayName eq 'Catalog owner'"))
        .await;
    let owner = owner.body["value"][0]["id"].clone();
    assert_eq!(owner, "ae79f266-94d4-4dab-b730-feca7e132178");
    assert_eq!(
        raw.get(&format!("/v1.0{roles}/roleDefinitions")).await.body["value"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    let catalog = raw.post("/v1.0/EM/catalogs", json!({"displayName": "c"})).await.id();
    let principal = raw.tenant.requestor().user.clone();
    let body = json!({
        "appScopeId": format!("/AccessPackageCatalog/{catalog}"), "directoryScopeId": "/",
        "principalId": principal, "roleDefinitionId": owner,
    });
    let made = raw.post(&format!("/beta{roles}/roleAssignments"), body.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&made.body[name], value);
    }
    let path = format!("/v1.0{roles}/roleAssignments/{}", made.id());
    let read = raw.get(&path).await.body;
    assert_eq!(read["principalId"], principal);
    let filter = format!(
        "$filter=PrincipalId eq '{principal}' and RoleDefinitionId eq '{}'",
        owner.as_str().unwrap()
    );
    assert_eq!(raw.first(&format!("/beta{roles}/roleAssignments?{filter}")).await, made.id());
    for (name, value, expected) in [
        (
            "roleDefinitionId",
            json!("62e90394-69f5-4237-9190-012177145e10"),
            "404 RoleDefinitionNotFound",
        ),
        ("principalId", json!(catalog), "400 SubjectNotFound"),
        ("appScopeId", json!(format!("/AccessPackageCatalog/{principal}")), "404 CatalogNotFound"),
        ("appScopeId", json!("/Somewhere"), "400 InvalidModel"),
        ("appScopeId", Value::Null, "400 InvalidModel"),
        // Nothing is wrong but that it is there.
        ("principalId", json!(principal), "400 Request_BadRequest"),
    ] {
        let mut wrong = body.clone();
        wrong[name] = value;
        let got = raw.post(&format!("/v1.0{roles}/roleAssignments"), wrong.clone()).await;
        assert_eq!(got.refusal(), expected, "{wrong}");
    }
    assert_eq!(raw.delete(&path).await.status, 204);
    assert_eq!(raw.get(&path).await.status, 404);
    raw.post(&format!("/beta{roles}/roleAssignments"), body).await;
    raw.delete(&format!("/v1.0/EM/catalogs/{catalog}")).await;
    assert_eq!(raw.get(&format!("/v1.0{roles}/roleAssignments")).await.body["value"], json!([]));
}
