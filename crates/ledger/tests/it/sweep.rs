use http::Method;
use serde_json::json;

use crate::{EM, RUN, World};

/// Everything that a run may leave, taken away in an order that the service allows.
#[tokio::test]
async fn all_that_a_run_left_is_taken_away() {
    let world = World::new();
    let run = world.run();
    let target = run.user("target").await;
    let role = json!({"principalId": target, "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10", "directoryScopeId": "/"});
    let role = run.made("roleManagement/directory/roleAssignments", role).await;
    let group = run.group("left").await;
    let catalog =
        run.made(&format!("{EM}/catalogs"), json!({"displayName": format!("{RUN} left")})).await;
    let add = json!({"requestType": "adminAdd", "catalog": {"id": catalog}, "resource": {"originId": group, "originSystem": "AadGroup"}});
    run.post(&format!("{EM}/resourceRequests"), add).await.unwrap();
    let resources = run.get(&format!("{EM}/catalogs/{catalog}/resources")).await.unwrap();
    let resource = resources["value"][0]["id"].clone();
    let body = json!({"displayName": format!("{RUN} left"), "catalog": {"id": catalog}});
    let package = run.made(&format!("{EM}/accessPackages"), body).await;
    let scope = json!({"role": {"originId": format!("Member_{group}"), "originSystem": "AadGroup", "resource": {"id": resource}}, "scope": {"originId": group, "originSystem": "AadGroup"}});
    run.post(&format!("{EM}/accessPackages/{package}/resourceRoleScopes"), scope).await.unwrap();
    let rules = run.policy(&package).await;
    // It is on its way when the process ends.
    let request = run.assigned(&package, &rules, &target).await;
    assert_eq!(world.sweep().plan(None).len(), 9);
    assert!(world.sweep().plan(Some("another run")).is_empty());

    assert_eq!(world.sweep().run(None).await, []);
    let somebody = world.somebody();
    for path in [
        format!("users/{target}"),
        format!("directory/deletedItems/{target}"),
        format!("roleManagement/directory/roleAssignments/{role}"),
        format!("groups/{group}"),
        format!("{EM}/catalogs/{catalog}"),
        format!("{EM}/accessPackages/{package}"),
        format!("{EM}/assignmentPolicies/{rules}"),
        format!("{EM}/assignmentRequests/{request}"),
    ] {
        assert!(somebody.get(&path).await.unwrap_err().is_not_found(), "{path}");
    }
    assert!(world.ledger.open_entries(None).is_empty());
    // Once more is no harm.
    assert_eq!(world.sweep().run(None).await, []);
}

/// A run that ends between the sending and the answer.
async fn ends_before_the_answer(world: &World, name: &'static str) {
    let run = world.run();
    world.faults(&json!([{"method": "POST", "path": "*/groups", "loseAnswer": true}]));
    let task = tokio::spawn(async move { run.group(name).await });
    while world.ledger.open_entries(None).is_empty() {
        tokio::task::yield_now().await;
    }
    task.abort();
    let _ended = task.await;
    world.faults(&json!([]));
}

const RUNS_GROUPS: &str = "groups?$filter=startswith(displayName,'entitle')";

#[tokio::test]
async fn what_nobody_knows_the_id_of_is_found_by_name() {
    let world = World::new();
    ends_before_the_answer(&world, "lost").await;
    assert_eq!(world.sweep().run(None).await, []);
    assert_eq!(world.somebody().get(RUNS_GROUPS).await.unwrap()["value"], json!([]));
}

/// More that look like it than the run can have made: nobody can tell whose they are.
#[tokio::test]
async fn what_cannot_be_told_apart_is_left() {
    let world = World::new();
    ends_before_the_answer(&world, "twin").await;
    world.somebody().group("twin").await;
    world.somebody().group("twin").await;
    let left = world.sweep().run(None).await;
    assert_eq!(left.len(), 1);
    assert!(left[0].1.contains("that look like it"), "{left:?}");
    let found = world.somebody().get(RUNS_GROUPS).await.unwrap();
    assert!(found["value"].as_array().is_some_and(|groups| groups.len() >= 2), "{found}");
}

#[tokio::test]
async fn what_somebody_uses_by_now_is_left_and_said() {
    let world = World::new();
    let run = world.run();
    let group = run.group("taken").await;
    let user = run.user("untouched").await;
    let path = format!("groups/{group}");
    let body = Some(json!({"displayName": "in use"}));
    world.somebody().send(Method::PATCH, &path, body).await.unwrap();
    let left = world.sweep().run(None).await;
    assert_eq!(left.len(), 1);
    assert!(left[0].1.contains("somebody has changed it"), "{left:?}");
    world.somebody().get(&path).await.unwrap();
    assert!(world.somebody().get(&format!("users/{user}")).await.unwrap_err().is_not_found());
    assert_eq!(world.ledger.open_entries(None).len(), 1);
}

/// A policy that somebody took over keeps the access that they gave by it.
#[tokio::test]
async fn access_by_a_policy_that_is_somebody_elses_by_now_stays() {
    let world = World::new();
    let run = world.run();
    let package = run.package("taken").await;
    let rules = run.policy(&package).await;
    let somebody = world.somebody();
    let path = format!("{EM}/assignmentPolicies/{rules}");
    let mut theirs = crate::policy(&package);
    theirs["displayName"] = json!("in use");
    somebody.send(Method::PUT, &path, Some(theirs)).await.unwrap();
    let target = world.tenant.requestor().user.clone();
    somebody.assigned(&package, &rules, &target).await;
    world.clock.wait(jiff::SignedDuration::from_secs(60)).await;
    let held = format!("{EM}/assignments?$filter=assignmentPolicy/id%20eq%20'{rules}'");
    let held = somebody.get(&held).await.unwrap()["value"][0]["id"].clone();
    // Neither by the run itself nor by the sweep.
    let end = json!({"requestType": "adminRemove", "assignment": {"id": held}});
    let error = run.post(&format!("{EM}/assignmentRequests"), end).await.unwrap_err();
    assert!(error.to_string().contains("found another displayName"), "{error}");
    assert!(!world.sweep().run(None).await.is_empty());
    let path = format!("{EM}/assignments/{}", held.as_str().unwrap());
    assert_eq!(somebody.get(&path).await.unwrap()["state"], "delivered");
}

/// What a catalog had before is neither added again nor taken out.
#[tokio::test]
async fn a_resource_that_was_there_before_stays() {
    let world = World::new();
    let somebody = world.somebody();
    let group = somebody.group("theirs").await;
    let catalog = somebody.general().await;
    let add = json!({"requestType": "adminAdd", "catalog": {"id": catalog}, "resource": {"originId": group, "originSystem": "AadGroup"}});
    let path = format!("{EM}/resourceRequests");
    somebody.post(&path, add.clone()).await.unwrap();
    world.faults(&json!([{"method": "POST", "path": "*/resourceRequests", "status": 503}]));
    let error = world.run().post(&path, add).await.unwrap_err();
    assert!(error.to_string().contains("expected a resource that the catalog does not"), "{error}");
    assert!(world.ledger.open_entries(None).is_empty());
    assert_eq!(world.sweep().run(None).await, []);
    let resources = somebody.get(&format!("{EM}/catalogs/{catalog}/resources")).await.unwrap();
    assert_eq!(resources["value"].as_array().map(Vec::len), Some(1));
}
