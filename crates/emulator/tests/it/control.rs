//! The emulator's own calls, faults and profiles.

use std::sync::Arc;

use clock::VirtualClock;
use emulator::{Options, Profile, Tenant, Transition};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::raw::Raw;

fn of_profile(profile: Profile) -> Raw {
    Raw::with(Options { profile, ..Options::default() })
}

#[tokio::test]
async fn whoever_has_the_token_controls_it() {
    let raw = Raw::tenant();
    for (method, path) in [
        ("POST", "clock"),
        ("POST", "rules"),
        ("PUT", "faults"),
        ("POST", "seed"),
        ("POST", "reset"),
    ] {
        let path = format!("/_emulator/{path}");
        let got = raw.requestor().send(method, &path, Some(json!({}))).await;
        assert_eq!(got.refusal(), "403 Forbidden", "{path}");
        let nobody = http::Request::builder().method(method).uri(&path);
        let got = raw.raw(nobody.body(axum::body::Body::from("{}")).unwrap()).await;
        assert_eq!(got.status, 401, "{path}");
    }
    assert_eq!(raw.get("/_emulator/health").await.body, json!({"status": "ok"}));
    for (method, path, body) in [
        ("GET", "nonsense", json!(null)),
        ("PATCH", "clock", json!({})),
        ("POST", "clock", json!({"advance": "soon"})),
        ("POST", "clock", json!({"rate": -1})),
        ("POST", "rules", json!({"id": "nonsense", "on": false})),
        ("POST", "rules", json!({"id": "tips"})),
        ("PUT", "faults", json!({})),
        ("GET", "requests?since=x", json!(null)),
        ("POST", "seed", json!({})),
    ] {
        let got = raw.send(method, &format!("/_emulator/{path}"), Some(body)).await;
        assert_eq!(got.refusal(), "400 BadRequest", "{method} {path}");
    }
}

#[tokio::test]
async fn calls_are_told_with_the_rules_that_fired() {
    let raw = Raw::tenant();
    raw.get("/v1.0/EM/catalogs").await;
    raw.get("/v1.0/EM/catalogs/5").await;
    let got = raw.get("/_emulator/requests").await.body;
    assert_eq!(got["last"], 2);
    let told = |n: usize, name: &str| got["requests"][n][name].clone();
    assert_eq!(
        (told(0, "status"), told(0, "rules")),
        (json!(200), json!(["tips; grade=recorded"]))
    );
    assert_eq!(told(1, "path"), "/v1.0/identityGovernance/entitlementManagement/catalogs/5");
    let refused = told(1, "rules").to_string();
    assert!(refused.contains("catalog-not-found; grade=recorded"), "{refused}");
    let later = raw.get("/_emulator/requests?since=1").await.body;
    assert_eq!(later["requests"].as_array().map(Vec::len), Some(1));
    let rules = raw.get("/_emulator/rules").await.body;
    let fired = |id: &str| {
        let rules = rules["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["id"] == id).unwrap()["fired"].clone()
    };
    assert_eq!(
        (fired("tips"), fired("catalog-not-found"), fired("target-id")),
        (json!(1), json!(1), json!(0))
    );
    // Neither a token nor a body is told.
    assert!(!got.to_string().contains(&raw.who.token));
}

#[tokio::test]
async fn the_clock_is_moved_paced_and_stopped() {
    let raw = Raw::tenant();
    let set = async |body: Value| raw.post("/_emulator/clock", body).await;
    assert_eq!(set(json!({"advance": "P30D"})).await.body["now"], "2026-02-04T09:14:33.2042281Z");
    assert_eq!(set(json!({"rate": 100_000})).await.status, 200);
    assert_eq!(set(json!({"pause": true})).await.status, 200);
    let now = raw.get("/_emulator/clock").await.body;
    assert_eq!(raw.get("/_emulator/clock").await.body, now);
}

#[tokio::test]
async fn a_tenant_is_taken_out_put_back_and_made_anew() {
    let raw = Raw::tenant();
    let fresh = raw.get("/_emulator/export").await.body;
    let (group, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    raw.pass(4);
    let export = raw.get("/_emulator/export").await.body;
    let text = export.to_string();
    assert!(!text.contains(secrecy::ExposeSecret::expose_secret(raw.tenant.requestor_password())));
    assert!(!text.contains(&raw.who.token));
    assert_eq!(raw.post("/_emulator/reset", json!({})).await.status, 204);
    assert_eq!(raw.get(&format!("/v1.0/EM/accessPackages/{package}")).await.status, 404);
    let again = raw.get("/_emulator/export").await.body;
    for table in ["users", "groups", "catalogs", "servicePrincipals"] {
        let ids = |export: &Value| {
            let rows = export["tables"][table].as_array().unwrap().clone();
            rows.iter().map(|row| row[1]["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&again), ids(&fresh), "{table}");
    }
    let got = raw.post("/_emulator/seed", export.clone()).await;
    assert_eq!(got.status, 204, "{got:?}");
    // What was on its way goes on.
    raw.pass(10);
    assert_eq!(raw.members(&group).await, 1);
    let before = raw.get("/_emulator/export").await.body;
    for (change, expected) in [
        (json!({"format": 99}), "later version"),
        (json!({"seed": 5}), "start with --seed 5"),
        (json!({"tables": {"users": [[1, {"id": 5}]]}}), "tables/users"),
        (json!({"tables": {"users": [["x", {}]]}}), "no place"),
    ] {
        let mut torn = export.clone();
        let change = change.as_object().unwrap().clone();
        torn.as_object_mut().unwrap().extend(change);
        let got = raw.post("/_emulator/seed", torn).await;
        let message = got.body["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(expected), "{message}");
    }
    assert_eq!(raw.get("/_emulator/export").await.body, before);
}

#[tokio::test]
async fn an_error_stands_for_the_nth_answer() {
    let raw = Raw::tenant();
    let faults = json!([
        {"method": "POST", "path": "*/catalogs", "nth": 2, "status": 429, "retryAfter": 1},
        {"path": "*/groups", "times": 1, "status": 503},
        {"path": "*/users", "times": 1, "delay": "PT5S"},
    ]);
    assert_eq!(raw.send("PUT", "/_emulator/faults", Some(faults)).await.status, 204);
    let body = || json!({"displayName": "c"});
    assert_eq!(raw.post("/v1.0/EM/catalogs", body()).await.status, 201);
    let got = raw.post("/v1.0/EM/catalogs", body()).await;
    assert_eq!((got.status, got.headers["retry-after"].to_str().unwrap()), (429, "1"));
    assert_eq!(got.refusal(), "429 TooManyRequests");
    assert!(got.body["error"]["innerError"]["request-id"].is_string());
    assert_eq!(raw.post("/v1.0/EM/catalogs", body()).await.status, 201);
    assert_eq!(raw.get("/v1.0/groups").await.refusal(), "503 ServiceUnavailable");
    assert_eq!(raw.get("/v1.0/groups").await.status, 200);
    let before = clock::Clock::now(&*raw.clock);
    assert_eq!(raw.get("/v1.0/users").await.status, 200);
    let waited = clock::Clock::now(&*raw.clock).duration_since(before);
    assert_eq!(waited, SignedDuration::from_secs(5));
    let catalogs = raw.get("/v1.0/EM/catalogs").await.body;
    assert_eq!(catalogs["value"].as_array().map(Vec::len), Some(3));
}

/// A call over a connection: what came back before it ended.
async fn over_a_connection(raw: &Raw, method: &str, path: &str, body: &str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = raw.tenant.router();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        raw.who.token,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is reset has ended, too.
    stream.read_to_end(&mut answer).await.ok();
    server.abort();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn connections_end_and_answers_get_lost() {
    let raw = Raw::tenant();
    let faults = json!([
        {"method": "POST", "path": "*/catalogs", "nth": 1, "drop": true},
        {"method": "POST", "path": "*/catalogs", "nth": 1, "loseAnswer": true},
        {"method": "GET", "path": "*/catalogs", "nth": 1, "truncate": 40},
    ]);
    assert_eq!(raw.send("PUT", "/_emulator/faults", Some(faults)).await.status, 204);
    let path = "/v1.0/identityGovernance/entitlementManagement/catalogs";
    let body = r#"{"displayName": "lost"}"#;
    assert_eq!(over_a_connection(&raw, "POST", path, body).await, "");
    assert_eq!(over_a_connection(&raw, "POST", path, body).await, "");
    let torn = over_a_connection(&raw, "GET", path, "").await;
    let (head, rest) = torn.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && rest.len() == 40, "{torn}");
    // Done once: what was dropped was not, what was lost was.
    let whole = over_a_connection(&raw, "GET", path, "").await;
    assert_eq!(whole.matches("\"displayName\":\"lost\"").count(), 1, "{whole}");
}

/// Sign-in is a call like another.
#[tokio::test]
async fn sign_in_is_lost_and_torn_like_anything_else() {
    let raw = Raw::tenant();
    let faults = json!([
        {"path": "*/oauth2/v2.0/token", "nth": 1, "loseAnswer": true},
        {"path": "*/oauth2/v2.0/token", "nth": 1, "truncate": 40},
    ]);
    assert_eq!(raw.send("PUT", "/_emulator/faults", Some(faults)).await.status, 204);
    let path = format!("/{}/oauth2/v2.0/token", raw.tenant.id());
    let form = crate::sign_in::by_secret(raw.tenant.application(), crate::sign_in::DEFAULT);
    assert_eq!(over_a_connection(&raw, "POST", &path, &form).await, "");
    let torn = over_a_connection(&raw, "POST", &path, &form).await;
    let (_, rest) = torn.split_once("\r\n\r\n").unwrap();
    assert!(rest.len() == 40 && rest.starts_with("{\"token_type\""), "{torn}");
    assert!(over_a_connection(&raw, "POST", &path, &form).await.contains("\"access_token\""));
}

#[tokio::test]
async fn a_realistic_tenant_sees_things_late() {
    let raw = of_profile(Profile::realistic());
    let general = raw.general().await;
    let group = raw.group("late").await;
    let add = json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originId": group, "originSystem": "AadGroup"}});
    let path = "/v1.0/EM/resourceRequests";
    assert_eq!(raw.post(path, add.clone()).await.refusal(), "400 ResourceNotFoundInOriginSystem");
    let search = "/v1.0/groups?$filter=displayName eq 'late'";
    let found = async || raw.get(search).await.body["value"].as_array().map_or(0, Vec::len);
    assert_eq!(found().await, 0);
    // By its id, a new group is there at once.
    assert_eq!(raw.get(&format!("/v1.0/groups/{group}")).await.status, 200);
    raw.pass(15);
    assert_eq!(found().await, 1);
    assert_eq!(raw.post(path, add).await.status, 201);
    assert_eq!(raw.delete(&format!("/v1.0/groups/{group}")).await.status, 204);
    assert_eq!(found().await, 1);
    assert_eq!(raw.get(&format!("/v1.0/groups/{group}")).await.status, 404);
    raw.pass(61);
    assert_eq!(found().await, 0);
}

#[tokio::test]
async fn a_delivery_can_be_at_once_or_wait_for_whoever_looks() {
    for (delivery, looks) in [(Transition::Immediate, 1), (Transition::Reads(3), 3)] {
        let raw = of_profile(Profile { delivery, ..Profile::fast() });
        let (_, package, policy) = raw.package("Sales", 30).await;
        let request = raw.ask(&package, &policy).await;
        assert_eq!(request.body["state"], "submitted");
        let path = format!("/v1.0/EM/assignmentRequests/{}", request.id());
        let mut states = Vec::new();
        for _ in 0..=looks {
            states.push(raw.get(&path).await.body["state"].as_str().unwrap().to_owned());
        }
        let submitted = states.iter().filter(|state| *state == "submitted").count();
        assert_eq!((submitted, states[looks].as_str()), (looks - 1, "delivered"), "{states:?}");
    }
}

#[tokio::test]
async fn the_same_seed_is_late_by_the_same() {
    let run = async || {
        let raw = of_profile(Profile::realistic());
        let (_, package, policy) = {
            let group = raw.group("g").await;
            raw.pass(60);
            raw.package_for(&group, "Sales", 30).await
        };
        let request = raw.ask(&package, &policy).await.id();
        let path = format!("/v1.0/EM/assignmentRequests/{request}");
        let mut seconds = 0;
        while raw.get(&path).await.body["state"] != "delivered" {
            raw.pass(1);
            seconds += 1;
        }
        seconds
    };
    let seconds = run().await;
    assert!((10..=60).contains(&seconds), "{seconds}");
    assert_eq!(run().await, seconds);
}

/// Each of two forms, by the switch that chooses.
#[tokio::test]
async fn a_rule_that_is_switched_off_leaves_the_other_form() {
    let off =
        |id: &str| Raw::with(Options { rules_off: vec![id.to_owned()], ..Options::default() });
    let raw = off("tips");
    assert!(raw.get("/v1.0/EM/catalogs").await.body.get("@microsoft.graph.tips").is_none());
    let raw = off("location");
    assert!(
        raw.post("/v1.0/EM/catalogs", json!({"displayName": "c"}))
            .await
            .headers
            .get("location")
            .is_none()
    );
    let raw = off("error-details");
    assert!(raw.get("/v1.0/EM/catalogs/5").await.body["error"].get("details").is_none());
    let raw = off("creation-times");
    let made = raw.post("/v1.0/EM/catalogs", json!({"displayName": "c"})).await.body;
    assert_eq!(made["createdDateTime"], "2026-01-05T09:14:33.203Z");
    let raw = off("role-scope-deleted");
    let (_, package, policy) = raw.package("Sales", 30).await;
    let scopes = format!("/v1.0/EM/accessPackages/{package}/resourceRoleScopes");
    let scope = raw.first(&scopes).await;
    assert_eq!(raw.delete(&format!("{scopes}/{scope}")).await.status, 204);
    let _ = policy;
    let raw = off("request-created");
    let (_, package, policy) = raw.package("Sales", 30).await;
    assert_eq!(raw.ask(&package, &policy).await.status, 200);
    let raw = off("request-times");
    let (_, package, policy) = raw.package("Sales", 30).await;
    let request = raw.ask(&package, &policy).await;
    assert!(request.body["createdDateTime"].is_string());
    let raw = off("canceled");
    let (_, package, policy) = raw.package("Sales", 30).await;
    let request = raw.ask(&package, &policy).await.id();
    let cancel = format!("/v1.0/EM/assignmentRequests/{request}/cancel");
    assert_eq!(raw.requestor().send("POST", &cancel, None).await.status, 204);
    let raw = off("policy-touched");
    let (_, _, policy) = raw.package("Sales", 30).await;
    let read = raw.get(&format!("/v1.0/EM/assignmentPolicies/{policy}")).await.body;
    assert_eq!(read["createdDateTime"], read["modifiedDateTime"]);
    let raw = off("target-id");
    let (_, package, policy) = raw.package("Sales", 30).await;
    raw.ask(&package, &policy).await;
    raw.pass(10);
    let read = raw.get("/beta/EM/accessPackageAssignments?$expand=target").await.body;
    assert_eq!(read["value"][0]["targetId"], read["value"][0]["target"]["id"]);
    let raw = off("unused-role");
    let (group, general) = (raw.group("g").await, raw.general().await);
    let (_, package, _) = raw.package_for(&group, "Sales", 30).await;
    let resource = raw.resource(&general, &group).await;
    let roles = format!(
        "/v1.0/EM/catalogs/{general}/resourceRoles?$filter=originSystem eq 'AadGroup' and resource/id eq '{resource}'"
    );
    let roles = raw.get(&roles).await.body;
    let scope = raw.first(&format!("/v1.0/EM/accessPackages/{package}/resourceRoleScopes")).await;
    assert!(scope.starts_with(roles["value"][0]["id"].as_str().unwrap()));
    assert_ne!(roles["value"][1]["id"], "00000000-0000-0000-0000-000000000000");
    let raw = off("package-with-policies");
    let (_, package, _) = raw.package("Sales", 30).await;
    assert_eq!(raw.delete(&format!("/v1.0/EM/accessPackages/{package}")).await.status, 400);
    let raw = off("stale-resource");
    let (group, package, _) = raw.package("Sales", 30).await;
    assert_eq!(raw.delete(&format!("/v1.0/groups/{group}")).await.status, 204);
    let scopes = format!("/v1.0/EM/accessPackages/{package}/resourceRoleScopes");
    assert_eq!(raw.get(&scopes).await.body["value"], json!([]));
    let raw = off("catalog-role-created");
    let role = json!({"principalId": raw.user(), "roleDefinitionId": "ae79f266-94d4-4dab-b730-feca7e132178", "appScopeId": "/"});
    let path = "/beta/roleManagement/entitlementManagement/roleAssignments";
    assert_eq!(raw.post(path, role).await.status, 200);
    let raw = off("owner-status");
    let (group, general) = (raw.group("g").await, raw.general().await);
    let add = json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originId": group, "originSystem": "AadGroup"}});
    let owner = raw.holder_of("Catalog owner", &general).await;
    let got = owner.post("/v1.0/EM/resourceRequests", add).await;
    assert_eq!(got.refusal(), "403 CallerNotResourceOwner");
    let raw = off("admin-add-unasked");
    let (_, package, _) = raw.package("Sales", 30).await;
    let policy = json!({"displayName": "asked", "accessPackage": {"id": package}, "requestApprovalSettings": {"isApprovalRequiredForAdd": true, "stages": [{}]}});
    let policy = raw.post("/v1.0/EM/assignmentPolicies", policy).await.id();
    let body = json!({"requestType": "adminAdd", "assignment": {"targetId": raw.user(), "assignmentPolicyId": policy, "accessPackageId": package}});
    let request = raw.post("/v1.0/EM/assignmentRequests", body).await.id();
    raw.pass(10);
    let read = raw.get(&format!("/v1.0/EM/assignmentRequests/{request}")).await.body;
    assert_eq!(read["state"], "pendingApproval");
    let raw = off("catalog-not-found");
    assert_eq!(raw.get("/v1.0/EM/catalogs/5").await.refusal(), "501 NotImplemented");
}

#[test]
fn what_is_made_of_options_is_said() {
    let clock = Arc::new(VirtualClock::starting_at("2026-01-05T09:00:00Z".parse().unwrap()));
    let tenant = Tenant::new(&Options::default(), clock);
    assert!(tenant.set_faults(b"nonsense").unwrap_err().contains("expected a list of faults"));
    assert_eq!("slow".parse::<Profile>().unwrap_err(), "expected fast or realistic, found 'slow'");
}
