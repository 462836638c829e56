use axum::body::Body;
use emulator::RULES;
use http::Request;
use serde_json::json;

use crate::raw::Raw;

#[tokio::test]
async fn without_a_token_nothing_is_answered() {
    let raw = Raw::tenant();
    let request = Request::get("http://localhost/v1.0/users").body(Body::empty()).unwrap();
    let got = raw.raw(request).await;
    assert_eq!(got.refusal(), "401 InvalidAuthenticationToken");
    assert_eq!(got.body["error"]["message"], "Access token is empty.");
    let request = Request::get("http://localhost/v1.0/users")
        .header("authorization", "Bearer somebody-elses")
        .body(Body::empty())
        .unwrap();
    let got = raw.raw(request).await;
    assert_eq!(
        got.body["error"]["message"],
        "CompactToken parsing failed with error code: 80049217"
    );
    assert_eq!(got.headers["x-entitle-rule"], "token-invalid; grade=reported");
}

#[tokio::test]
async fn an_error_has_the_services_envelope() {
    let raw = Raw::tenant();
    let got = raw.get("/v1.0/EM/assignmentRequests/00000000-0000-0000-0000-000000000009").await;
    let error = &got.body["error"];
    assert_eq!(got.refusal(), "404 RequestNotFound");
    assert_eq!(error["message"], "The request was not found.");
    assert_eq!(error["details"], json!([]));
    let inner = &error["innerError"];
    assert_eq!(inner["date"], "2026-01-05T09:14:33");
    assert_eq!(inner["request-id"], inner["client-request-id"]);
    assert_eq!(got.headers["request-id"], inner["request-id"].as_str().unwrap());
}

#[tokio::test]
async fn the_clients_request_id_comes_back() {
    let raw = Raw::tenant();
    let request = Request::get("http://localhost/v1.0/groups")
        .header("authorization", format!("Bearer {}", raw.tenant.administrator().token))
        .header("client-request-id", "7ff7b3d6-b890-4ee2-9425-0f2337868b71")
        .body(Body::empty())
        .unwrap();
    let got = raw.raw(request).await;
    assert_eq!(got.headers["client-request-id"], "7ff7b3d6-b890-4ee2-9425-0f2337868b71");
    assert_eq!(got.body["@odata.context"], "http://localhost/v1.0/$metadata#groups");
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let raw = Raw::tenant();
    for (method, path, expected) in [
        ("GET", "/v2.0/users", "400 BadRequest"),
        ("GET", "/v1.0/nonsense", "400 BadRequest"),
        ("GET", "/v1.0/EM/accessPackageCatalogs", "400 BadRequest"),
        ("GET", "/v1.0/EM/resourceRoleScopes", "404 UnknownError"),
        ("GET", "/v1.0/EM/availableAccessPackages", "404 "),
        ("GET", "/beta/EM/accessPackageResourceRequests/5", "404 "),
        ("DELETE", "/beta/EM/accessPackageAssignments/5", "404 "),
        ("GET", "/v1.0/EM/accessPackages/5/assignmentPolicies", "404 "),
        ("GET", "/v1.0/EM/accessPackages('5')/assignmentPolicies", "404 "),
        ("GET", "/v1.0/EM/catalogs('5')", "404 CatalogNotFound"),
        ("GET", "/v1.0/EM/catalogs(%275%27)", "404 CatalogNotFound"),
        ("GET", "/v1.0/EM/accessPackageAssignmentApprovals", "403 "),
        ("GET", "/v1.0/EM/connectedOrganizations", "501 NotImplemented"),
        (
            "GET",
            "/v1.0/EM/accessPackageSuggestions/filterByCurrentUser(on='relatedPeopleAssignments')",
            "501 NotImplemented",
        ),
        ("GET", "/v1.0/EM/accessPackages/filterByCurrentUser(on='me')", "400 BadRequest"),
        ("POST", "/v1.0/EM/assignmentRequests/5/cancel", "404 RequestNotFound"),
        ("PATCH", "/v1.0/EM/catalogs/5", "404 CatalogNotFound"),
        ("PUT", "/v1.0/EM/assignmentPolicies/5", "404 PolicyNotFound"),
        ("PATCH", "/v1.0/EM/resources/5", "501 NotImplemented"),
        ("GET", "/v1.0/EM/catalogs/$count", "501 NotImplemented"),
        ("GET", "/v1.0/users/5/$value", "501 NotImplemented"),
        ("GET", "/v1.0/users/5", "404 Request_ResourceNotFound"),
        ("GET", "/v1.0/EM/catalogs/5", "404 CatalogNotFound"),
        ("DELETE", "/v1.0/EM/assignmentPolicies/5", "404 PolicyNotFound"),
        ("DELETE", "/v1.0/groups/5", "404 Request_ResourceNotFound"),
    ] {
        assert_eq!(raw.send(method, path, None).await.refusal(), expected, "{method} {path}");
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_meant_are_refused() {
    let raw = Raw::tenant();
    let general = raw.general().await;
    let torn = Request::post("http://localhost/v1.0/groups")
        .header("authorization", format!("Bearer {}", raw.tenant.administrator().token))
        .body(Body::from("{\"displayName\":"))
        .unwrap();
    assert_eq!(raw.raw(torn).await.refusal(), "400 BadRequest");
    for (path, body, expected) in [
        ("/v1.0/groups", json!([1]), "400 BadRequest"),
        ("/v1.0/groups", json!({"displayName": "x"}), "400 Request_BadRequest"),
        (
            "/v1.0/groups",
            json!({"displayName": 5, "mailEnabled": false, "mailNickname": "x", "securityEnabled": true}),
            "400 Request_BadRequest",
        ),
        (
            "/v1.0/groups",
            json!({"displayName": "x", "mailEnabled": "no", "mailNickname": "x", "securityEnabled": true}),
            "400 Request_BadRequest",
        ),
        (
            "/v1.0/groups",
            json!({"displayName": "x", "mailEnabled": false, "mailNickname": "x", "securityEnabled": true, "owners@odata.bind": ["https://graph.microsoft.com/v1.0/users/nobody"]}),
            "404 Request_ResourceNotFound",
        ),
        (
            "/v1.0/users",
            json!({"accountEnabled": true, "displayName": "x", "mailNickname": "x", "userPrincipalName": "x@contoso.com", "passwordProfile": "boo"}),
            "400 Request_BadRequest",
        ),
        (
            "/v1.0/EM/catalogs",
            json!({"displayName": "x", "isExternallyVisible": "true"}),
            "400 InvalidModel",
        ),
        ("/v1.0/EM/catalogs", json!({"displayName": "x", "description": 5}), "400 InvalidModel"),
        (
            "/v1.0/EM/assignmentRequests",
            json!({"requestType": "userAdd", "assignment": []}),
            "400 InvalidModel",
        ),
        (
            "/v1.0/EM/catalogs",
            json!({"displayName": "x", "catalogStatus": "Published"}),
            "400 InvalidModel",
        ),
        (
            "/v1.0/EM/accessPackages",
            json!({"displayName": "x", "catalogId": general}),
            "400 InvalidModel",
        ),
        (
            "/beta/EM/accessPackages",
            json!({"displayName": "x", "catalogId": "nowhere"}),
            "404 CatalogNotFound",
        ),
        (
            "/v1.0/EM/resourceRequests",
            json!({"requestType": "adminAdd"}),
            "400 ArgumentNullException",
        ),
        (
            "/v1.0/EM/resourceRequests",
            json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originSystem": "AdApplication"}}),
            "400 ArgumentException",
        ),
        (
            "/v1.0/EM/resourceRequests",
            json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originSystem": "AadGroup", "originId": "x"}}),
            "400 ResourceNotFoundInOriginSystem",
        ),
        ("/v1.0/EM/assignmentPolicies", json!({"displayName": "x"}), "400 ArgumentNullException"),
        (
            "/v1.0/EM/assignmentRequests",
            json!({"requestType": "adminAdds"}),
            "400 ArgumentException",
        ),
        (
            "/v1.0/EM/assignmentRequests",
            json!({"requestType": "adminUpdate"}),
            "404 AssignmentNotFound",
        ),
    ] {
        let got = raw.post(path, body.clone()).await;
        assert_eq!(got.refusal(), expected, "{path} {body}");
    }
}

#[test]
fn every_rule_names_its_evidence_once() {
    let mut ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), RULES.len());
    for rule in RULES {
        assert!(!rule.source.is_empty() && rule.status >= 400, "{rule:?}");
        assert!(rule.sentence.ends_with('.') && rule.sentence.len() > 20, "{rule:?}");
    }
}

#[tokio::test]
async fn a_key_may_stand_in_parentheses() {
    let raw = Raw::tenant();
    let own = raw.user();
    let name = &raw.tenant.administrator().name;
    for key in [own.to_owned(), own.to_uppercase(), name.clone()] {
        assert_eq!(raw.get(&format!("/v1.0/users('{key}')")).await.id(), own, "{key}");
    }
    let general = raw.general().await;
    let resources = raw.get(&format!("/v1.0/EM/catalogs('{general}')/resources")).await;
    assert_eq!(resources.body["value"], json!([]));
}

/// The service gives the ids, whatever a body says.
#[tokio::test]
async fn a_body_gives_no_id() {
    let raw = Raw::tenant();
    let own = "11111111-2222-3333-4444-555555555555";
    let made = raw
        .post(
            "/v1.0/users",
            json!({"id": own, "accountEnabled": true, "displayName": "A", "mailNickname": "a", "userPrincipalName": "a@contoso.onmicrosoft.com", "passwordProfile": {"password": "xWwvJ]6NMw+bWH-d"}}),
        )
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_ne!(made.id(), own);
}

#[tokio::test]
async fn what_entitlement_management_makes_has_a_place() {
    let raw = Raw::tenant();
    let made = raw.post("/v1.0/EM/catalogs", json!({"displayName": "c"})).await;
    let location = made.headers["location"].to_str().unwrap();
    assert!(location.ends_with("/api/v1/catalogs"), "{location}");
    assert_eq!(made.headers["cache-control"], "private");
    let got = raw.get("/v1.0/EM/catalogs").await;
    assert_eq!(
        (&got.headers["cache-control"], got.headers.get("location")),
        (&"private".parse().unwrap(), None)
    );
}

#[tokio::test]
async fn a_paths_letters_may_be_of_either_case() {
    let raw = Raw::tenant();
    let user = raw.user().to_owned();
    for path in [
        "/v1.0/identitygovernance/entitlementmanagement/Catalogs".to_owned(),
        "/beta/IdentityGovernance/EntitlementManagement/accesspackagecatalogs".to_owned(),
        format!("/v1.0/Users/{}", user.to_uppercase()),
        "/v1.0/Me".to_owned(),
        "/v1.0/rolemanagement/Directory/roledefinitions".to_owned(),
    ] {
        let got = raw.get(&path).await;
        assert_eq!(got.status, 200, "{path} {got:?}");
    }
}
