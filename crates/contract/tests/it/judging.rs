use contract::{Contract, Direction, Exchange, Judge};
use serde_json::{Value, json};

fn judge(version: &str) -> &'static Judge {
    Contract::builtin(version).unwrap().judge()
}

fn body(version: &str, of: &str, body: &Value, direction: Direction) -> Vec<String> {
    judge(version).check_body(of, body, direction).iter().map(ToString::to_string).collect()
}

#[test]
fn a_body_of_the_documents_conforms() {
    let package = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#…",
        "id": "642181f0-bc17-4fc6-9ebb-ff53dbf18c2f",
        "displayName": "sales reps",
        "description": null,
        "isHidden": false,
        "createdDateTime": "2021-11-10T01:10:09.5220119Z",
        "catalog": {"id": "66584aae-98bb-48cc-9458-7bee5d2a6577", "state": "published"},
    });
    assert_eq!(body("v1.0", "accessPackage", &package, Direction::Response), [""; 0]);
}

#[test]
fn faults_are_named_with_their_place_and_without_their_value() {
    let policy = json!({
        "displayName": 5,
        "allowedTargetScope": "SpecificDirectoryUsers",
        "specificAllowedTargets": [
            {"@odata.type": "#microsoft.graph.singleUser", "userId": "x", "id": "y"},
            {"@odata.type": "#microsoft.graph.groupMembers", "groupId": 7},
        ],
        "expiration": {"duration": "30 days", "type": "sometime"},
        "createdDateTime": "secret yesterday",
        "durationInDays": 30,
    });
    assert_eq!(
        body("v1.0", "accessPackageAssignmentPolicy", &policy, Direction::Request),
        [
            "violation wrong-type in request at /createdDateTime: the value is not spelled as an Edm.DateTimeOffset",
            "violation wrong-type in request at /displayName: the value is not of type \"string\"",
            "violation undeclared-member in request at /durationInDays: accessPackageAssignmentPolicy of v1.0 declares no such member",
            "violation wrong-type in request at /expiration/duration: the value is not spelled as an Edm.Duration",
            "violation enum-member in request at /expiration/type: no word of the enum; it has notSpecified, noExpiration, afterDateTime, afterDuration",
            "violation undeclared-member in request at /specificAllowedTargets/0/id: singleUser of v1.0 declares no such member",
            "violation wrong-type in request at /specificAllowedTargets/1/groupId: the value is not of type \"string\"",
            "notice enum-case in request at /allowedTargetScope: a word of the enum in another case; it is 'specificDirectoryUsers'",
        ]
    );
}

#[test]
fn an_answer_may_grow_but_not_change_its_case() {
    let request = json!({"requestType": "somethingNew", "state": "Delivered", "priority": 1});
    assert_eq!(
        body("v1.0", "accessPackageAssignmentRequest", &request, Direction::Response),
        [
            "violation enum-case in response at /state: a word of the enum in another case; it is 'delivered'",
            "notice undeclared-member in response at /priority: accessPackageAssignmentRequest of v1.0 declares no such member",
            "notice enum-new-member in response at /requestType: a word that v1.0 does not have yet",
        ]
    );
}

#[test]
fn null_is_judged_by_nullability() {
    let subject = json!({"subjectLifecycle": null, "email": null});
    assert_eq!(
        body("v1.0", "accessPackageSubject", &subject, Direction::Response),
        [
            "violation null in response at /subjectLifecycle: null, where the metadata does not allow it",
        ]
    );
}

#[test]
fn open_types_admit_what_they_do_not_declare() {
    let user =
        json!({"id": "x", "infoCatalogs": [], "extension_abc_title": "Dr", "displayName": null});
    assert_eq!(body("v1.0", "user", &user, Direction::Response), [""; 0]);
}

#[test]
fn flat_ids_of_an_assignment_are_a_known_exception_in_requests_only() {
    let request =
        json!({"assignment": {"targetId": "a", "assignmentPolicyId": "b", "accessPackageId": "c"}});
    let of = "accessPackageAssignmentRequest";
    assert_eq!(body("v1.0", of, &request, Direction::Request), [""; 0]);
    assert_eq!(body("v1.0", of, &request, Direction::Response).len(), 3);
}

fn findings(version: &str, method: &str, path: &str, status: u16, response: &Value) -> Vec<String> {
    let exchange = Exchange { method, path, request: None, status, response: Some(response) };
    judge(version).check(&exchange).iter().map(ToString::to_string).collect()
}

#[test]
fn paths_lead_through_navigations_and_ids() {
    let at = |path: &str| judge("v1.0").contract().resolve(path).map(|r| r.type_ref.to_string());
    let base = "/v1.0/identityGovernance/entitlementManagement";
    assert_eq!(at(&format!("{base}/catalogs?$top=1")).unwrap(), "Collection(accessPackageCatalog)");
    assert_eq!(
        at(&format!("{base}/catalogs('x')/resourceRoles")).unwrap(),
        "Collection(accessPackageResourceRole)"
    );
    assert_eq!(at(&format!("{base}/accessPackages/x")).unwrap(), "accessPackage");
    assert_eq!(at("/v1.0/groups/x/members").unwrap(), "Collection(directoryObject)");
    assert_eq!(
        at("/v1.0/roleManagement/directory/roleAssignments").unwrap(),
        "Collection(unifiedRoleAssignment)"
    );
    assert_eq!(
        at(&format!("{base}/accessPackages/x/accessPackageResourceRoleScopes")).unwrap_err(),
        "accessPackage of v1.0 declares no navigation 'accessPackageResourceRoleScopes'"
    );
    assert!(
        at("/v1.0/organization").unwrap_err().starts_with("the contract of v1.0 begins at groups")
    );
}

#[test]
fn envelopes_are_judged_too() {
    let path = "/beta/identityGovernance/entitlementManagement/accessPackageCatalogs";
    let list = json!({"value": [{"id": "x"}, {"catalogStatus": 5}]});
    assert_eq!(
        findings("beta", "GET", path, 200, &list),
        [
            "violation wrong-type in response at /value/1/catalogStatus: the value is not of type \"string\"",
        ]
    );
    assert_eq!(
        findings("beta", "GET", path, 200, &json!({"id": "x"})),
        [
            "violation collection-envelope in response: expected a list of accessPackageCatalog under 'value', found none",
        ]
    );
    assert_eq!(
        findings("beta", "POST", path, 201, &list),
        [
            "notice undeclared-member in response at /value: accessPackageCatalog of beta declares no such member",
        ]
    );
    assert_eq!(findings("beta", "GET", path, 404, &json!("gone")).len(), 1);
    let error = json!({"error": {"code": "", "message": "No HTTP resource was found"}});
    assert_eq!(findings("beta", "GET", path, 404, &error), [""; 0]);
}

fn of_request(version: &str, method: &str, path: &str, request: Option<&Value>) -> Vec<String> {
    let path = format!("/{version}/identityGovernance/entitlementManagement/{path}");
    let exchange = Exchange { method, path: &path, request, status: 204, response: None };
    judge(version).check(&exchange).iter().map(ToString::to_string).collect()
}

#[test]
fn a_method_that_the_metadata_does_not_let_expect_is_a_violation() {
    assert_eq!(of_request("v1.0", "POST", "catalogs", None), [""; 0]);
    assert_eq!(of_request("v1.0", "PATCH", "catalogs/x", None), [""; 0]);
    assert_eq!(
        of_request("v1.0", "DELETE", "catalogs", None),
        [
            "violation undeclared-method in request: DELETE is not declared here; the metadata of v1.0 lets expect GET, POST"
        ]
    );
    // The one type of v1.0's that is said to be updated by PUT.
    assert_eq!(
        of_request("v1.0", "PATCH", "controlConfigurations/x", None),
        [
            "violation undeclared-method in request: PATCH is not declared here; the metadata of v1.0 lets expect GET, PUT, DELETE"
        ]
    );
    // Incompatible packages live elsewhere: they are referred to.
    assert_eq!(
        of_request("v1.0", "POST", "accessPackages/x/incompatibleAccessPackages/$ref", None),
        [""; 0]
    );
    assert_eq!(
        of_request("v1.0", "POST", "accessPackages/x/incompatibleAccessPackages", None),
        [
            "violation undeclared-method in request: POST is not declared here; the metadata of v1.0 lets expect GET"
        ]
    );
}

#[test]
fn what_the_metadata_promises_and_the_service_does_not_serve_is_a_notice_with_its_source() {
    assert_eq!(
        of_request("beta", "DELETE", "accessPackageAssignments/x", None),
        [
            "notice known-unserved in request: the metadata of beta promises DELETE accessPackageAssignments/{id}, which the service does not serve (msgraph-sdk-powershell#2493: 404; an assignment is removed by a request)"
        ]
    );
    assert_eq!(of_request("v1.0", "GET", "resourceRequests/$count", None), [""; 0]);
    // Each of them is promised, or there would be nothing to say.
    for row in &contract::UNSERVED {
        let path = format!(
            "/{}/identityGovernance/entitlementManagement/{}",
            row.version,
            row.path.replace("{id}", "x")
        );
        judge(row.version).contract().resolve(&path).unwrap();
    }
}

#[test]
fn actions_and_functions_are_judged_by_what_is_given_and_answered() {
    let on = "accessPackages/filterByCurrentUser(on='allowedRequestor')";
    assert_eq!(of_request("v1.0", "GET", on, None), [""; 0]);
    assert_eq!(of_request("v1.0", "POST", on, None).len(), 1);
    // The metadata of beta spells it Cancel.
    assert_eq!(
        of_request("beta", "POST", "accessPackageAssignmentRequests/x/cancel", None),
        [""; 0]
    );
    let resume = "assignmentRequests/x/resume";
    let given = json!({"source": "a", "data": {"stage": 7}, "reason": "b"});
    assert_eq!(
        of_request("v1.0", "POST", resume, Some(&given)),
        [
            "violation undeclared-member in request at /data/stage: customExtensionData of v1.0 declares no such member",
            "violation undeclared-member in request at /reason: accessPackageAssignmentRequest/resume of v1.0 declares no such parameter",
        ]
    );
    let requirements = json!({"value": [{"policyId": 5}]});
    let path = "/v1.0/identityGovernance/entitlementManagement/accessPackages/x/getApplicablePolicyRequirements";
    assert_eq!(
        findings("v1.0", "POST", path, 200, &requirements),
        [
            "violation wrong-type in response at /value/0/policyId: the value is not of type \"string\""
        ]
    );
    assert_eq!(of_request("v1.0", "GET", "catalogs/x/displayName", None), [""; 0]);
    assert_eq!(
        of_request("v1.0", "GET", "catalogs/x/displayName/y", None),
        ["violation undeclared-path in request: nothing is behind Edm.String, found 'y'"]
    );
}
