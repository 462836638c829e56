use serde_json::json;

use crate::raw::Raw;

#[tokio::test]
async fn a_request_passes_through_its_states_as_time_passes() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    let made = raw.ask(&package, &policy).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        (&made.body["state"], &made.body["status"]),
        (&json!("submitted"), &json!("Accepted"))
    );
    assert_eq!(made.body["createdDateTime"], json!(null));
    let path = format!("/beta/EM/accessPackageAssignmentRequests/{}", made.id());
    let mut seen = Vec::new();
    for _ in 0..5 {
        let got = raw.get(&path).await.body;
        seen.push(format!(
            "{} {}",
            got["requestState"].as_str().unwrap(),
            got["requestStatus"].as_str().unwrap()
        ));
        raw.pass(2);
    }
    assert_eq!(
        seen,
        [
            "Submitted Accepted",
            "Submitted Accepted",
            "Delivering Delivering",
            "Delivered Fulfilled",
            "Delivered FulfilledNotificationTriggered"
        ]
    );
    let done = raw.get(&path).await.body;
    assert_eq!(done["createdDateTime"], "2026-01-05T09:14:33.203Z");
    assert_eq!(done["completedDate"], "2026-01-05T09:14:39.203Z");
    assert_eq!(raw.members(&group).await, 1);
}

#[tokio::test]
async fn an_assignment_has_the_policys_days_and_ends_with_them() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    raw.pass(60);
    let path =
        format!("/v1.0/EM/assignments?$filter=assignmentPolicy/id eq '{policy}'&$expand=target");
    let assignment = raw.get(&path).await.body["value"][0].clone();
    assert_eq!(assignment["state"], "delivered");
    assert_eq!(assignment["schedule"]["startDateTime"], "2026-01-05T09:14:39.203Z");
    assert_eq!(assignment["schedule"]["expiration"]["endDateTime"], "2026-02-04T09:14:39.203Z");
    // The subject is not the user.
    assert_eq!(assignment["target"]["objectId"], raw.tenant.requestor().user.as_str());
    assert_ne!(assignment["target"]["id"], assignment["target"]["objectId"]);

    raw.pass(29 * 86_400);
    let near = raw.get(&path).await.body["value"][0]["status"].clone();
    assert_eq!(near, "NearExpiry1DayNotificationTriggered");
    raw.pass(86_400);
    let assignment = raw.get(&path).await.body["value"][0].clone();
    assert_eq!(
        (&assignment["state"], &assignment["status"]),
        (&json!("expired"), &json!("ExpiredNotificationTriggered"))
    );
    assert_eq!(raw.members(&group).await, 0);
    let requests =
        raw.get("/v1.0/EM/assignmentRequests?$filter=requestType eq 'systemRemove'").await.body;
    assert_eq!(requests["value"][0]["state"], "delivered");
}

#[tokio::test]
async fn a_member_stays_while_another_assignment_still_grants_it() {
    let raw = Raw::tenant();
    let (group, first, first_policy) = raw.package("Sales", 30).await;
    let (_, second, second_policy) = raw.package_for(&group, "Sales too", 60).await;
    raw.ask(&first, &first_policy).await;
    raw.ask(&second, &second_policy).await;
    raw.pass(10);
    assert_eq!(raw.members(&group).await, 1);
    raw.pass(31 * 86_400);
    assert_eq!(raw.members(&group).await, 1);
    raw.pass(30 * 86_400);
    assert_eq!(raw.members(&group).await, 0);
}

#[tokio::test]
async fn what_the_origin_lost_cannot_be_delivered() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    assert_eq!(raw.delete(&format!("/v1.0/groups/{group}")).await.status, 204);
    let made = raw.ask(&package, &policy).await;
    raw.pass(10);
    let got = raw.get(&format!("/v1.0/EM/assignmentRequests/{}", made.id())).await.body;
    assert_eq!(got["state"], "deliveryFailed");
    let assignment = &raw.get("/v1.0/EM/assignments").await.body["value"][0];
    assert_eq!(assignment["state"], "deliveryFailed");
}

#[tokio::test]
async fn a_role_added_later_is_given_to_whoever_has_the_package() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    raw.pass(10);
    let late = raw.group("Late").await;
    let general = raw.general().await;
    raw.post("/v1.0/EM/resourceRequests", json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originId": late, "originSystem": "AadGroup"}})).await;
    let path = format!("/v1.0/EM/accessPackages/{package}/resourceRoleScopes");
    let scope = raw.post(&path, json!({"role": {"originId": format!("Member_{late}"), "originSystem": "AadGroup", "resource": {"originId": late, "originSystem": "AadGroup"}}, "scope": {"originId": late, "originSystem": "AadGroup"}})).await;
    assert_eq!(raw.members(&late).await, 1, "{scope:?}");
    raw.delete(&format!("{path}/{}", scope.id())).await;
    assert_eq!(raw.members(&late).await, 0);
}
