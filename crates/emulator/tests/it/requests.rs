use serde_json::json;

use crate::raw::Raw;

#[tokio::test]
async fn a_user_asks_for_nobody_else() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    let target = raw.tenant.requestor().user.clone();
    let body = json!({"requestType": "UserAdd", "accessPackageAssignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package}});
    let got = raw.post("/beta/EM/accessPackageAssignmentRequests", body).await;
    assert_eq!(got.body["error"]["message"], "No valid policy was found in the request");
}

#[tokio::test]
async fn target_and_policy_may_be_left_to_the_service() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    let body = json!({"requestType": "userAdd", "assignment": {"accessPackageId": package}});
    assert_eq!(raw.post("/v1.0/EM/assignmentRequests", body.clone()).await.status, 400);
    let got = raw.requestor().post("/v1.0/EM/assignmentRequests", body).await;
    assert_eq!(got.status, 201);
    raw.pass(10);
    let path = format!(
        "/v1.0/EM/assignmentRequests/{}?$expand=assignment($expand=assignmentPolicy,target),requestor,accessPackage",
        got.id()
    );
    let body = raw.get(&path).await.body;
    assert_eq!(body["assignment"]["assignmentPolicy"]["id"], policy.as_str());
    assert_eq!(body["accessPackage"]["id"], package.as_str());
    assert_eq!(body["requestor"]["subjectType"], "user");
    // The assignment's id is not the request's, and v1.0 answers without the flat ids.
    assert_ne!(body["assignment"]["id"], body["id"]);
    assert!(body["assignment"].get("accessPackageId").is_none());
}

#[tokio::test]
async fn an_administrator_assigns_within_the_policys_scope() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    let add = |target: &str| json!({"requestType": "adminAdd", "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package}});
    let out = raw.post("/v1.0/EM/assignmentRequests", add(raw.user())).await;
    assert_eq!(
        out.body["error"]["message"],
        "You don't meet policy requirements to request this entitlement."
    );
    let requestor = raw.tenant.requestor().user.clone();
    assert_eq!(raw.post("/v1.0/EM/assignmentRequests", add(&requestor)).await.status, 201);
    assert_eq!(
        raw.post("/v1.0/EM/assignmentRequests", add(&requestor)).await.refusal(),
        "400 ExistingOpenRequest"
    );
    raw.pass(10);
    assert_eq!(
        raw.post("/v1.0/EM/assignmentRequests", add(&requestor)).await.refusal(),
        "400 ExistingGrant"
    );

    let direct = json!({"displayName": "direct", "accessPackage": {"id": package}, "allowedTargetScope": "notSpecified"});
    let direct = raw.post("/v1.0/EM/assignmentPolicies", direct).await.id();
    let body = json!({"requestType": "adminAdd", "assignment": {"target": {"objectId": raw.user()}, "assignmentPolicy": {"id": direct}, "accessPackage": {"id": package}}});
    assert_eq!(raw.post("/v1.0/EM/assignmentRequests", body).await.status, 201);
}

#[tokio::test]
async fn an_assignment_is_taken_away_once() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    raw.pass(10);
    let assignment = raw.first("/v1.0/EM/assignments").await;
    let remove = json!({"requestType": "adminRemove", "assignment": {"id": assignment}});
    let path = "/v1.0/EM/assignmentRequests";
    assert_eq!(raw.post(path, remove.clone()).await.status, 201);
    assert_eq!(raw.post(path, remove.clone()).await.refusal(), "400 ExistingOpenRequest");
    raw.pass(10);
    assert_eq!(raw.post(path, remove).await.refusal(), "404 AssignmentNotFound");
}

/// Clients send every setting, those too that are off.
#[tokio::test]
async fn settings_that_are_off_are_kept_as_they_were_sent() {
    let raw = Raw::tenant();
    let (_, package, _) = raw.package("Sales", 30).await;
    let review = json!({"isEnabled": false, "recurrenceType": "", "reviewerType": "", "durationInDays": 25, "reviewers": [], "startDateTime": null});
    let body = json!({"accessPackageId": package, "displayName": "p", "accessReviewSettings": review, "requestorSettings": {"scopeType": "NoSubjects", "acceptRequests": false, "allowedRequestors": []}});
    let made = raw.post("/beta/EM/accessPackageAssignmentPolicies", body).await;
    assert_eq!((made.status, &made.body["accessReviewSettings"]), (201, &review), "{made:?}");
    let body = json!({"displayName": "q", "accessPackage": {"id": package}, "notificationSettings": {"isAssignmentNotificationDisabled": false}, "automaticRequestSettings": {"requestAccessForAllowedTargets": false}});
    assert_eq!(raw.post("/v1.0/EM/assignmentPolicies", body).await.status, 201);
}

/// Reference pages of both versions have examples with the other version's name.
#[tokio::test]
async fn either_name_of_the_assignment_is_taken() {
    for (path, name) in [
        ("/beta/EM/assignmentRequests", "assignment"),
        ("/beta/EM/assignmentRequests", "accessPackageAssignment"),
        ("/v1.0/EM/assignmentRequests", "accessPackageAssignment"),
    ] {
        let raw = Raw::tenant();
        let (_, package, _) = raw.package("Sales", 30).await;
        let body = json!({"requestType": "UserAdd", name: {"accessPackageId": package}});
        let got = raw.requestor().post(path, body).await;
        assert_eq!(got.status, 201, "{path} {name}: {got:?}");
    }
}

#[tokio::test]
async fn a_user_gives_up_their_own_assignment_and_no_other() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    raw.pass(10);
    let assignment = raw.first("/v1.0/EM/assignments").await;
    let remove = json!({"requestType": "userRemove", "assignment": {"id": assignment}});
    let path = "/v1.0/EM/assignmentRequests";
    assert_eq!(raw.post(path, remove.clone()).await.refusal(), "404 AssignmentNotFound");
    assert_eq!(raw.requestor().post(path, remove).await.status, 201);
    raw.pass(10);
    assert_eq!(raw.members(&group).await, 0);
}

/// What beta keeps of a policy is what beta shows of it.
#[tokio::test]
async fn a_policy_reads_in_the_tongue_that_is_asked_for() {
    let raw = Raw::tenant();
    let (_, package, _) = raw.package("Sales", 30).await;
    let user = raw.tenant.requestor().user.clone();
    let sent = json!({
        "accessPackageId": package, "displayName": "Specific users", "description": "d", "accessReviewSettings": null, "durationInDays": 30,
        "requestorSettings": {"scopeType": "SpecificDirectorySubjects", "acceptRequests": true, "allowedRequestors": [{"@odata.type": "#microsoft.graph.singleUser", "isBackup": false, "id": user, "description": "Requestor1"}]},
        "requestApprovalSettings": {"isApprovalRequired": false, "isApprovalRequiredForExtension": false, "isRequestorJustificationRequired": false, "approvalMode": "NoApproval", "approvalStages": []},
    });
    let made = raw.post("/beta/EM/accessPackageAssignmentPolicies", sent.clone()).await;
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&made.body[name], value, "{name}");
    }
    assert_eq!(made.body["canExtend"], false);
    assert_eq!(made.body["createdDateTime"], "2026-01-05T09:14:33.2042281Z");
    assert_eq!(made.body["modifiedDateTime"], "2026-01-05T09:14:33.2198021Z");
    let v1 = raw.get(&format!("/v1.0/EM/assignmentPolicies/{}", made.id())).await.body;
    assert_eq!(v1["expiration"]["duration"], "P30D");
    assert_eq!(v1["allowedTargetScope"], "specificDirectoryUsers");
    assert_eq!(v1["specificAllowedTargets"][0]["userId"], user.as_str());
    assert!(v1.get("accessPackageId").is_none());
    let stages = json!({"displayName": "x", "accessPackage": {"id": package}, "requestApprovalSettings": {"isApprovalRequiredForAdd": true, "stages": []}});
    assert_eq!(
        raw.post("/v1.0/EM/assignmentPolicies", stages).await.refusal(),
        "400 InvalidApprovalStages"
    );
}

/// What would be kept and not acted on is refused.
#[tokio::test]
async fn what_cannot_be_honoured_says_so() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    let by_mail = json!({"requestType": "userAdd", "assignment": {"target": {"email": "a@example.com"}, "assignmentPolicyId": policy, "accessPackageId": package}});
    let got = raw.post("/v1.0/EM/assignmentRequests", by_mail).await;
    assert_eq!(got.refusal(), "501 NotImplemented");
    for (name, value) in [
        ("automaticRequestSettings", json!({"requestAccessForAllowedTargets": true})),
        ("customExtensionStageSettings", json!([{"stage": "assignmentRequestCreated"}])),
    ] {
        let mut body = json!({"displayName": "p", "accessPackage": {"id": package}});
        body[name] = value;
        let got = raw.post("/v1.0/EM/assignmentPolicies", body).await;
        assert_eq!(got.refusal(), "501 NotImplemented", "{name}");
    }
}

#[tokio::test]
async fn a_policys_words_are_checked() {
    let raw = Raw::tenant();
    let (_, package, _) = raw.package("Sales", 30).await;
    let scope = |scope: &str, asks: bool| json!({"displayName": "p", "accessPackage": {"id": package}, "allowedTargetScope": scope, "requestorSettings": {"enableTargetsToSelfAddAccess": asks}});
    for (word, asks, expected) in [
        ("everybody", true, "400 InvalidModel"),
        ("NoSubjects", false, "400 InvalidModel"),
        ("allExternalUsers", true, "400 AnyUserPolicyValidationError"),
        ("allExternalUsers", false, "201 no code"),
        ("allDirectoryUsers", true, "201 no code"),
    ] {
        let got = raw.post("/v1.0/EM/assignmentPolicies", scope(word, asks)).await;
        assert_eq!(got.refusal(), expected, "{word}");
    }
    let mut untyped = scope("specificDirectoryUsers", true);
    untyped["specificAllowedTargets"] = json!([{"userId": raw.user()}]);
    let got = raw.post("/v1.0/EM/assignmentPolicies", untyped.clone()).await;
    assert_eq!(got.refusal(), "400 InvalidModel");
    // The type is taken without its mark and sent with it.
    untyped["specificAllowedTargets"][0]["@odata.type"] = json!("microsoft.graph.singleUser");
    let got = raw.post("/v1.0/EM/assignmentPolicies", untyped).await.body;
    assert_eq!(got["specificAllowedTargets"][0]["@odata.type"], "#microsoft.graph.singleUser");
    for expiration in [
        json!({"duration": "10"}),
        json!({"type": "afterDuration"}),
        json!({"type": "noExpiration", "endDateTime": "soon"}),
    ] {
        let mut body = scope("notSpecified", false);
        body["expiration"] = expiration.clone();
        let got = raw.post("/v1.0/EM/assignmentPolicies", body).await;
        assert_eq!(got.refusal(), "400 InvalidModel", "{expiration}");
    }
}

#[tokio::test]
async fn what_is_still_used_is_not_deleted() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    for path in [
        format!("/v1.0/EM/assignmentPolicies/{policy}"),
        format!("/v1.0/EM/accessPackages/{package}"),
    ] {
        assert_eq!(raw.delete(&path).await.status, 400, "{path}");
        raw.pass(10);
        assert_eq!(raw.delete(&path).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn somebody_from_elsewhere_is_assigned_by_their_address() {
    let raw = Raw::tenant();
    let (group, package, _) = raw.package("Sales", 30).await;
    let policy = |scope: &str| json!({"displayName": scope, "accessPackage": {"id": package}, "allowedTargetScope": scope});
    let open = raw.post("/v1.0/EM/assignmentPolicies", policy("notSpecified")).await.id();
    let own = raw.post("/v1.0/EM/assignmentPolicies", policy("allMemberUsers")).await.id();
    let body = |address: &str, policy: &str| json!({"requestType": "AdminAdd", "assignment": {"target": {"email": address}, "assignmentPolicy": {"id": policy}, "accessPackage": {"id": package}}});
    let requests = "/v1.0/EM/assignmentRequests";
    // Nobody is invited for what is refused.
    let users = raw.get("/v1.0/users/$count").await.body;
    assert!(raw.post(requests, body("pat@fabrikam.com", &own)).await.status >= 400);
    assert_eq!(raw.post(requests, body("nowhere", &open)).await.refusal(), "400 InvalidModel");
    assert_eq!(raw.get("/v1.0/users/$count").await.body, users);
    let got = raw.post(requests, body("pat@fabrikam.com", &open)).await;
    assert_eq!(got.status, 201, "{got:?}");
    raw.pass(10);
    assert_eq!(raw.members(&group).await, 1);
    let guest = raw.get("/beta/users?$filter=mail eq 'pat@fabrikam.com'").await.body;
    let guest = &guest["value"][0];
    assert_eq!(guest["userPrincipalName"], "pat_fabrikam.com#EXT#@contoso.onmicrosoft.com");
    assert_eq!(
        (&guest["userType"], &guest["externalUserState"]),
        (&json!("Guest"), &json!("PendingAcceptance"))
    );
    let held = raw.get("/v1.0/EM/assignments?$expand=target").await.body;
    assert_eq!(held["value"][0]["target"]["email"], "pat@fabrikam.com", "{held}");
    assert_eq!(held["value"][0]["target"]["objectId"], guest["id"]);
    // Now they are known, under either name.
    let again = raw.post(requests, body("PAT@fabrikam.com", &open)).await;
    assert_eq!(again.refusal(), "400 ExistingGrant");
}
