use model::Version::{Beta, V1};
use model::dialect::{from_wire, noun, render, to_wire};
use serde_json::json;

/// Step 1.7 of the tutorial, in both tongues.
#[test]
fn a_policy_takes_betas_shape_and_comes_back() {
    let v1 = json!({
        "accessPackage": {"id": "88203d16-0e31-41d4-87b2-dd402f1435e9"},
        "displayName": "Specific users",
        "allowedTargetScope": "specificDirectoryUsers",
        "specificAllowedTargets": [{"@odata.type": "#microsoft.graph.singleUser", "userId": "007d1c7e-7fa8-4e33-b678-5e437acdcddc"}],
        "expiration": {"endDateTime": null, "duration": "P30D", "type": "afterDuration"},
        "requestorSettings": {"enableTargetsToSelfAddAccess": true},
        "requestApprovalSettings": {"isApprovalRequiredForAdd": false, "isApprovalRequiredForUpdate": false, "stages": []},
    });
    let beta = json!({
        "accessPackageId": "88203d16-0e31-41d4-87b2-dd402f1435e9",
        "displayName": "Specific users",
        "durationInDays": 30,
        "expirationDateTime": null,
        "requestorSettings": {
            "acceptRequests": true,
            "scopeType": "SpecificDirectorySubjects",
            "allowedRequestors": [{"@odata.type": "#microsoft.graph.singleUser", "id": "007d1c7e-7fa8-4e33-b678-5e437acdcddc"}],
        },
        "requestApprovalSettings": {"isApprovalRequired": false, "isApprovalRequiredForExtension": false, "approvalMode": "NoApproval", "approvalStages": []},
    });
    assert_eq!(to_wire(Beta, &noun::POLICY, &v1).unwrap(), beta);
    let understood = from_wire(Beta, &noun::POLICY, &beta);
    assert_eq!(understood.value, v1);
    assert_eq!(understood.unknown, [""; 0]);
}

#[test]
fn a_duration_of_hours_is_refused_in_beta_and_shown_as_no_day() {
    let policy = json!({"expiration": {"duration": "PT12H", "type": "afterDuration"}});
    let error = to_wire(Beta, &noun::POLICY, &policy).unwrap_err();
    assert_eq!(
        error.to_string(),
        "not expressible in beta: an expiration of 'PT12H', which is not whole days"
    );
    assert_eq!(render(Beta, &noun::POLICY, policy.clone())["durationInDays"], 0);
}

/// Example 2 of the resource-request page.
#[test]
fn a_bound_environment_keeps_its_annotation_under_the_other_name() {
    let v1 = json!({
        "catalog": {"id": "de9315c1-272b-4905-924b-cc112ca180c7"},
        "requestType": "adminAdd",
        "resource": {"originSystem": "SharePointOnline", "environment@odata.bind": "resourceEnvironments/615f2218"},
    });
    let beta = json!({
        "catalogId": "de9315c1-272b-4905-924b-cc112ca180c7",
        "requestType": "AdminAdd",
        "accessPackageResource": {
            "originSystem": "SharePointOnline",
            "accessPackageResourceEnvironment@odata.bind": "accessPackageResourceEnvironments/615f2218",
        },
    });
    assert_eq!(to_wire(Beta, &noun::RESOURCE_REQUEST, &v1).unwrap(), beta);
    assert_eq!(from_wire(Beta, &noun::RESOURCE_REQUEST, &beta).value, v1);
}

#[test]
fn members_of_the_other_version_are_unknown() {
    let body =
        json!({"catalogId": "x", "resource": {"originId": "y", "url": "z"}, "@odata.type": "#t"});
    let understood = from_wire(V1, &noun::RESOURCE_REQUEST, &body);
    assert_eq!(understood.unknown, ["/catalogId", "/resource/url"]);
}

#[test]
fn an_expanded_reference_and_its_flat_id_are_one_thing() {
    let beta = json!({"catalogId": "c", "accessPackageCatalog": {"catalogStatus": "Published"}});
    let value = from_wire(Beta, &noun::PACKAGE, &beta).value;
    assert_eq!(value, json!({"catalog": {"id": "c", "state": "published"}}));
}

#[test]
fn what_a_version_lacks_is_refused_in_a_request_unless_it_says_nothing() {
    let body = json!({"resourceRoleScopes": [], "isRoleScopesVisible": true});
    let error = to_wire(V1, &noun::PACKAGE, &body).unwrap_err();
    assert_eq!(error.what, "isRoleScopesVisible of accessPackage");
    let body = json!({"isRoleScopesVisible": false, "displayName": "x"});
    assert_eq!(to_wire(V1, &noun::PACKAGE, &body).unwrap(), json!({"displayName": "x"}));
}

/// An answer goes out in the names of its version, whether or not they are the canonical ones.
#[test]
fn an_answer_has_the_names_and_letters_of_its_version() {
    let row = json!({
        "id": "c", "state": "published", "catalogType": "userManaged",
        "resources": [{"id": "r"}], "resources@odata.context": "https://x/#y", "isExternallyVisible": true,
    });
    assert_eq!(render(V1, &noun::CATALOG, row.clone()), row);
    let beta = json!({
        "id": "c", "catalogStatus": "Published", "catalogType": "UserManaged",
        "accessPackageResources": [{"id": "r"}], "accessPackageResources@odata.context": "https://x/#y",
        "isExternallyVisible": true,
    });
    assert_eq!(render(Beta, &noun::CATALOG, row), beta);
    let renamed = json!({"catalogStatus": "Published"});
    assert_eq!(render(Beta, &noun::CATALOG, json!({"state": "published"})), renamed);
    // What a version does not have is left out, and so is what another calls otherwise.
    let row = json!({"id": "p", "isRoleScopesVisible": true, "displayName": "x"});
    assert_eq!(render(V1, &noun::PACKAGE, row.clone()), json!({"id": "p", "displayName": "x"}));
    assert_eq!(render(Beta, &noun::PACKAGE, row.clone()), row);
    // All names are the same in both; the letters are not.
    let row = json!({"requestType": "adminAdd", "id": "r"});
    assert_eq!(render(V1, &noun::RESOURCE_REQUEST, row.clone()), row);
    let beta = json!({"requestType": "AdminAdd", "id": "r"});
    assert_eq!(render(Beta, &noun::RESOURCE_REQUEST, row), beta);
}

#[test]
fn only_a_bind_names_a_set_and_an_empty_list_says_nothing() {
    let body = json!({"environment@odata.context": "resourceEnvironments/1"});
    let beta = json!({"accessPackageResourceEnvironment@odata.context": "resourceEnvironments/1"});
    assert_eq!(to_wire(Beta, &noun::RESOURCE, &body).unwrap(), beta);
    let none = json!({"verifiableCredentialSettings": [], "displayName": "x"});
    assert_eq!(to_wire(V1, &noun::POLICY, &none).unwrap(), json!({"displayName": "x"}));
    let some = json!({"verifiableCredentialSettings": [1]});
    assert!(to_wire(V1, &noun::POLICY, &some).is_err());
}
