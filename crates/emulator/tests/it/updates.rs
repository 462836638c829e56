//! PATCH and PUT.

use serde_json::{Value, json};

use crate::raw::Raw;

#[tokio::test]
async fn a_catalog_changes_where_it_is_told_to() {
    let raw = Raw::tenant();
    let body = json!({"displayName": "Sales", "description": "d", "isExternallyVisible": true});
    let id = raw.post("/v1.0/EM/catalogs", body).await.id();
    let path = format!("/v1.0/EM/catalogs/{id}");
    raw.pass(60);
    let got = raw.patch(&path, json!({"displayName": "Sales and more"})).await;
    assert_eq!((got.status, got.body), (204, Value::Null));
    let read = raw.get(&path).await.body;
    assert_eq!(read["displayName"], "Sales and more");
    assert_eq!((&read["description"], &read["isExternallyVisible"]), (&json!("d"), &json!(true)));
    assert_ne!(read["modifiedDateTime"], read["createdDateTime"]);
    // Beta's words, and null, which empties.
    let beta = format!("/beta/EM/accessPackageCatalogs/{id}");
    let got = raw.patch(&beta, json!({"catalogStatus": "Unpublished", "description": null})).await;
    assert_eq!(got.status, 204, "{got:?}");
    let read = raw.get(&path).await.body;
    assert_eq!((&read["state"], &read["description"]), (&json!("unpublished"), &Value::Null));
    assert_eq!(read["displayName"], "Sales and more");
    for (body, expected) in [
        (json!({"displayName": null}), "400 InvalidModel"),
        (json!({"displayName": ""}), "400 InvalidModel"),
        (json!({"catalogStatus": "Published"}), "400 InvalidModel"),
        (json!({"state": "open"}), "400 ArgumentException"),
        (json!([]), "400 BadRequest"),
    ] {
        assert_eq!(raw.patch(&path, body.clone()).await.refusal(), expected, "{body}");
    }
    assert_eq!(raw.get(&path).await.body, read);
}

#[tokio::test]
async fn a_package_keeps_its_catalog_and_a_name_of_its_own() {
    let raw = Raw::tenant();
    let general = raw.general().await;
    let mut ids = Vec::new();
    for name in ["A", "B"] {
        let body = json!({"displayName": name, "catalog": {"id": general}});
        ids.push(raw.post("/v1.0/EM/accessPackages", body).await.id());
    }
    let path = format!("/v1.0/EM/accessPackages/{}", ids[1]);
    assert_eq!(
        raw.patch(&path, json!({"displayName": "a"})).await.refusal(),
        "409 DuplicateAccessPackage"
    );
    // Its own name in another case is no other's.
    assert_eq!(raw.patch(&path, json!({"displayName": "b", "isHidden": true})).await.status, 204);
    let read = raw.get(&format!("{path}?$expand=catalog")).await.body;
    assert_eq!((&read["displayName"], &read["isHidden"]), (&json!("b"), &json!(true)));
    assert_eq!(read["catalog"]["id"], general);
    assert_eq!(
        raw.patch("/v1.0/EM/accessPackages/5", json!({})).await.refusal(),
        "404 AccessPackageNotFound"
    );
}

/// PUT is the whole: what is left out is gone.
#[tokio::test]
async fn a_policy_is_replaced_whole() {
    let raw = Raw::tenant();
    let (_, package, policy) = raw.package("resources", 30).await;
    let path = format!("/v1.0/EM/assignmentPolicies/{policy}");
    let before = raw.get(&path).await.body;
    raw.pass(60);
    let body = json!({
        "id": policy, "displayName": "everybody", "description": "d",
        "allowedTargetScope": "allDirectoryUsers",
        "requestorSettings": {"enableTargetsToSelfAddAccess": true},
        "accessPackage": {"id": package},
    });
    let got = raw.put(&path, body.clone()).await;
    assert_eq!(got.status, 200, "{got:?}");
    let read = raw.get(&path).await.body;
    for found in [&got.body, &read] {
        assert_eq!(found["id"], policy);
        assert_eq!(found["allowedTargetScope"], "allDirectoryUsers");
        assert_eq!(found["specificAllowedTargets"], json!([]));
        assert_eq!(found["expiration"]["type"], "noExpiration");
        assert_eq!(found["createdDateTime"], before["createdDateTime"]);
        assert_ne!(found["modifiedDateTime"], before["modifiedDateTime"]);
    }
    // In beta's words, which name the package by its id.
    let beta = format!("/beta/EM/accessPackageAssignmentPolicies/{policy}");
    let mut whole = raw.get(&beta).await.body;
    whole["durationInDays"] = json!(7);
    let names =
        ["accessPackageId", "displayName", "description", "durationInDays", "requestorSettings"];
    let sent: Value = names.iter().map(|name| ((*name).to_owned(), whole[*name].clone())).collect();
    let got = raw.put(&beta, sent).await;
    assert_eq!((got.status, &got.body["durationInDays"]), (200, &json!(7)), "{got:?}");
    let without = json!({"id": policy, "displayName": "x"});
    assert_eq!(raw.put(&path, without).await.refusal(), "400 ArgumentNullException");
    for stages in ["isApprovalRequiredForAdd", "isApprovalRequiredForUpdate"] {
        let mut asks = body.clone();
        asks["requestApprovalSettings"] = json!({stages: true, "stages": []});
        assert_eq!(raw.put(&path, asks).await.refusal(), "400 InvalidApprovalStages");
    }
    assert_eq!(raw.get(&beta).await.body["durationInDays"], 7);
}

/// Terraform's provider renames a group and names it back, and sends properties as null.
#[tokio::test]
async fn groups_and_users_change_where_they_are_told_to() {
    let raw = Raw::tenant();
    let group = raw.group("a").await;
    let path = format!("/beta/groups/{group}");
    let got = raw.patch(&path, json!({"displayName": "TERRAFORM_UPDATE_1"})).await;
    assert_eq!((got.status, got.body), (204, Value::Null));
    assert_eq!(raw.get(&path).await.body["displayName"], "TERRAFORM_UPDATE_1");
    assert_eq!(
        raw.patch(&path, json!({"displayName": "a", "description": null})).await.status,
        204
    );
    let read = raw.get(&path).await.body;
    assert_eq!((&read["displayName"], &read["description"]), (&json!("a"), &Value::Null));
    assert_eq!(read["mailNickname"], "a");
    assert_eq!(
        raw.patch(&path, json!({"displayName": null})).await.refusal(),
        "400 Request_BadRequest"
    );
    assert_eq!(
        raw.patch("/v1.0/groups/5", json!({})).await.refusal(),
        "404 Request_ResourceNotFound"
    );

    let user = raw.tenant.requestor().user.clone();
    let path = format!("/v1.0/users/{user}");
    let got =
        raw.patch(&path, json!({"jobTitle": "clerk", "department": null, "otherMails": []})).await;
    assert_eq!(got.status, 204, "{got:?}");
    let read = raw.get(&path).await.body;
    assert_eq!((&read["jobTitle"], &read["displayName"]), (&json!("clerk"), &json!("Requestor1")));
    let taken = raw.tenant.administrator().name.to_uppercase();
    assert_eq!(
        raw.patch(&path, json!({"userPrincipalName": taken})).await.refusal(),
        "400 Request_BadRequest"
    );
    let own = raw.tenant.requestor().name.to_lowercase();
    assert_eq!(raw.patch(&path, json!({"userPrincipalName": own})).await.status, 204);
    // By name as by id.
    assert_eq!(
        raw.patch(&format!("/beta/users/{own}"), json!({"showInAddressList": false})).await.status,
        204
    );
    let selected = raw.get(&format!("/beta/users/{user}?$select=showInAddressList")).await;
    assert_eq!(selected.body["showInAddressList"], false);
}

#[tokio::test]
async fn a_member_finds_their_groups_and_no_manager() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("resources", 30).await;
    raw.ask(&package, &policy).await;
    raw.pass(30);
    let user = raw.tenant.requestor().user.clone();
    let got = raw.get(&format!("/v1.0/users/{user}/memberOf")).await;
    let found = &got.body["value"][0];
    assert_eq!(
        (&found["@odata.type"], &found["id"]),
        (&json!("#microsoft.graph.group"), &json!(group))
    );
    assert_eq!(found["securityEnabled"], true);
    assert_eq!(raw.get(&format!("/v1.0/groups/{group}/memberOf")).await.body["value"], json!([]));
    let got = raw.get(&format!("/v1.0/users/{user}/manager")).await;
    assert_eq!(got.refusal(), "404 Request_ResourceNotFound");
    assert_eq!(
        got.body["error"]["message"],
        "Resource 'manager' does not exist or one of its queried reference-property objects are not present."
    );
}

#[tokio::test]
async fn a_deleted_user_comes_back_for_thirty_days() {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    raw.pass(10);
    let user = raw.tenant.requestor().user.clone();
    let name = raw.tenant.requestor().name.clone();
    let gone = format!("/v1.0/directory/deletedItems/{user}");
    assert_eq!(raw.get(&gone).await.status, 404);
    assert_eq!(raw.delete(&format!("/v1.0/users/{name}")).await.status, 204);
    assert_eq!(raw.get(&format!("/v1.0/users/{user}")).await.status, 404);
    assert_eq!(raw.members(&group).await, 0);
    let list = raw.get("/v1.0/directory/deletedItems/microsoft.graph.user").await.body;
    let mangled = format!("{}{name}", user.replace('-', ""));
    assert_eq!(list["value"][0]["userPrincipalName"], mangled.as_str(), "{list}");
    let selected = raw.get(&format!("{gone}?$select=id,deletedDateTime")).await.body;
    assert!(selected["deletedDateTime"].is_string(), "{selected}");
    let restore = format!("{gone}/restore");
    let back = raw.send("POST", &restore, None).await;
    assert_eq!((back.status, &back.body["userPrincipalName"]), (200, &json!(name)), "{back:?}");
    assert_eq!(back.body["@odata.type"], "#microsoft.graph.user");
    assert_eq!(raw.members(&group).await, 1);
    assert_eq!(raw.send("POST", &restore, None).await.status, 404);
    // Somebody else has taken the name.
    raw.delete(&format!("/v1.0/users/{user}")).await;
    let body = json!({"accountEnabled": true, "displayName": "n", "mailNickname": "n", "userPrincipalName": name, "passwordProfile": {"password": "x"}});
    let other = raw.post("/v1.0/users", body).await.id();
    assert_eq!(raw.send("POST", &restore, None).await.status, 400);
    raw.delete(&format!("/v1.0/users/{other}")).await;
    let other = format!("/v1.0/directory/deletedItems/{other}");
    assert_eq!(raw.delete(&other).await.status, 204);
    assert_eq!(raw.delete(&other).await.status, 404);
    raw.pass(30 * 24 * 3600);
    assert_eq!(raw.get(&gone).await.status, 404);
    assert_eq!(raw.send("POST", &restore, None).await.status, 404);
}

/// As `az ad group member check` asks.
#[tokio::test]
async fn membership_is_asked_for_through_groups() {
    let raw = Raw::tenant();
    let (inner, outer, other) =
        (raw.group("inner").await, raw.group("outer").await, raw.group("other").await);
    let user = raw.tenant.requestor().user.clone();
    for (group, member) in [(&inner, &user), (&outer, &inner), (&inner, &outer)] {
        let reference = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{member}")});
        let got = raw.post(&format!("/v1.0/groups/{group}/members/$ref"), reference).await;
        assert_eq!(got.status, 204, "{got:?}");
    }
    let check = format!("/v1.0/directoryObjects/{user}/checkMemberGroups");
    let got = raw.post(&check, json!({"groupIds": [other, outer.to_uppercase()]})).await;
    assert_eq!(got.body["value"], json!([outer]), "{got:?}");
    let context = "https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)";
    assert_eq!(got.body["@odata.context"], context);
    assert_eq!(raw.post(&check, json!({})).await.refusal(), "400 Request_BadRequest");
    let all = json!({"securityEnabledOnly": false});
    let got = raw.post(&format!("/v1.0/users/{user}/getMemberGroups"), all.clone()).await;
    assert_eq!(got.body["value"], json!([inner, outer]));
    let own = raw.requestor().post("/v1.0/me/getMemberGroups", all.clone()).await;
    assert_eq!(own.body["value"], got.body["value"]);
    let nobody = "/v1.0/directoryObjects/00000000-0000-0000-0000-000000000009/getMemberGroups";
    assert_eq!(raw.post(nobody, all).await.status, 404);
}
