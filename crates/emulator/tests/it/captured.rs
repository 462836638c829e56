//! Requests as real clients put them on the wire: encoding, order of options, letters of headers and
//! members that only one client sends.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::raw::{Got, Raw};

/// Headers of each client, as captured.
const GO: &str = "Accept: application/json; charset=utf-8; IEEE754Compatible=false\n\
                  Content-Type: application/json; charset=utf-8\n\
                  Odata-Maxversion: 4.0\nOdata-Version: 4.0";
const RUST: &str = "accept: */*\ncontent-type: application/json";
const AZURE_CLI: &str = "Accept: */*\nContent-Type: application/json\nContent-Length: 0";

const EM: &str = "identityGovernance/entitlementManagement";

/// Sends a request line with the headers of a client; `EM` stands for the root.
async fn sent(raw: &Raw, headers: &str, line: &str, body: &str) -> Got {
    let (method, target) = line.split_once(' ').unwrap();
    let target = target.replace("/EM", &format!("/{EM}"));
    let mut request = Request::builder()
        .method(method)
        .uri(format!("https://127.0.0.1:8443{target}"))
        .header("host", "127.0.0.1:8443")
        .header("Authorization", format!("Bearer {}", raw.who.token));
    for header in headers.lines() {
        let (name, value) = header.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    raw.raw(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn told(got: &Got, status: u16) -> &Value {
    assert_eq!(got.status, status, "{got:?}");
    &got.body
}

#[tokio::test]
async fn a_filter_is_the_same_in_every_clients_encoding() {
    let raw = Raw::tenant();
    let (group, _, policy) = raw.package("Sales", 30).await;
    let general = raw.general().await;
    let of = |place: &str| place.replace("GROUP", &group).replace("GENERAL", &general);
    for (headers, line) in [
        (RUST, "GET /v1.0/EM/catalogs?%24filter=displayName+eq+%27General%27"),
        (GO, "GET /v1.0/EM/catalogs?%24filter=displayName+eq+%27General%27&%24top=1"),
        (AZURE_CLI, "GET /v1.0/EM/catalogs?$filter=displayName%20eq%20'General'"),
        (RUST, "GET /v1.0/EM/catalogs?$filter=displayName%20eq%20%27General%27"),
        // Python: options by the alphabet, slashes and commas encoded.
        (
            RUST,
            "GET /v1.0/EM/catalogs/GENERAL/resourceRoles?$expand=resource&$filter=%28originSystem%20eq%20%27AadGroup%27%20and%20resource%2Fid%20eq%20%27RESOURCE%27%29",
        ),
        (
            GO,
            "GET /beta/EM/accessPackageCatalogs/GENERAL/accessPackageResources?%24filter=startswith%28originId%2C+%27GROUP%27%29",
        ),
        (
            RUST,
            "GET /v1.0/EM/assignments?$expand=target&$filter=assignmentPolicy%2Fid%20eq%20%27POLICY%27",
        ),
        (
            RUST,
            "GET /beta/EM/accessPackageAssignments?$filter=accessPackageAssignmentPolicy%2FId%20eq%20%27POLICY%27",
        ),
        (
            AZURE_CLI,
            "GET /v1.0/groups?$filter=displayName%20eq%20'Sales'%20and%20mailNickname%20eq%20'Sales'",
        ),
    ] {
        let resource = raw.resource(&general, &group).await;
        let line = of(line).replace("RESOURCE", &resource).replace("POLICY", &policy);
        let got = sent(&raw, headers, &line, "").await;
        let list = told(&got, 200)["value"].as_array().unwrap_or_else(|| panic!("{got:?}"));
        assert_eq!(list.is_empty(), line.contains("ssignments?"), "{line} {list:?}");
    }
    // The JavaScript client lets an ampersand through: what is left is a literal without an end.
    let cut =
        sent(&raw, RUST, "GET /v1.0/EM/catalogs?$filter=displayName%20eq%20%27R&D%27", "").await;
    assert_eq!(cut.status, 400);
}

#[tokio::test]
async fn a_link_survives_the_go_client() {
    let raw = Raw::tenant();
    for n in 0..5 {
        raw.group(&format!("g{n}")).await;
    }
    let first = sent(&raw, GO, "GET /v1.0/groups?%24select=id&%24top=2", "").await;
    let mut seen = told(&first, 200)["value"].as_array().unwrap().len();
    let mut next = first.body["@odata.nextLink"].as_str().map(str::to_owned);
    while let Some(link) = next {
        let (path, query) =
            link.strip_prefix("https://127.0.0.1:8443").unwrap().split_once('?').unwrap();
        // Decoded, sorted and encoded again, the dollar too.
        let mut options: Vec<_> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        options.sort();
        let query: String =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(options).finish();
        assert!(query.contains("%24skiptoken="), "{query}");
        let page = sent(&raw, GO, &format!("GET {path}?{query}"), "").await;
        seen += told(&page, 200)["value"].as_array().unwrap().len();
        next = page.body["@odata.nextLink"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, 5);
}

#[tokio::test]
async fn what_is_deleted_is_gone_at_once() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    for (delete, status) in [
        (format!("/beta/EM/accessPackageAssignmentPolicies/{policy}"), 404),
        (format!("/beta/EM/accessPackages/{package}"), 404),
    ] {
        told(&sent(&raw, AZURE_CLI, &format!("DELETE {delete}"), "").await, 204);
        let gone = sent(&raw, GO, &format!("GET {delete}"), "").await;
        told(&gone, status);
        let error = &gone.body["error"];
        assert!(error["code"].is_string() && error["message"].is_string(), "{error}");
        for name in ["date", "request-id", "client-request-id"] {
            assert!(error["innerError"][name].is_string(), "{error}");
        }
        assert!(gone.headers["content-type"].to_str().unwrap().starts_with("application/json"));
    }
}

/// Every property is sent, as null where nothing is known; then the user is changed until it reads
/// as it was written.
#[tokio::test]
async fn terraforms_user_and_group() {
    let raw = Raw::tenant();
    let user = r##"{"@odata.type":"#microsoft.graph.user","accountEnabled":true,"ageGroup":null,"businessPhones":[],"city":null,"companyName":null,"consentProvidedForMinor":null,"country":null,"department":null,"displayName":"tf","employeeId":null,"employeeOrgData":null,"employeeType":null,"faxNumber":null,"givenName":null,"jobTitle":null,"mail":null,"mailNickname":"tf","mobilePhone":null,"officeLocation":null,"onPremisesImmutableId":null,"otherMails":[],"passwordPolicies":"None","passwordProfile":{"forceChangePasswordNextSignIn":false,"password":"p"},"postalCode":null,"preferredLanguage":null,"state":null,"streetAddress":null,"surname":null,"usageLocation":null,"userPrincipalName":"tf@contoso.onmicrosoft.com"}"##;
    let made = sent(&raw, GO, "POST /v1.0/users", user).await;
    let id = told(&made, 201)["id"].as_str().unwrap().to_owned();
    told(
        &sent(
            &raw,
            GO,
            &format!("PATCH /v1.0/users/{id}"),
            r#"{"displayName":"TERRAFORM_UPDATE_1"}"#,
        )
        .await,
        204,
    );
    told(
        &sent(&raw, GO, &format!("PATCH /beta/users/{id}"), r#"{"showInAddressList":true}"#).await,
        204,
    );
    let shown =
        sent(&raw, GO, &format!("GET /beta/users/{id}?%24select=showInAddressList"), "").await;
    assert_eq!(told(&shown, 200)["showInAddressList"], true);
    let manager = sent(&raw, GO, &format!("GET /v1.0/users/{id}/manager"), "").await;
    assert_eq!(told(&manager, 404)["error"]["code"], "Request_ResourceNotFound");

    let owner = format!("https://127.0.0.1:8443/beta/directoryObjects/{id}");
    let group = json!({"description": null, "displayName": "tf", "groupTypes": [], "isAssignableToRole": false, "mailEnabled": false, "mailNickname": "tf", "membershipRule": null, "owners@odata.bind": [owner], "resourceBehaviorOptions": [], "resourceProvisioningOptions": [], "securityEnabled": true});
    let made = sent(&raw, GO, "POST /beta/groups", &group.to_string()).await;
    let group = told(&made, 201)["id"].as_str().unwrap().to_owned();
    for name in ["TERRAFORM_UPDATE_1", "tf"] {
        let body = json!({"displayName": name}).to_string();
        told(&sent(&raw, GO, &format!("PATCH /beta/groups/{group}"), &body).await, 204);
    }
    let owners = sent(&raw, GO, &format!("GET /beta/groups/{group}/owners"), "").await;
    // Kiota's clients tell the objects apart by their type, and read their names.
    let owner = &told(&owners, 200)["value"][0];
    assert_eq!(owner["@odata.type"], "#microsoft.graph.user");
    assert_eq!(owner["userPrincipalName"], "tf@contoso.onmicrosoft.com");
    for below in ["members", "memberOf"] {
        told(&sent(&raw, GO, &format!("GET /beta/groups/{group}/{below}"), "").await, 200);
    }
    told(&sent(&raw, GO, &format!("DELETE /beta/groups/{group}"), "").await, 204);
    told(&sent(&raw, GO, &format!("GET /beta/groups/{group}"), "").await, 404);
}

/// The provider of Terraform: catalog, resource, package, role scope, role, policy; on beta.
#[tokio::test]
async fn terraforms_access_package() {
    let raw = Raw::tenant();
    let group = raw.group("tf").await;
    let catalog = r##"{"@odata.type":"#microsoft.graph.accessPackageCatalog","catalogStatus":"published","catalogType":"UserManaged","description":"d","displayName":"tf","isExternallyVisible":true}"##;
    let catalog = sent(&raw, GO, "POST /beta/EM/accessPackageCatalogs", catalog).await;
    let catalog = told(&catalog, 201)["id"].as_str().unwrap().to_owned();
    let request = json!({"@odata.type": "#microsoft.graph.accessPackageResourceRequest", "accessPackageResource": {"@odata.type": "#microsoft.graph.accessPackageResource", "originId": group, "originSystem": "AadGroup"}, "catalogId": catalog, "executeImmediately": true, "requestType": "AdminAdd"});
    told(
        &sent(&raw, GO, "POST /beta/EM/accessPackageResourceRequests", &request.to_string()).await,
        201,
    );
    let waits = format!(
        "GET /beta/EM/accessPackageCatalogs/{catalog}/accessPackageResources?%24filter=startswith%28originId%2C+%27{group}%27%29"
    );
    let resources = sent(&raw, GO, &waits, "").await;
    let resource = told(&resources, 200)["value"][0].clone();

    let package = json!({"@odata.type": "#microsoft.graph.accessPackage", "accessPackageCatalog": {"@odata.type": "#microsoft.graph.accessPackageCatalog", "catalogStatus": "published", "catalogType": "UserManaged", "description": "d", "displayName": "tf", "id": catalog, "isExternallyVisible": true}, "description": "d", "displayName": "tf", "isHidden": false});
    let package = sent(&raw, GO, "POST /beta/EM/accessPackages", &package.to_string()).await;
    assert_eq!(told(&package, 201)["catalogId"], catalog.as_str());
    let package = package.id();
    // The inner resource has the type that the server gave it, and no system; the scope no id.
    let scope = json!({
        "accessPackageResourceRole": {"@odata.type": "#microsoft.graph.accessPackageResourceRole", "accessPackageResource": {"@odata.type": "#microsoft.graph.accessPackageResource", "id": resource["id"], "resourceType": resource["resourceType"]}, "displayName": "Member", "originId": format!("Member_{group}"), "originSystem": "AadGroup"},
        "accessPackageResourceScope": {"@odata.type": "#microsoft.graph.accessPackageResourceScope", "originId": group, "originSystem": "AadGroup"},
    });
    let path = format!("POST /beta/EM/accessPackages/{package}/accessPackageResourceRoleScopes");
    let scope = sent(&raw, GO, &path, &scope.to_string()).await;
    let scope = told(&scope, 201)["id"].as_str().unwrap().to_owned();
    let expand = "%24expand=accessPackageResourceRoleScopes%28%24expand%3DaccessPackageResourceRole%2CaccessPackageResourceScope%29";
    let read = sent(&raw, GO, &format!("GET /beta/EM/accessPackages/{package}?{expand}"), "").await;
    let found = &told(&read, 200)["accessPackageResourceRoleScopes"][0];
    assert_eq!(found["id"], scope.as_str());
    assert_eq!(found["accessPackageResourceRole"]["originId"], format!("Member_{group}"));
    assert_eq!(found["accessPackageResourceScope"]["originId"], group.as_str());

    let owners = "GET /beta/roleManagement/entitlementManagement/roleDefinitions?%24filter=displayName+eq+%27Catalog+owner%27";
    let definition = told(&sent(&raw, GO, owners, "").await, 200)["value"][0]["id"].clone();
    let role = json!({"appScopeId": format!("/AccessPackageCatalog/{catalog}"), "directoryScopeId": "/", "principalId": raw.tenant.requestor().user, "roleDefinitionId": definition});
    let roles = "/beta/roleManagement/entitlementManagement/roleAssignments";
    let made = sent(&raw, GO, &format!("POST {roles}"), &role.to_string()).await;
    let role = format!("{roles}/{}", told(&made, 201)["id"].as_str().unwrap());
    told(&sent(&raw, GO, &format!("GET {role}"), "").await, 200);
    told(&sent(&raw, GO, &format!("DELETE {role}"), "").await, 204);

    let mut policy = json!({
        "@odata.type": "#microsoft.graph.accessPackageAssignmentPolicy", "accessPackageId": package, "canExtend": false, "description": "d", "displayName": "tf", "durationInDays": 90, "expirationDateTime": null,
        "accessReviewSettings": {"accessReviewTimeoutBehavior": "keepAccess", "durationInDays": 3, "isEnabled": true, "recurrenceType": "weekly", "reviewerType": "Self", "reviewers": [], "startDateTime": null},
        "questions": [{"@odata.type": "#microsoft.graph.accessPackageTextInputQuestion", "isRequired": false, "sequence": 1, "text": {"defaultText": "hello", "localizedTexts": []}}],
        "requestApprovalSettings": {"approvalMode": "SingleStage", "approvalStages": [{"approvalStageTimeOutInDays": 14, "escalationApprovers": [], "escalationTimeInMinutes": null, "isApproverJustificationRequired": false, "isEscalationEnabled": false, "primaryApprovers": [{"@odata.type": "#microsoft.graph.groupMembers", "description": "tf", "id": group, "isBackup": false}]}], "isApprovalRequired": true, "isApprovalRequiredForExtension": false, "isRequestorJustificationRequired": false},
        "requestorSettings": {"acceptRequests": true, "allowedRequestors": [], "scopeType": "AllExistingDirectoryMemberUsers"},
    });
    let policies = "/beta/EM/accessPackageAssignmentPolicies";
    let made = sent(&raw, GO, &format!("POST {policies}"), &policy.to_string()).await;
    let id = told(&made, 201)["id"].as_str().unwrap().to_owned();
    policy["displayName"] = json!("changed");
    let put = sent(&raw, GO, &format!("PUT {policies}/{id}"), &policy.to_string()).await;
    told(&put, 200);
    let read = sent(&raw, GO, &format!("GET {policies}/{id}"), "").await;
    let read = told(&read, 200);
    for pointer in [
        "/displayName",
        "/durationInDays",
        "/canExtend",
        "/expirationDateTime",
        "/requestorSettings/scopeType",
        "/requestorSettings/acceptRequests",
        "/requestorSettings/allowedRequestors",
        "/requestApprovalSettings/approvalStages/0/approvalStageTimeOutInDays",
        "/requestApprovalSettings/approvalStages/0/primaryApprovers/0/id",
        "/requestApprovalSettings/approvalStages/0/primaryApprovers/0/isBackup",
        "/accessReviewSettings/recurrenceType",
        "/accessReviewSettings/reviewerType",
        "/accessReviewSettings/durationInDays",
        "/questions/0/text/defaultText",
        "/questions/0/sequence",
    ] {
        assert_eq!(read.pointer(pointer), policy.pointer(pointer), "{pointer} {read}");
    }
    for line in [
        format!("DELETE {policies}/{id}"),
        format!("DELETE /beta/EM/accessPackages/{package}/accessPackageResourceRoleScopes/{scope}"),
        format!("DELETE /beta/EM/accessPackages/{package}"),
    ] {
        let got = sent(&raw, GO, &line, "").await;
        assert!([200, 204].contains(&got.status), "{line} {got:?}");
    }
}

/// The models of v1.0 have no ids of what a request is about: the SDKs send them as additional data.
#[tokio::test]
async fn additional_data_is_understood() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    let target = raw.tenant.requestor().user.clone();
    let body = format!(
        r#"{{"requestType":"adminAdd","assignment":{{"targetId":"{target}","assignmentPolicyId":"{policy}","accessPackageId":"{package}"}}}}"#
    );
    told(&sent(&raw, RUST, "POST /v1.0/EM/assignmentRequests", &body).await, 201);
    raw.pass(10);
    let assignments = format!(
        "GET /v1.0/EM/assignments?$expand=target&$filter=assignmentPolicy%2Fid%20eq%20%27{policy}%27"
    );
    let got = sent(&raw, RUST, &assignments, "").await;
    // Clients that read plain JSON compare the exact word.
    assert_eq!(told(&got, 200)["value"][0]["state"], "delivered");
    let beta = format!(
        "GET /beta/EM/accessPackageAssignments?$filter=accessPackageId%20eq%20%27{package}%27"
    );
    let got = sent(&raw, RUST, &beta, "").await;
    assert_eq!(told(&got, 200)["value"][0]["assignmentState"], "Delivered");
    assert_eq!(got.body["value"][0]["targetId"], target.as_str());
    let members = sent(&raw, RUST, &format!("GET /v1.0/groups/{group}/members"), "").await;
    assert_eq!(told(&members, 200)["value"][0]["@odata.type"], "#microsoft.graph.user");
}

#[tokio::test]
async fn the_command_line_signs_in_where_there_is_no_subscription() {
    let raw = Raw::tenant();
    let endpoints = "/metadata/endpoints?api-version=2022-09-01";
    let got = sent(&raw, AZURE_CLI, &format!("GET {endpoints}"), "").await;
    let own = "https://127.0.0.1:8443";
    for pointer in
        ["/resourceManager", "/microsoftGraphResourceId", "/authentication/loginEndpoint"]
    {
        let address = told(&got, 200).pointer(pointer).and_then(Value::as_str).unwrap();
        assert_eq!(address.trim_end_matches('/'), own, "{pointer}");
    }
    let none = sent(&raw, AZURE_CLI, "GET /subscriptions?api-version=2022-12-01", "").await;
    assert_eq!(told(&none, 200), &json!({"value": []}));
}
