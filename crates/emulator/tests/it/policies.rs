//! Policies in full, in both tongues.

use serde_json::{Value, json};

use crate::raw::Raw;

/// As Terraform's provider sends it.
fn beta_policy(package: &str, group: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.accessPackageAssignmentPolicy",
        "accessPackageId": package, "canExtend": false, "description": "d", "displayName": "all of it",
        "durationInDays": 90, "expirationDateTime": null,
        "requestorSettings": {
            "@odata.type": "#microsoft.graph.requestorSettings",
            "scopeType": "AllExistingDirectoryMemberUsers", "acceptRequests": true, "allowedRequestors": [],
        },
        "requestApprovalSettings": {
            "isApprovalRequired": true, "isApprovalRequiredForExtension": false,
            "isRequestorJustificationRequired": false, "approvalMode": "SingleStage",
            "approvalStages": [{
                "approvalStageTimeOutInDays": 14, "isApproverJustificationRequired": false,
                "isEscalationEnabled": false, "escalationTimeInMinutes": null,
                "primaryApprovers": [
                    {"@odata.type": "#microsoft.graph.groupMembers", "isBackup": false, "id": group, "description": "g"},
                ],
                "escalationApprovers": [
                    {"@odata.type": "#microsoft.graph.singleUser", "isBackup": true, "id": group, "description": "u"},
                ],
            }],
        },
        "accessReviewSettings": {
            "isEnabled": true, "recurrenceType": "weekly", "reviewerType": "Self", "durationInDays": 3,
            "accessReviewTimeoutBehavior": "keepAccess", "reviewers": [], "startDateTime": null,
        },
        "questions": [
            {"@odata.type": "#microsoft.graph.accessPackageTextInputQuestion", "isRequired": false, "sequence": 1,
             "text": {"defaultText": "hello", "localizedTexts": []}},
            {"@odata.type": "#microsoft.graph.accessPackageMultipleChoiceQuestion", "isRequired": false, "sequence": 2,
             "text": {"defaultText": "where", "localizedTexts": [{"text": "wo", "languageCode": "de"}]},
             "choices": [{"actualValue": "AZ", "displayValue": {"defaultText": null, "localizedTexts": [{"text": "Arizona", "languageCode": "es"}]}}],
             "allowsMultipleSelection": true},
        ],
    })
}

/// Everything that `sent` says is in `got`, annotations of objects aside.
fn holds(got: &Value, sent: &Value, at: &str) {
    match sent {
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(name, _)| !name.starts_with("@odata")) {
                holds(&got[name], value, &format!("{at}/{name}"));
            }
        }
        Value::Array(elements) => {
            assert_eq!(got.as_array().map(Vec::len), Some(elements.len()), "{at}");
            for (index, value) in elements.iter().enumerate() {
                holds(&got[index], value, &format!("{at}/{index}"));
            }
        }
        scalar => assert_eq!(got, scalar, "{at}"),
    }
}

#[tokio::test]
async fn beta_reads_what_beta_sent() {
    let raw = Raw::tenant();
    let (group, package, _) = raw.package("Sales", 30).await;
    let sent = beta_policy(&package, &group);
    let made = raw.post("/beta/EM/accessPackageAssignmentPolicies", sent.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    holds(&made.body, &sent, "");
    let path = format!("/beta/EM/accessPackageAssignmentPolicies/{}", made.id());
    let read = raw.get(&path).await.body;
    holds(&read, &sent, "");
    // A question's id stays where the whole is put again.
    let ids = |policy: &Value| [0, 1].map(|i| policy["questions"][i]["id"].clone());
    let put = raw.put(&path, read.clone()).await;
    assert_eq!((put.status, ids(&put.body)), (200, ids(&read)));
    assert!(read["questions"][0]["id"].is_string());
}

#[tokio::test]
async fn v1_reads_what_beta_sent_in_its_own_shape() {
    let raw = Raw::tenant();
    let (group, package, _) = raw.package("Sales", 30).await;
    let sent = beta_policy(&package, &group);
    let id = raw.post("/beta/EM/accessPackageAssignmentPolicies", sent).await.id();
    let read = raw.get(&format!("/v1.0/EM/assignmentPolicies/{id}")).await.body;
    let stage = &read["requestApprovalSettings"]["stages"][0];
    assert_eq!(stage["durationBeforeAutomaticDenial"], "P14D");
    assert_eq!(stage["primaryApprovers"][0]["groupId"], group.as_str());
    assert!(stage["primaryApprovers"][0].get("isBackup").is_none());
    assert_eq!(stage["fallbackPrimaryApprovers"], json!([]));
    assert_eq!(stage["escalationApprovers"], json!([]));
    assert_eq!(stage["fallbackEscalationApprovers"][0]["userId"], group.as_str());
    let review = &read["reviewSettings"];
    assert_eq!((&review["isSelfReview"], &review["primaryReviewers"]), (&json!(true), &json!([])));
    assert_eq!(review["expirationBehavior"], "keepAccess");
    assert_eq!(review["schedule"]["expiration"]["duration"], "P3D");
    let pattern = &review["schedule"]["recurrence"]["pattern"];
    assert_eq!(pattern, &json!({"type": "weekly", "interval": 1}));
    // A navigation in v1.0.
    assert!(read.get("questions").is_none());
    let read = raw.get(&format!("/v1.0/EM/assignmentPolicies/{id}?$expand=questions")).await.body;
    assert_eq!(read["questions"][0]["text"], "hello");
    assert_eq!(read["questions"][1]["localizations"][0]["text"], "wo");
    assert_eq!(read["questions"][1]["isMultipleSelectionAllowed"], true);
    let choice = &read["questions"][1]["choices"][0];
    assert_eq!((&choice["actualValue"], &choice["text"]), (&json!("AZ"), &Value::Null));
}

#[tokio::test]
async fn beta_reads_what_v1_sent_in_its_own_shape() {
    let raw = Raw::tenant();
    let (group, package, _) = raw.package("Sales", 30).await;
    let sent = json!({
        "displayName": "for guests", "allowedTargetScope": "allExternalUsers",
        "accessPackage": {"id": package}, "expiration": {"type": "noExpiration"},
        "requestorSettings": {"enableTargetsToSelfAddAccess": true},
        "requestApprovalSettings": {"isApprovalRequiredForAdd": true, "stages": [
            {"durationBeforeAutomaticDenial": "P7D", "isEscalationEnabled": true, "durationBeforeEscalation": "PT36H",
             "primaryApprovers": [{"@odata.type": "microsoft.graph.singleUser", "userId": raw.user()}],
             "fallbackPrimaryApprovers": [{"@odata.type": "#microsoft.graph.groupMembers", "groupId": group}]},
            {"primaryApprovers": []},
        ]},
        "reviewSettings": {
            "isEnabled": true, "expirationBehavior": "removeAccess", "isRecommendationEnabled": true,
            "isReviewerJustificationRequired": true, "isSelfReview": false,
            "schedule": {"startDateTime": "2026-09-06T21:59:59Z", "expiration": {"type": "afterDuration", "duration": "P25D"},
                "recurrence": {"pattern": {"type": "absoluteMonthly", "interval": 3}, "range": {"type": "noEnd"}}},
            "primaryReviewers": [{"@odata.type": "#microsoft.graph.singleUser", "userId": raw.user(), "description": "me"}],
            "fallbackReviewers": [],
        },
    });
    let made = raw.post("/v1.0/EM/assignmentPolicies", sent.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    holds(&made.body["reviewSettings"], &sent["reviewSettings"], "");
    let path = format!("/beta/EM/accessPackageAssignmentPolicies/{}", made.id());
    let read = raw.get(&path).await.body;
    let approval = &read["requestApprovalSettings"];
    assert_eq!(approval["approvalMode"], "Serial");
    let stage = &approval["approvalStages"][0];
    assert_eq!(stage["approvalStageTimeOutInDays"], 7);
    assert_eq!(stage["escalationTimeInMinutes"], 36 * 60);
    assert_eq!(
        stage["primaryApprovers"],
        json!([
            {"@odata.type": "#microsoft.graph.singleUser", "isBackup": false, "id": raw.user()},
            {"@odata.type": "#microsoft.graph.groupMembers", "isBackup": true, "id": group},
        ])
    );
    assert_eq!(approval["approvalStages"][1]["approvalStageTimeOutInDays"], 14);
    let review = &read["accessReviewSettings"];
    assert_eq!(review["recurrenceType"], "quarterly");
    assert_eq!(
        (&review["reviewerType"], &review["durationInDays"]),
        (&json!("Reviewers"), &json!(25))
    );
    assert_eq!(review["reviewers"][0]["id"], raw.user());
    assert_eq!(review["isAccessRecommendationEnabled"], true);
}

#[tokio::test]
async fn settings_that_do_not_bind_are_refused() {
    let raw = Raw::tenant();
    let (_, package, _) = raw.package("Sales", 30).await;
    let stages = |stage: Value| json!({"isApprovalRequiredForAdd": true, "stages": [stage]});
    for (name, value) in [
        ("questions", json!([{"text": "Why?"}])),
        ("questions", json!([{"@odata.type": "#microsoft.graph.accessPackageTextInputQuestion"}])),
        ("requestApprovalSettings", stages(json!({"durationBeforeAutomaticDenial": "14 days"}))),
        ("requestApprovalSettings", stages(json!({"durationBeforeAutomaticDenial": 14}))),
        ("requestApprovalSettings", stages(json!({"primaryApprovers": [{"userId": "x"}]}))),
        ("requestApprovalSettings", stages(json!({"approvalStageTimeOutInDays": 14}))),
        ("reviewSettings", json!({"isEnabled": true, "primaryReviewers": [{"userId": "x"}]})),
        ("reviewSettings", json!({"recurrenceType": "weekly"})),
        ("requestorSettings", json!({"onBehalfRequestors": [{}]})),
    ] {
        let mut body = json!({"displayName": "p", "accessPackage": {"id": package}});
        body[name] = value.clone();
        let got = raw.post("/v1.0/EM/assignmentPolicies", body).await;
        assert_eq!(got.refusal(), "400 InvalidModel", "{name} {value}");
    }
}
