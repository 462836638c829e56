//! Actions, references and schedules.

use serde_json::json;

use crate::raw::Raw;

#[tokio::test]
async fn a_request_is_canceled_until_it_is_carried_out() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    let requestor = raw.requestor();
    let request = raw.ask(&package, &policy).await.id();
    let cancel = format!("/v1.0/EM/assignmentRequests/{request}/cancel");
    let got = requestor.send("POST", &cancel, None).await;
    assert_eq!((got.status, got.body), (200, serde_json::Value::Null));
    raw.pass(60);
    let read = raw.get(&format!("/v1.0/EM/assignmentRequests/{request}")).await.body;
    assert_eq!((&read["state"], &read["status"]), (&json!("canceled"), &json!("Canceled")));
    assert_eq!(raw.members(&group).await, 0);
    let request = raw.ask(&package, &policy).await.id();
    raw.pass(60);
    let cancel = format!("/beta/EM/accessPackageAssignmentRequests/{request}/Cancel");
    assert_eq!(requestor.send("POST", &cancel, None).await.refusal(), "400 RequestNotCancellable");
}

#[tokio::test]
async fn access_begins_and_ends_when_it_was_asked_for() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    let target = raw.tenant.requestor().user.clone();
    let body = |schedule: serde_json::Value| {
        json!({"requestType": "adminAdd", "schedule": schedule,
            "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package}})
    };
    let path = "/v1.0/EM/assignmentRequests";
    let too_long = json!({"expiration": {"type": "afterDuration", "duration": "P31D"}});
    let got = raw.post(path, body(too_long)).await;
    assert_eq!(got.headers["x-entitle-rule"], "schedule-outside-policy; grade=assumed");
    let wanted = json!({"startDateTime": "2026-01-10T00:00:00Z", "expiration": {"type": "afterDateTime", "endDateTime": "2026-01-20T00:00:00Z"}});
    let got = raw.post(path, body(wanted)).await;
    assert_eq!(got.body["schedule"]["startDateTime"], "2026-01-10T00:00:00Z", "{got:?}");
    raw.pass(60);
    let request = format!("{path}/{}", got.id());
    let read = raw.get(&request).await.body;
    assert_eq!(
        (&read["state"], &read["status"]),
        (&json!("scheduled"), &json!("PendingNotBefore"))
    );
    assert_eq!(raw.members(&group).await, 0);
    raw.pass(5 * 24 * 3600);
    assert_eq!(raw.get(&request).await.body["state"], "delivered");
    assert_eq!(raw.members(&group).await, 1);
    // Less time, then more than the policy has.
    let assignment = raw.first("/v1.0/EM/assignments").await;
    let change = |end: &str| {
        json!({"requestType": "adminUpdate", "assignment": {"id": assignment},
            "schedule": {"expiration": {"type": "afterDateTime", "endDateTime": end}}})
    };
    assert_eq!(raw.post(path, change("2026-12-31T00:00:00Z")).await.status, 400);
    let got = raw.post(path, change("2026-01-15T00:00:00Z")).await;
    assert_eq!(got.status, 201, "{got:?}");
    assert!(got.body["schedule"]["startDateTime"].is_string());
    raw.pass(60);
    let read = raw.get(&format!("/v1.0/EM/assignments/{assignment}")).await.body;
    assert_eq!(read["schedule"]["expiration"]["endDateTime"], "2026-01-15T00:00:00Z");
    raw.pass(6 * 24 * 3600);
    assert_eq!(
        raw.get(&format!("/v1.0/EM/assignments/{assignment}")).await.body["state"],
        "expired"
    );
    assert_eq!(raw.members(&group).await, 0);
}

#[tokio::test]
async fn more_time_is_asked_for_where_the_policy_allows_it() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    raw.pass(10);
    let requestor = raw.requestor();
    let assignment = raw.first("/v1.0/EM/assignments").await;
    let more = json!({"requestType": "userUpdate", "assignment": {"id": assignment}});
    let path = "/v1.0/EM/assignmentRequests";
    assert_eq!(requestor.post(path, more.clone()).await.status, 400);
    assert_eq!(raw.post(path, more.clone()).await.refusal(), "404 AssignmentNotFound");
    let policy = format!("/v1.0/EM/assignmentPolicies/{policy}");
    let mut body = raw.get(&format!("{policy}?$expand=accessPackage")).await.body;
    body["requestorSettings"]["enableTargetsToSelfUpdateAccess"] = json!(true);
    let body = body.as_object().unwrap().iter().filter(|(name, _)| !name.contains('@'));
    let body = body.map(|(name, value)| (name.clone(), value.clone())).collect();
    assert_eq!(raw.put(&policy, body).await.status, 200);
    raw.pass(10 * 24 * 3600);
    assert_eq!(requestor.post(path, more).await.status, 201);
    raw.pass(25 * 24 * 3600);
    let read = raw.get(&format!("/beta/EM/accessPackageAssignments/{assignment}")).await.body;
    assert_eq!(
        (&read["assignmentState"], &read["isExtended"]),
        (&json!("Delivered"), &json!(true))
    );
}

#[tokio::test]
async fn what_could_not_be_delivered_is_tried_again() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    let target = raw.tenant.requestor().user.clone();
    assert_eq!(raw.delete(&format!("/v1.0/groups/{group}")).await.status, 204);
    let request = raw.ask(&package, &policy).await.id();
    let path = format!("/v1.0/EM/assignmentRequests/{request}");
    raw.pass(60);
    assert_eq!(raw.get(&path).await.body["state"], "deliveryFailed");
    assert_eq!(raw.send("POST", &format!("{path}/reprocess"), None).await.status, 202);
    assert_eq!(raw.get(&path).await.body["state"], "delivering");
    raw.pass(60);
    assert_eq!(raw.get(&path).await.body["state"], "deliveryFailed");
    raw.pass(15 * 24 * 3600);
    let got = raw.send("POST", &format!("{path}/reprocess"), None).await;
    assert_eq!(got.refusal(), "400 RequestNotReprocessable");
    // Canceled, it leaves nothing in the way of another.
    assert_eq!(raw.requestor().send("POST", &format!("{path}/cancel"), None).await.status, 200);
    let direct = json!({"requestType": "adminAdd", "assignment": {"targetId": target, "assignmentPolicyId": policy, "accessPackageId": package}});
    assert_eq!(raw.post("/v1.0/EM/assignmentRequests", direct).await.status, 201);
    let got = raw.send("POST", &format!("{path}/resume"), Some(json!({"source": "x"}))).await;
    assert_eq!(got.refusal(), "501 NotImplemented");
}

#[tokio::test]
async fn incompatible_access_is_refused() {
    let raw = Raw::tenant();
    let (group, one, policy) = raw.package("One", 30).await;
    let (_, other, other_policy) = raw.package("Other", 30).await;
    let refer = |id: &str| json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/accessPackages/{id}")});
    let path = format!("/v1.0/EM/accessPackages/{other}/incompatibleAccessPackages");
    assert_eq!(raw.post(&format!("{path}/$ref"), refer(&one)).await.status, 204);
    assert_eq!(raw.post(&format!("{path}/$ref"), json!({})).await.refusal(), "400 BadRequest");
    assert_eq!(raw.post(&format!("{path}/$ref"), refer("x")).await.status, 404);
    assert_eq!(raw.first(&path).await, one);
    let back = format!("/v1.0/EM/accessPackages/{one}/accessPackagesIncompatibleWith");
    assert_eq!(raw.first(&back).await, other);
    raw.ask(&one, &policy).await;
    raw.pass(10);
    let got = raw.ask(&other, &other_policy).await;
    assert_eq!(got.headers["x-entitle-rule"], "incompatible; grade=assumed");
    let both = format!(
        "/v1.0/EM/assignments/additionalAccess(accessPackageId='{one}',incompatibleAccessPackageId='{other}')"
    );
    assert_eq!(raw.get(&both).await.body["value"], json!([]));
    assert_eq!(raw.delete(&format!("{path}/{one}/$ref")).await.status, 204);
    assert_eq!(raw.delete(&format!("{path}/{one}/$ref")).await.status, 404);
    assert_eq!(raw.ask(&other, &other_policy).await.status, 201);
    raw.pass(10);
    let got = raw.get(&format!("{both}?$expand=target")).await;
    assert_eq!(got.body["value"][0]["target"]["objectId"], raw.tenant.requestor().user.as_str());
    let same = format!(
        "/v1.0/EM/assignments/additionalAccess(accessPackageId='{one}',incompatibleAccessPackageId='{one}')"
    );
    assert_eq!(raw.get(&same).await.refusal(), "400 BadRequest");
    let groups = format!("/v1.0/EM/accessPackages/{one}/incompatibleGroups");
    let body = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/groups/{group}")});
    assert_eq!(raw.post(&format!("{groups}/$ref"), body).await.status, 204);
    assert_eq!(raw.first(&groups).await, group);
    assert_eq!(raw.delete(&format!("{groups}/{group}/$ref")).await.status, 204);
}

#[tokio::test]
async fn a_package_moves_where_its_resources_are() {
    let raw = Raw::tenant();
    let (group, package, _) = raw.package("Sales", 30).await;
    let other = raw.post("/v1.0/EM/catalogs", json!({"displayName": "Other"})).await.id();
    let path = format!("/beta/EM/accessPackages/{package}/moveToCatalog");
    let there = json!({"catalogId": other});
    assert_eq!(raw.post(&path, there.clone()).await.status, 400);
    let resource = json!({"requestType": "adminAdd", "catalog": {"id": other}, "resource": {"originId": group, "originSystem": "AadGroup"}});
    assert_eq!(raw.post("/v1.0/EM/resourceRequests", resource).await.status, 201);
    assert_eq!(raw.post(&path, there).await.status, 200);
    let read = raw.get(&format!("/beta/EM/accessPackages/{package}")).await.body;
    assert_eq!(read["catalogId"], other.as_str());
    let resource = raw.resource(&other, &group).await;
    assert_eq!(
        raw.patch(&format!("/v1.0/groups/{group}"), json!({"displayName": "Renamed"})).await.status,
        204
    );
    let refresh =
        format!("/beta/EM/accessPackageCatalogs/{other}/accessPackageResources/{resource}/refresh");
    assert_eq!(raw.send("POST", &refresh, None).await.status, 200);
    let read = raw.get(&format!("/v1.0/EM/catalogs/{other}/resources")).await.body;
    assert_eq!(read["value"][0]["displayName"], "Renamed");
}

#[tokio::test]
async fn a_manager_asks_for_those_who_report_to_them() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    let boss = raw.person("boss").await;
    let boss = raw.acting_as(&raw.tenant.sign_in(&boss).unwrap());
    let target = raw.tenant.requestor().user.clone();
    let body = json!({"requestType": "UserAdd", "assignment": {"target": {"objectId": target}, "assignmentPolicyId": policy, "accessPackageId": package}});
    let path = "/v1.0/EM/assignmentRequests";
    assert_eq!(boss.post(path, body.clone()).await.status, 400);
    let policy = format!("/v1.0/EM/assignmentPolicies/{policy}");
    let settings = json!({
        "displayName": "on behalf", "accessPackage": {"id": package}, "allowedTargetScope": "allDirectoryUsers",
        "requestorSettings": {"enableOnBehalfRequestorsToAddAccess": true,
            "onBehalfRequestors": [{"@odata.type": "#microsoft.graph.targetManager", "managerLevel": 1}]},
    });
    assert_eq!(raw.put(&policy, settings).await.status, 200);
    assert_eq!(boss.post(path, body.clone()).await.status, 400);
    let reference =
        json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{}", boss.user())});
    assert_eq!(raw.put(&format!("/v1.0/users/{target}/manager/$ref"), reference).await.status, 204);
    let got = boss.post(path, body).await;
    assert_eq!(got.status, 201, "{got:?}");
    let read = format!("{path}/{}?$expand=requestor,assignment($expand=target)", got.id());
    raw.pass(10);
    let read = raw.get(&read).await.body;
    assert_eq!(read["requestor"]["objectId"], boss.user());
    assert_eq!(read["assignment"]["target"]["objectId"], target.as_str());
}

#[tokio::test]
async fn a_subject_is_found_by_the_user_it_stands_for() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    let user = raw.tenant.requestor().user.clone();
    let path = format!("/v1.0/EM/subjects(objectId='{user}')");
    let got = raw.get(&path).await;
    assert_eq!(
        (&got.body["objectId"], &got.body["subjectLifecycle"]),
        (&json!(user), &json!("notDefined"))
    );
    assert_eq!(raw.patch(&path, json!({"subjectLifecycle": "governed"})).await.status, 204);
    assert_eq!(raw.get(&path).await.body["subjectLifecycle"], "governed");
    assert_eq!(
        raw.patch(&path, json!({"subjectLifecycle": "x"})).await.refusal(),
        "400 ArgumentException"
    );
    assert_eq!(raw.get("/v1.0/EM/subjects(objectId='5')").await.refusal(), "404 SubjectNotFound");
}

#[tokio::test]
async fn members_and_owners_come_and_go_by_reference() {
    let raw = Raw::tenant();
    let group = raw.group("sales").await;
    let user = raw.tenant.requestor().user.clone();
    let refer = |id: &str| json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")});
    for list in ["members", "owners"] {
        let path = format!("/v1.0/groups/{group}/{list}/$ref");
        assert_eq!(raw.post(&path, refer(&user)).await.status, 204);
        assert_eq!(
            raw.post(&path, refer(&user)).await.body["error"]["message"],
            format!(
                "One or more added object references already exist for the following modified properties: '{list}'."
            )
        );
        assert_eq!(raw.post(&path, refer("5")).await.status, 404);
        assert_eq!(raw.post(&path, json!({})).await.status, 400);
        let own = format!("/v1.0/groups/{group}/{list}/{user}/$ref");
        assert_eq!(raw.delete(&own).await.status, 204);
        assert_eq!(raw.delete(&own).await.status, 404);
    }
    let last = format!("/v1.0/groups/{group}/owners/{}/$ref", raw.user());
    assert_eq!(raw.delete(&last).await.status, 400);
    let bind = json!({"members@odata.bind": [format!("https://graph.microsoft.com/v1.0/directoryObjects/{user}")]});
    assert_eq!(raw.patch(&format!("/v1.0/groups/{group}"), bind.clone()).await.status, 204);
    assert_eq!(raw.members(&group).await, 1);
    assert_eq!(raw.patch(&format!("/v1.0/groups/{group}"), bind).await.status, 400);
}

#[tokio::test]
async fn settings_are_one_for_the_tenant() {
    let raw = Raw::tenant();
    let read = raw.get("/v1.0/EM/settings").await.body;
    assert_eq!(
        read,
        json!({
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#identityGovernance/entitlementManagement/settings",
            "id": "singleton",
            "durationUntilExternalUserDeletedAfterBlocked": "P30D",
            "externalUserLifecycleAction": "blockSignInAndDelete",
        })
    );
    let body = json!({"externalUserLifecycleAction": "None", "daysUntilExternalUserDeletedAfterBlocked": 1});
    assert_eq!(raw.patch("/beta/EM/settings", body).await.status, 204);
    let read = raw.get("/beta/EM/settings?$select=id").await.body;
    assert_eq!(read["externalUserLifecycleAction"], "None");
    assert_eq!(read["daysUntilExternalUserDeletedAfterBlocked"], 1);
    let read = raw.get("/v1.0/EM/settings").await.body;
    assert_eq!(read["durationUntilExternalUserDeletedAfterBlocked"], "P1D");
    for (body, expected) in [
        (json!({"externalUserLifecycleAction": "forget"}), "400 ArgumentException"),
        (json!({"durationUntilExternalUserDeletedAfterBlocked": "a day"}), "400 InvalidModel"),
        (json!({"nonsense": 1}), "400 InvalidModel"),
    ] {
        assert_eq!(raw.patch("/v1.0/EM/settings", body).await.refusal(), expected);
    }
}

#[tokio::test]
async fn members_are_counted_as_text() {
    let raw = Raw::tenant();
    let (group, nested) = (raw.group("sales").await, raw.group("nested").await);
    for id in [&nested, raw.user()] {
        let body =
            json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")});
        assert_eq!(raw.post(&format!("/v1.0/groups/{group}/members/$ref"), body).await.status, 204);
    }
    for (path, count) in [("", 2), ("microsoft.graph.user/", 1), ("microsoft.graph.device/", 0)] {
        let got = raw.get(&format!("/v1.0/groups/{group}/members/{path}$count")).await;
        assert_eq!((got.status, got.body), (200, json!(count)), "{path}");
        assert_eq!(got.headers["content-type"], "text/plain");
    }
}
