//! What somebody holds: how it is lengthened, told of before its end, given anew and taken in part.

use serde_json::{Value, json};

use crate::raw::{Got, Raw};

const DAY: i64 = 86_400;
const REQUESTS: &str = "/v1.0/EM/assignmentRequests";

struct Held {
    raw: Raw,
    group: String,
    package: String,
    assignment: String,
}

/// A package of a group that the requestor has for so many days.
async fn held(days: u32) -> Held {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", days).await;
    raw.ask(&package, &policy).await;
    raw.pass(10);
    let path = format!("/v1.0/EM/assignments?$filter=assignmentPolicy/id eq '{policy}'");
    let assignment = raw.first(&path).await;
    Held { raw, group, package, assignment }
}

impl Held {
    async fn assignment(&self) -> Value {
        self.raw.get(&format!("/v1.0/EM/assignments/{}", self.assignment)).await.body
    }

    async fn end(&self) -> String {
        let end = self.assignment().await["schedule"]["expiration"]["endDateTime"].clone();
        end.as_str().unwrap_or_default().to_owned()
    }

    async fn about(&self, kind: &str, more: Value) -> Got {
        let mut body = json!({"requestType": kind, "assignment": {"id": self.assignment}});
        if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
            body.extend(more);
        }
        let got = self.raw.post(REQUESTS, body).await;
        assert_eq!(got.status, 201, "{got:?}");
        self.raw.pass(10);
        got
    }

    /// Adds a role of the group or of another resource to the package; its id there.
    async fn add_role(&self, role: &str, system: &str, origin: &str) -> String {
        let general = self.raw.general().await;
        let resource = self.raw.resource(&general, origin).await;
        let body = json!({
            "role": {"originId": role, "originSystem": system, "resource": {"id": resource}},
            "scope": {"originId": origin, "originSystem": system},
        });
        let path = format!("/v1.0/EM/accessPackages/{}/resourceRoleScopes", self.package);
        let got = self.raw.post(&path, body).await;
        assert_eq!(got.status, 201, "{got:?}");
        got.id()
    }

    async fn count(&self, list: &str) -> usize {
        let got = self.raw.get(&format!("/v1.0/groups/{}/{list}", self.group)).await;
        got.body["value"].as_array().map_or(0, Vec::len)
    }

    /// Owners beside the one who made the group.
    async fn owners(&self) -> usize {
        let user = self.raw.tenant.requestor().user.clone();
        let got = self.raw.get(&format!("/v1.0/groups/{}/owners", self.group)).await;
        got.body["value"].as_array().into_iter().flatten().filter(|o| o["id"] == user).count()
    }
}

#[tokio::test]
async fn other_answers_leave_the_end_where_it_is() {
    let held = held(30).await;
    let before = held.end().await;
    held.raw.pass(3 * DAY);
    held.about("adminUpdate", json!({"answers": []})).await;
    assert_eq!(held.end().await, before);
}

#[tokio::test]
async fn more_time_takes_the_warning_back() {
    let held = held(30).await;
    held.raw.pass(29 * DAY);
    assert_eq!(held.assignment().await["status"], "NearExpiry1DayNotificationTriggered");
    let five = json!({"schedule": {"expiration": {"type": "afterDuration", "duration": "P5D"}}});
    held.about("adminUpdate", five).await;
    assert_eq!(held.assignment().await["status"], "Delivered");
    // The warning of the old end does not come any more.
    let held = self::held(30).await;
    held.raw.pass(20 * DAY);
    let all = json!({"schedule": {"expiration": {"type": "afterDuration", "duration": "P30D"}}});
    held.about("adminUpdate", all).await;
    held.raw.pass(9 * DAY);
    assert_eq!(held.assignment().await["status"], "Delivered");
}

#[tokio::test]
async fn who_has_a_day_is_not_warned_a_day_before() {
    let held = held(1).await;
    assert_eq!(held.assignment().await["status"], "Delivered");
}

#[tokio::test]
async fn an_owners_role_makes_an_owner_and_goes_alone() {
    let held = held(30).await;
    assert_eq!((held.count("members").await, held.owners().await), (1, 0));
    let owner = held.add_role(&format!("Owner_{}", held.group), "AadGroup", &held.group).await;
    assert_eq!((held.count("members").await, held.owners().await), (1, 1));
    let path = format!("/v1.0/EM/accessPackages/{}/resourceRoleScopes/{owner}", held.package);
    assert_eq!(held.raw.delete(&path).await.status, 200);
    assert_eq!((held.count("members").await, held.owners().await), (1, 0));
}

/// An application without roles of its own has one, which everybody who is assigned has.
#[tokio::test]
async fn the_only_role_of_an_application_is_given() {
    let held = held(30).await;
    let application = held.raw.tenant.register("Cafeteria", &[]).principal;
    let general = held.raw.general().await;
    let add = json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originId": application, "originSystem": "AadApplication"}});
    assert_eq!(held.raw.post("/v1.0/EM/resourceRequests", add).await.status, 201);
    let role = "00000000-0000-0000-0000-000000000000";
    held.add_role(role, "AadApplication", &application).await;
    let path = format!(
        "/beta/EM/accessPackageAssignments?$filter=id eq '{}'&$expand=accessPackageAssignmentResourceRoles",
        held.assignment
    );
    let given = held.raw.get(&path).await.body["value"][0]["accessPackageAssignmentResourceRoles"]
        .as_array()
        .map_or(0, Vec::len);
    assert_eq!(given, 2);
}

#[tokio::test]
async fn what_was_taken_by_hand_is_given_anew() {
    let held = held(30).await;
    let user = held.raw.tenant.requestor().user.clone();
    let member = format!("/v1.0/groups/{}/members/{user}/$ref", held.group);
    assert_eq!(held.raw.delete(&member).await.status, 204);
    assert_eq!(held.count("members").await, 0);
    let path = format!("/v1.0/EM/assignments/{}/reprocess", held.assignment);
    assert_eq!(held.raw.send("POST", &path, None).await.status, 202);
    assert_eq!(held.count("members").await, 1);
}

/// A removal asks for no time and answers nothing: it is carried out at once.
#[tokio::test]
async fn a_removal_has_no_schedule_and_no_answers() {
    let held = held(30).await;
    let got = held
        .about(
            "adminRemove",
            json!({
                "schedule": {"startDateTime": "2030-01-01T00:00:00Z"},
                "answers": [{"@odata.type": "#microsoft.graph.accessPackageAnswerString", "value": "x"}],
            }),
        )
        .await;
    let read = held.raw.get(&format!("{REQUESTS}/{}", got.id())).await.body;
    assert_eq!((&read["state"], &read["answers"]), (&json!("delivered"), &json!([])));
    assert_eq!(held.assignment().await["state"], "expired");
    assert_eq!(held.count("members").await, 0);
}

/// What a direct assignment is for is whom it is said to come from (recorded).
#[tokio::test]
async fn a_direct_assignment_comes_from_its_target() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    let target = raw.tenant.requestor().user.clone();
    let body = json!({"requestType": "adminAdd", "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package}});
    let got = raw.post(REQUESTS, body).await;
    let read = raw.get(&format!("{REQUESTS}/{}?$expand=requestor", got.id())).await.body;
    assert_eq!(read["requestor"]["objectId"], target.as_str(), "{read}");
}

#[tokio::test]
async fn a_schedule_of_ones_own_is_the_policys_to_allow() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    let target = raw.tenant.requestor().user.clone();
    for schedule in [
        json!({"startDateTime": "2026-01-06T00:00:00Z"}),
        json!({"expiration": {"type": "afterDuration", "duration": "P5D"}}),
    ] {
        let body = json!({"requestType": "userAdd", "schedule": schedule, "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package}});
        let got = raw.requestor().post(REQUESTS, body).await;
        let rule = got.headers["x-entitle-rule"].to_str().unwrap().to_owned();
        assert!(got.status == 400 && rule.starts_with("schedule-outside-policy"), "{got:?}");
    }
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_for_two_weeks() {
    for (days, expected) in [(3, 202), (15, 400)] {
        let raw = Raw::tenant();
        let (group, package, policy) = raw.package("Sales", 30).await;
        assert_eq!(raw.delete(&format!("/v1.0/groups/{group}")).await.status, 204);
        let request = raw.ask(&package, &policy).await.id();
        raw.pass(10);
        let path = format!("{REQUESTS}/{request}");
        let state = raw.get(&path).await.body["state"].clone();
        assert_eq!(state, "deliveryFailed");
        raw.pass(days * DAY);
        let got = raw.send("POST", &format!("{path}/reprocess"), None).await;
        assert_eq!(got.status, expected, "after {days} days: {got:?}");
    }
}
