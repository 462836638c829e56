use http::Method;
use ledger::{Kind, Limits};
use serde_json::{Value, json};

use crate::{EM, World, assignment, group, policy, user};

/// Says why nothing was sent.
async fn refused(outcome: impl Future<Output = Result<Value, client::Error>>) -> String {
    let error = outcome.await.unwrap_err().to_string();
    assert!(error.ends_with("nothing was sent"), "{error}");
    error
}

#[tokio::test]
async fn nothing_is_written_beyond_the_limits() {
    let world = World::new();
    let reader = world.run_within(Limits { read_only: true, ..Limits::default() });
    reader.get("groups").await.unwrap();
    let why = refused(reader.post("groups", group("a"))).await;
    assert!(why.contains("--read-only"), "{why}");

    let twice = world.run_within(Limits { writes: 2, ..Limits::default() });
    let id = twice.group("a").await;
    twice.delete(&format!("groups/{id}")).await.unwrap();
    let why = refused(twice.post("groups", group("b"))).await;
    assert!(why.contains("expected 2 writes at most"), "{why}");

    let few = world.run_within(Limits { objects: 2, ..Limits::default() });
    few.group("b").await;
    let why = refused(few.post("groups", group("c"))).await;
    assert!(why.contains("expected 2 objects at most"), "{why}");
}

#[tokio::test]
async fn nothing_of_somebody_elses_is_touched() {
    let world = World::new();
    let (run, somebody) = (world.run(), world.somebody());
    let theirs = somebody.group("theirs").await;
    let package = somebody.package("theirs").await;
    let rules = somebody.policy(&package).await;
    let target = world.tenant.requestor().user.clone();
    somebody.assigned(&package, &rules, &target).await;
    world.clock.wait(jiff::SignedDuration::from_secs(60)).await;
    let path = format!("{EM}/assignments?$filter=assignmentPolicy/id%20eq%20'{rules}'");
    let held = somebody.get(&path).await.unwrap()["value"][0]["id"].clone();
    let catalog = somebody.general().await;
    let add = json!({"requestType": "adminAdd", "catalog": {"id": catalog}, "resource": {"originId": theirs, "originSystem": "AadGroup"}});
    somebody.post(&format!("{EM}/resourceRequests"), add).await.unwrap();
    let path = format!("{EM}/catalogs/{catalog}/resources");
    let resource = somebody.get(&path).await.unwrap()["value"][0]["id"].clone();

    let member = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{target}")});
    let take_out = json!({"requestType": "adminRemove", "catalog": {"id": catalog}, "resource": {"id": resource}});
    let end = json!({"requestType": "adminRemove", "assignment": {"id": held}});
    let rename = json!({"displayName": "mine"});
    let role = json!({"principalId": target, "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10", "directoryScopeId": "/"});
    for (method, path, body) in [
        (Method::DELETE, format!("groups/{theirs}"), None),
        (Method::PATCH, format!("groups/{theirs}"), Some(rename.clone())),
        (Method::POST, format!("groups/{theirs}/members/$ref"), Some(member)),
        (Method::DELETE, format!("users/{target}"), None),
        (Method::DELETE, format!("directory/deletedItems/{target}"), None),
        (Method::DELETE, format!("{EM}/accessPackages/{package}"), None),
        (Method::PATCH, format!("{EM}/accessPackages/{package}"), Some(rename)),
        (Method::POST, format!("{EM}/assignmentPolicies"), Some(policy(&package))),
        (Method::PUT, format!("{EM}/assignmentPolicies/{rules}"), Some(policy(&package))),
        (
            Method::POST,
            format!("{EM}/assignmentRequests"),
            Some(assignment(&package, &rules, &target)),
        ),
        (Method::POST, format!("{EM}/assignmentRequests"), Some(end)),
        (Method::POST, format!("{EM}/resourceRequests"), Some(take_out)),
        (Method::POST, "roleManagement/directory/roleAssignments".to_owned(), Some(role)),
        (Method::PATCH, format!("{EM}/settings"), Some(json!({}))),
    ] {
        let why = refused(run.send(method.clone(), &path, body)).await;
        assert!(why.contains("expected a"), "{method} {path}: {why}");
    }
    assert!(world.ledger.open_entries(None).is_empty());
}

/// What a run made and somebody renamed is theirs from then on.
#[tokio::test]
async fn what_somebody_has_changed_is_left_alone() {
    let world = World::new();
    let run = world.run();
    let id = run.group("mine").await;
    let taken = json!({"displayName": "now in use"});
    let path = format!("groups/{id}");
    world.somebody().send(Method::PATCH, &path, Some(taken)).await.unwrap();
    let why = refused(run.delete(&path)).await;
    assert!(why.contains("found another displayName"), "{why}");
    assert!(!why.contains("now in use"), "{why}");
    world.somebody().get(&path).await.unwrap();
}

#[tokio::test]
async fn a_directory_role_is_given_to_nobody_unless_that_is_allowed() {
    let world = World::new();
    let role = |principal: &str| json!({"principalId": principal, "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10", "directoryScopeId": "/"});
    let path = "roleManagement/directory/roleAssignments";
    let careful = world.run_within(Limits::default());
    let own = careful.user("admin").await;
    let why = refused(careful.post(path, role(&own))).await;
    assert!(why.contains("--allow-privileged"), "{why}");
    let run = world.run();
    let given = run.made(path, role(&own)).await;
    run.delete(&format!("{path}/{given}")).await.unwrap();
    assert!(world.ledger.made(Kind::DirectoryRole, &given).is_none());
}

/// Each making whose answer gets lost: it is made once, and its answer is what is there.
#[tokio::test]
async fn what_was_made_is_found_again() {
    let world = World::new();
    let run = world.run();
    let lose = |path: &str| {
        world.faults(&json!([{"method": "POST", "path": path, "nth": 1, "loseAnswer": true}]));
    };
    let count = async |path: &str| {
        let found = world.somebody().get(path).await.unwrap();
        found["value"].as_array().map_or(0, Vec::len)
    };
    lose("*/groups");
    let id = run.group("once").await;
    let named = "groups?$filter=startswith(displayName,'entitle')";
    assert_eq!(count(named).await, 1);
    lose("*/users");
    let target = run.user("once").await;
    lose("*/resourceRequests");
    let catalog = run.general().await;
    let add = json!({"requestType": "adminAdd", "catalog": {"id": catalog}, "resource": {"originId": id, "originSystem": "AadGroup"}});
    let added = run.post(&format!("{EM}/resourceRequests"), add).await.unwrap();
    assert_eq!((&added["requestType"], &added["state"]), (&json!("adminAdd"), &json!("delivered")));
    let resources = format!("{EM}/catalogs/{catalog}/resources");
    assert_eq!(count(&resources).await, 1);
    let resource = run.get(&resources).await.unwrap()["value"][0]["id"].clone();
    lose("*/accessPackages");
    let package = run.package("once").await;
    lose("*/resourceRoleScopes");
    let scope = json!({"role": {"originId": format!("Member_{id}"), "originSystem": "AadGroup", "resource": {"id": resource}}, "scope": {"originId": id, "originSystem": "AadGroup"}});
    let path = format!("{EM}/accessPackages/{package}/resourceRoleScopes");
    let given = run.made(&path, scope).await;
    assert!(world.ledger.made(Kind::RoleScope, &given).is_some());
    lose("*/assignmentPolicies");
    let rules = run.policy(&package).await;
    lose("*/assignmentRequests");
    let request = run.assigned(&package, &rules, &target).await;
    assert_eq!(count(&format!("{EM}/assignmentRequests")).await, 1);
    assert!(world.ledger.made(Kind::Request, &request).is_some());
    world.clock.wait(jiff::SignedDuration::from_secs(60)).await;
    let held = run.get(&format!("{EM}/assignments")).await.unwrap()["value"][0]["id"].clone();
    lose("*/assignmentRequests");
    let end = json!({"requestType": "adminRemove", "assignment": {"id": held}});
    let ended = run.post(&format!("{EM}/assignmentRequests"), end).await.unwrap();
    assert_eq!(ended["requestType"], "adminRemove");
    world.clock.wait(jiff::SignedDuration::from_secs(60)).await;
    lose("*/roleAssignments");
    let role = json!({"principalId": target, "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10", "directoryScopeId": "/"});
    run.made("roleManagement/directory/roleAssignments", role).await;
    // Taken away, and the answer to that lost, too.
    let lose_deletion = json!([{"method": "DELETE", "nth": 1, "loseAnswer": true}]);
    world.faults(&lose_deletion);
    run.delete(&format!("{EM}/assignmentPolicies/{rules}")).await.unwrap();
    lose("*/resourceRequests");
    run.delete(&format!("{EM}/accessPackages/{package}")).await.unwrap();
    let out = json!({"requestType": "adminRemove", "catalog": {"id": catalog}, "resource": {"id": resource}});
    let out = run.post(&format!("{EM}/resourceRequests"), out).await.unwrap();
    assert_eq!(out["requestType"], "adminRemove");
    assert_eq!(count(&resources).await, 0);
}

/// What was refused was not made, whatever became of the answer before.
#[tokio::test]
async fn what_was_refused_was_not_made() {
    let world = World::new();
    let run = world.run();
    let error = run.post("groups", json!({"displayName": "no nickname"})).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    assert!(world.ledger.open_entries(None).is_empty());
    // Lost at every attempt, and never made: it is given up.
    world.faults(&json!([{"method": "POST", "path": "*/users", "drop": true}]));
    let error = run.post("users", user("never")).await.unwrap_err();
    assert_eq!(error.kind(), client::ErrorKind::Lost);
    let open = world.ledger.open_entries(None);
    assert_eq!((open.len(), open[0].sends, open[0].ids.len()), (1, 5, 0));
}
