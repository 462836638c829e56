//! Requests that somebody must approve.

use serde_json::{Value, json};

use crate::raw::{Got, Raw};

struct Asked {
    raw: Raw,
    package: String,
    group: String,
    policy: String,
    /// The approvers, in order.
    approvers: Vec<Raw>,
}

/// A package whose policy has `stages` stages, each with an approver of its own.
async fn with_stages(stages: usize, more: Value) -> Asked {
    let raw = Raw::tenant();
    let (group, package, _) = raw.package("Sales", 30).await;
    let mut approvers = Vec::new();
    let mut wanted = Vec::new();
    for n in 0..=stages {
        let name = format!("approver{n}");
        let id = raw.person(&name).await;
        approvers.push(raw.acting_as(&raw.tenant.sign_in(&id).unwrap()));
        wanted.push(id);
    }
    let above = wanted.pop().unwrap();
    let user = |id: &String| json!({"@odata.type": "#microsoft.graph.singleUser", "userId": id});
    let stages = wanted.iter().map(|id| {
        let mut stage = json!({
            "durationBeforeAutomaticDenial": "P7D", "isEscalationEnabled": true,
            "durationBeforeEscalation": "P2D",
            "primaryApprovers": [user(id)], "escalationApprovers": [user(&above)],
        });
        if let (Value::Object(stage), Value::Object(more)) = (&mut stage, &more["stage"]) {
            stage.extend(more.clone());
        }
        stage
    });
    let mut policy = json!({
        "displayName": "asked about", "accessPackage": {"id": package},
        "allowedTargetScope": "allDirectoryUsers",
        "requestorSettings": {"enableTargetsToSelfAddAccess": true, "allowCustomAssignmentSchedule": true},
        "requestApprovalSettings": {"isApprovalRequiredForAdd": true, "stages": stages.collect::<Value>()},
    });
    if let (Value::Object(policy), Value::Object(more)) = (&mut policy, &more["policy"]) {
        policy.extend(more.clone());
    }
    let policy = raw.post("/v1.0/EM/assignmentPolicies", policy).await.id();
    Asked { raw, package, group, policy, approvers }
}

impl Asked {
    async fn ask(&self) -> String {
        let got = self.raw.ask(&self.package, &self.policy).await;
        assert_eq!(got.status, 201, "{got:?}");
        self.raw.pass(5);
        got.id()
    }

    async fn state(&self, request: &str) -> (String, String) {
        let got = self.raw.get(&format!("/v1.0/EM/assignmentRequests/{request}")).await.body;
        let text = |name: &str| got[name].as_str().unwrap_or_default().to_owned();
        (text("state"), text("status"))
    }

    async fn decide(&self, approver: usize, request: &str, stage: usize, body: Value) -> Got {
        let raw = &self.approvers[approver];
        let path = format!("/v1.0/EM/accessPackageAssignmentApprovals/{request}/stages");
        let stages = self.approvers[0].get(&path).await;
        let id = stages.body["value"][stage]["id"].as_str().unwrap_or("none").to_owned();
        raw.patch(&format!("{path}/{id}"), body).await
    }
}

fn words(state: &str, status: &str) -> (String, String) {
    (state.to_owned(), status.to_owned())
}

#[tokio::test]
async fn stages_are_decided_one_after_the_other() {
    let asked = with_stages(2, json!({})).await;
    let request = asked.ask().await;
    assert_eq!(asked.state(&request).await, words("pendingApproval", "PendingApproval"));
    let yes = || json!({"reviewResult": "Approve", "justification": "OK"});
    // The second is not asked yet.
    let path = format!("/v1.0/EM/accessPackageAssignmentApprovals/{request}");
    let seen = asked.approvers[1].get(&path).await.body;
    assert_eq!(seen["stages"][0]["status"], "InProgress");
    assert_eq!(seen["stages"][1]["status"], "Initializing");
    assert_eq!(seen["stages"][1]["assignedToMe"], false);
    assert_eq!(asked.decide(1, &request, 0, yes()).await.status, 403);
    assert_eq!(asked.decide(1, &request, 1, yes()).await.status, 409);
    assert_eq!(asked.decide(0, &request, 0, yes()).await.status, 204);
    assert_eq!(asked.decide(0, &request, 0, yes()).await.status, 409);
    assert_eq!(asked.state(&request).await.0, "pendingApproval");
    let seen = asked.approvers[1].get(&path.replace("v1.0", "beta")).await.body;
    assert_eq!(seen["id"], request.as_str());
    assert_eq!(seen["steps"][0]["reviewResult"], "Approve");
    assert_eq!(seen["steps"][0]["reviewedBy"]["id"], asked.approvers[0].user());
    assert_eq!(seen["steps"][1]["assignedToMe"], true);
    assert_eq!(asked.decide(1, &request, 1, yes()).await.status, 204);
    asked.raw.pass(10);
    assert_eq!(asked.state(&request).await, words("delivered", "FulfilledNotificationTriggered"));
    assert_eq!(asked.raw.members(&asked.group).await, 1);
}

#[tokio::test]
async fn a_request_that_is_denied_gives_nothing() {
    let asked = with_stages(1, json!({})).await;
    let request = asked.ask().await;
    for (body, expected) in [
        (json!({}), "400 InvalidModel"),
        (json!({"reviewResult": "Perhaps"}), "400 InvalidModel"),
        (json!({"reviewResult": 1}), "400 InvalidModel"),
    ] {
        assert_eq!(asked.decide(0, &request, 0, body).await.refusal(), expected);
    }
    let no = json!({"reviewResult": "Deny", "justification": "no"});
    assert_eq!(asked.decide(0, &request, 0, no).await.status, 204);
    assert_eq!(asked.state(&request).await, words("denied", "Denied"));
    asked.raw.pass(3600);
    assert_eq!(asked.raw.members(&asked.group).await, 0);
    // What is over may be asked again, and forgotten.
    let path = format!("/v1.0/EM/assignmentRequests/{request}");
    assert_eq!(asked.raw.delete(&path).await.status, 204);
    assert_eq!(asked.raw.get(&path).await.refusal(), "404 RequestNotFound");
    asked.ask().await;
}

#[tokio::test]
async fn time_asks_those_above_and_then_denies() {
    let asked = with_stages(1, json!({})).await;
    let request = asked.ask().await;
    let yes = || json!({"reviewResult": "Approve"});
    assert_eq!(asked.decide(1, &request, 0, yes()).await.status, 403);
    asked.raw.pass(2 * 24 * 3600);
    assert_eq!(asked.state(&request).await, words("pendingApproval", "PendingApprovalEscalated"));
    asked.raw.pass(5 * 24 * 3600);
    assert_eq!(asked.state(&request).await.0, "denied");
    let again = asked.ask().await;
    asked.raw.pass(2 * 24 * 3600);
    assert_eq!(asked.decide(1, &again, 0, yes()).await.status, 204);
    asked.raw.pass(10);
    assert_eq!(asked.state(&again).await.0, "delivered");
}

impl Asked {
    /// Replaces who is asked in the one stage.
    async fn now_asks(&self, first: Value, standing_in: Value) {
        let path = format!("/v1.0/EM/assignmentPolicies/{}?$expand=accessPackage", self.policy);
        let mut policy = self.raw.get(&path).await.body;
        let stage = &mut policy["requestApprovalSettings"]["stages"][0];
        stage["primaryApprovers"] = first;
        stage["fallbackPrimaryApprovers"] = standing_in;
        let path = format!("/v1.0/EM/assignmentPolicies/{}", self.policy);
        let got = self.raw.put(&path, policy).await;
        assert_eq!(got.status, 200, "{got:?}");
    }

    /// Makes the first of the approvers the requestor's manager.
    async fn manages(&self) {
        let requestor = self.raw.tenant.requestor().user.clone();
        let path = format!("/v1.0/users/{requestor}/manager/$ref");
        assert_eq!(self.raw.put(&path, refers_to(&self.approvers[0])).await.status, 204);
    }

    /// Whether each of two approvers is asked, and may decide what nobody has decided yet.
    async fn who_is_asked(&self, request: &str) -> [bool; 2] {
        let path = format!("/v1.0/EM/accessPackageAssignmentApprovals/{request}/stages");
        let mut asked = [false, false];
        for (n, asked) in asked.iter_mut().enumerate() {
            let list = self.approvers[n].get(&path).await;
            // Nobody but an approver sees an approval.
            let Some(id) = list.body["value"][0]["id"].as_str() else { continue };
            let stage = self.approvers[n].get(&format!("{path}/{id}")).await.body;
            assert_eq!((&stage["id"], &stage["status"]), (&json!(id), &json!("InProgress")));
            *asked = stage["assignedToMe"] == true;
        }
        asked
    }
}

fn approval(request: &str) -> String {
    format!("/v1.0/EM/accessPackageAssignmentApprovals/{request}")
}

fn refers_to(user: &Raw) -> Value {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{}", user.user())})
}

#[tokio::test]
async fn a_stage_asks_a_group_a_manager_and_those_who_stand_in() {
    let asked = with_stages(1, json!({})).await;
    let group = asked.raw.group("approvers").await;
    let members = format!("/v1.0/groups/{group}/members/$ref");
    assert_eq!(asked.raw.post(&members, refers_to(&asked.approvers[1])).await.status, 204);
    let group = json!([{"@odata.type": "#microsoft.graph.groupMembers", "groupId": group}]);
    let manager = json!([{"@odata.type": "#microsoft.graph.requestorManager", "managerLevel": 1}]);
    asked.now_asks(group.clone(), json!([])).await;
    let request = asked.ask().await;
    assert_eq!(asked.who_is_asked(&request).await, [false, true]);
    // Those who stand in are asked while there is no manager.
    asked.now_asks(manager, group).await;
    let yes = json!({"reviewResult": "Approve"});
    let path = approval(&request);
    let id = asked.approvers[1].first(&format!("{path}/stages")).await;
    let no = json!({"reviewResult": "Deny"});
    assert_eq!(asked.approvers[1].patch(&format!("{path}/stages/{id}"), no).await.status, 204);
    let request = asked.ask().await;
    assert_eq!(asked.who_is_asked(&request).await, [false, true]);
    asked.manages().await;
    assert_eq!(asked.who_is_asked(&request).await, [true, false]);
    assert_eq!(asked.decide(0, &request, 0, yes).await.status, 204);
}

/// A manager who asks for somebody does not approve it, though they are the approver.
#[tokio::test]
async fn whoever_asks_for_another_does_not_decide() {
    let asked = with_stages(1, json!({"policy": {"requestorSettings": {
        "enableOnBehalfRequestorsToAddAccess": true,
        "onBehalfRequestors": [{"@odata.type": "#microsoft.graph.targetManager", "managerLevel": 1}],
    }}}))
    .await;
    asked.manages().await;
    let target = &asked.raw.tenant.requestor().user;
    let body = json!({"requestType": "userAdd", "assignment": {"target": {"objectId": target}, "assignmentPolicyId": asked.policy, "accessPackageId": asked.package}});
    let got = asked.approvers[0].post("/v1.0/EM/assignmentRequests", body).await;
    assert_eq!(got.status, 201, "{got:?}");
    asked.raw.pass(5);
    let path = approval(&got.id());
    assert_eq!(asked.approvers[0].get(&path).await.refusal(), "403 UnAuthorized");
}

#[tokio::test]
async fn nobody_decides_about_their_own_request() {
    let asked = with_stages(1, json!({})).await;
    let body = json!({"requestType": "userAdd", "assignment": {"accessPackageId": asked.package, "assignmentPolicyId": asked.policy}});
    let request = asked.approvers[0].post("/v1.0/EM/assignmentRequests", body).await.id();
    asked.raw.pass(5);
    let path = format!("/v1.0/EM/accessPackageAssignmentApprovals/{request}");
    assert_eq!(asked.approvers[0].get(&path).await.refusal(), "403 UnAuthorized");
    assert_eq!(asked.raw.get(&path).await.refusal(), "403 UnAuthorized");
    let path = "/v1.0/EM/accessPackageAssignmentApprovals/5";
    assert_eq!(asked.raw.get(path).await.refusal(), "404 ApprovalNotFound");
}

#[tokio::test]
async fn everybody_finds_what_is_theirs() {
    let asked = with_stages(1, json!({})).await;
    let request = asked.ask().await;
    let count = async |raw: &Raw, path: &str| {
        let got = raw.get(&format!("/v1.0/EM/{path}")).await;
        assert_eq!(got.status, 200, "{path} {got:?}");
        got.body["value"].as_array().map_or(0, Vec::len)
    };
    let approver = &asked.approvers[0];
    let requestor = asked.raw.requestor();
    let by = |set: &str, on: &str| format!("{set}/filterByCurrentUser(on='{on}')");
    let approvals = by("accessPackageAssignmentApprovals", "approver");
    assert_eq!(count(approver, &approvals).await, 1);
    assert_eq!(count(&requestor, &approvals).await, 0);
    for (on, theirs, the_approvers) in [("target", 1, 0), ("createdBy", 1, 0), ("approver", 0, 1)] {
        let path = by("assignmentRequests", on);
        assert_eq!(count(&requestor, &path).await, theirs, "{on}");
        assert_eq!(count(approver, &path).await, the_approvers, "{on}");
    }
    assert_eq!(count(&requestor, &by("accessPackages", "allowedRequestor")).await, 1);
    let yes = json!({"reviewResult": "Approve"});
    assert_eq!(asked.decide(0, &request, 0, yes).await.status, 204);
    asked.raw.pass(10);
    assert_eq!(count(&requestor, &by("assignments", "target")).await, 1);
    assert_eq!(count(&requestor, &by("assignments", "createdBy")).await, 1);
    assert_eq!(count(approver, &by("assignments", "target")).await, 0);
    let got = asked.raw.get("/v1.0/EM/assignments/filterByCurrentUser(on='nobody')").await;
    assert_eq!(got.refusal(), "400 BadRequest");
}

#[tokio::test]
async fn what_the_policy_asks_for_is_given() {
    let more = json!({"policy": {
        "questions": [{"@odata.type": "#microsoft.graph.accessPackageTextInputQuestion", "isRequired": true, "text": "Why?"}],
        "requestApprovalSettings": {"isApprovalRequiredForAdd": true, "isRequestorJustificationRequired": true,
            "stages": [{"primaryApprovers": []}]},
    }});
    let asked = with_stages(1, more).await;
    let requestor = asked.raw.requestor();
    let path = format!("/v1.0/EM/accessPackages/{}/getApplicablePolicyRequirements", asked.package);
    let got = requestor.send("POST", &path, None).await;
    let rows = got.body["value"].as_array().unwrap().clone();
    let row = rows.iter().find(|row| row["policyId"] == asked.policy.as_str()).unwrap();
    assert_eq!(row["isRequestorJustificationRequired"], true);
    assert_eq!(row["allowCustomAssignmentSchedule"], true);
    let policy = format!("/v1.0/EM/assignmentPolicies/{}?$expand=questions", asked.policy);
    let question = asked.raw.get(&policy).await.body["questions"][0]["id"].clone();
    let answer = json!([{"@odata.type": "#microsoft.graph.accessPackageAnswerString", "value": "because",
        "answeredQuestion": {"@odata.type": "#microsoft.graph.accessPackageTextInputQuestion", "id": question}}]);
    let assignment = json!({"accessPackageId": asked.package, "assignmentPolicyId": asked.policy});
    let body = |more: Value| {
        let mut body = json!({"requestType": "userAdd", "assignment": assignment});
        if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
            body.extend(more);
        }
        body
    };
    let path = "/v1.0/EM/assignmentRequests";
    let got = requestor.post(path, body(json!({"answers": answer}))).await;
    assert!(got.headers["x-entitle-rule"].to_str().unwrap().starts_with("justification-missing"));
    let mut of_another = answer.clone();
    of_another[0]["answeredQuestion"]["id"] = json!(asked.policy);
    let mut empty = answer.clone();
    empty[0]["value"] = json!("");
    for answers in [json!([]), of_another, empty] {
        let more = json!({"justification": "work", "answers": answers});
        let got = requestor.post(path, body(more)).await;
        assert!(got.headers["x-entitle-rule"].to_str().unwrap().starts_with("answer-missing"));
    }
    let got = requestor.post(path, body(json!({"answers": answer, "justification": "work"}))).await;
    // An answer comes back with the whole of its question.
    let answered = &got.body["answers"][0];
    assert_eq!((got.status, &answered["value"]), (201, &json!("because")));
    assert_eq!(answered["answeredQuestion"]["text"], "Why?");
}

/// Nothing is escalated that is not to be, nor at once.
#[tokio::test]
async fn only_what_waits_is_escalated() {
    for (stage, status) in [
        (json!({"isEscalationEnabled": false}), "PendingApproval"),
        (json!({"durationBeforeEscalation": "PT0S"}), "PendingApproval"),
        (json!({}), "PendingApprovalEscalated"),
    ] {
        let asked = with_stages(1, json!({"stage": stage})).await;
        let request = asked.ask().await;
        asked.raw.pass(3 * 24 * 3600);
        assert_eq!(asked.state(&request).await, words("pendingApproval", status), "{stage}");
    }
}

#[tokio::test]
async fn a_canceled_request_is_not_denied_when_its_time_is_over() {
    let asked = with_stages(1, json!({})).await;
    let request = asked.ask().await;
    let cancel = format!("/v1.0/EM/assignmentRequests/{request}/cancel");
    assert_eq!(asked.raw.requestor().send("POST", &cancel, None).await.status, 200);
    asked.raw.pass(10);
    let canceled = asked.state(&request).await;
    assert_eq!(canceled.0, "canceled");
    asked.raw.pass(8 * 24 * 3600);
    assert_eq!(asked.state(&request).await, canceled);
}
