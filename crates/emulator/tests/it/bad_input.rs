//! Bad input of every kind, at every place that takes input: an envelope with a status of its kind,
//! and nothing is changed.

use axum::body::Body;
use http::Request;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::raw::{Got, Raw};

struct Place {
    raw: Raw,
    /// What a request in good order looks like: method, path, body.
    fine: Vec<(&'static str, String, Value)>,
    lists: Vec<String>,
}

async fn place() -> Place {
    let raw = Raw::tenant();
    let (group, package, policy) = raw.package("Sales", 30).await;
    let general = raw.general().await;
    let resource = raw.resource(&general, &group).await;
    let user = raw.tenant.requestor().user.clone();
    let em = |path: &str| format!("/v1.0/EM/{path}");
    let stage = json!({
        "durationBeforeAutomaticDenial": "P14D", "isApproverJustificationRequired": true,
        "isEscalationEnabled": false, "durationBeforeEscalation": "PT0S",
        "primaryApprovers": [{"@odata.type": "#microsoft.graph.singleUser", "userId": user}],
        "fallbackPrimaryApprovers": [], "escalationApprovers": [], "fallbackEscalationApprovers": [],
    });
    let policy_body = json!({
        "displayName": "p", "description": "d", "allowedTargetScope": "specificDirectoryUsers",
        "specificAllowedTargets": [{"@odata.type": "#microsoft.graph.singleUser", "userId": user}],
        "expiration": {"type": "afterDuration", "duration": "P30D"},
        "requestorSettings": {"enableTargetsToSelfAddAccess": true, "onBehalfRequestors": []},
        "requestApprovalSettings": {"isApprovalRequiredForAdd": true, "stages": [stage]},
        "reviewSettings": {"isEnabled": false, "primaryReviewers": []},
        "questions": [{"@odata.type": "#microsoft.graph.accessPackageTextInputQuestion", "text": "Why?", "isRequired": true}],
        "accessPackage": {"id": package},
    });
    let request = json!({
        "requestType": "adminAdd", "justification": "j",
        "assignment": {"targetId": user, "assignmentPolicyId": policy, "accessPackageId": package},
        "schedule": {"startDateTime": "2026-02-01T00:00:00Z", "expiration": {"type": "afterDuration", "duration": "P1D"}},
        "answers": [],
    });
    let role_scope = json!({
        "role": {"originId": format!("Owner_{group}"), "originSystem": "AadGroup", "resource": {"id": resource, "originId": group, "originSystem": "AadGroup"}},
        "scope": {"originId": group, "originSystem": "AadGroup"},
    });
    let person = json!({
        "accountEnabled": true, "displayName": "A", "mailNickname": "a", "userPrincipalName": "a@contoso.onmicrosoft.com",
        "passwordProfile": {"password": "xWwvJ]6NMw+bWH-d"},
    });
    let new_group = json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true});
    let resource_request = json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originId": group, "originSystem": "AadGroup"}});
    let fine = vec![
        (
            "POST",
            em("catalogs"),
            json!({"displayName": "c", "description": "d", "state": "published", "isExternallyVisible": true}),
        ),
        (
            "PATCH",
            em(&format!("catalogs/{general}")),
            json!({"displayName": "c", "description": "d", "state": "published", "isExternallyVisible": true}),
        ),
        (
            "POST",
            em("accessPackages"),
            json!({"displayName": "p", "description": "d", "isHidden": false, "catalog": {"id": general}}),
        ),
        (
            "PATCH",
            em(&format!("accessPackages/{package}")),
            json!({"displayName": "q", "description": "d", "isHidden": false}),
        ),
        ("POST", em("assignmentPolicies"), policy_body.clone()),
        ("PUT", em(&format!("assignmentPolicies/{policy}")), policy_body),
        ("POST", em("assignmentRequests"), request),
        ("POST", em("resourceRequests"), resource_request),
        ("POST", em(&format!("accessPackages/{package}/resourceRoleScopes")), role_scope),
        (
            "PATCH",
            em("settings"),
            json!({"externalUserLifecycleAction": "none", "durationUntilExternalUserDeletedAfterBlocked": "P1D"}),
        ),
        ("POST", "/v1.0/users".into(), person.clone()),
        ("PATCH", format!("/v1.0/users/{user}"), person),
        ("POST", "/v1.0/groups".into(), new_group.clone()),
        ("PATCH", format!("/v1.0/groups/{group}"), new_group),
    ];
    let lists = [
        "catalogs",
        "accessPackages",
        "assignmentPolicies",
        "assignmentRequests",
        "assignments",
        "resourceRequests",
        "resources",
    ];
    let mut lists: Vec<String> = lists.iter().map(|set| em(set)).collect();
    lists.extend(["/v1.0/users".to_owned(), "/v1.0/groups".to_owned()]);
    lists.push(em(&format!("catalogs/{general}/resources")));
    Place { raw, fine, lists }
}

/// Every place in a body with something put there that it does not take.
fn spoilt(body: &Value) -> Vec<(String, Value)> {
    let mut spoilt = Vec::new();
    walk(body, "", &mut |pointer, value| {
        let others: Vec<Value> = match value {
            Value::String(_) => vec![json!(7), json!(true), json!({}), json!(["x"])],
            Value::Bool(_) => vec![json!("true"), json!(1), json!({})],
            Value::Array(_) => vec![json!("x"), json!({"x": 1}), json!(7)],
            Value::Object(_) => vec![json!("x"), json!([]), json!(7)],
            _ => vec![],
        };
        for other in others {
            let mut changed = body.clone();
            if let Some(place) = changed.pointer_mut(pointer) {
                *place = other.clone();
                spoilt.push((format!("{pointer} = {other}"), changed));
            }
        }
        if let Value::Object(_) = value {
            let mut changed = body.clone();
            if let Some(Value::Object(members)) = changed.pointer_mut(pointer) {
                members.insert("nonsense".into(), json!(1));
                spoilt.push((format!("{pointer}/nonsense"), changed));
            }
        }
    });
    spoilt
}

fn walk(value: &Value, at: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(at, value);
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(name, _)| !name.contains('@')) {
                walk(value, &format!("{at}/{name}"), visit);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                walk(value, &format!("{at}/{index}"), visit);
            }
        }
        _ => {}
    }
}

#[derive(Default)]
struct Cases {
    count: usize,
    wrong: Vec<String>,
}

impl Cases {
    /// An envelope with a status that says whose fault it is.
    fn judge(&mut self, got: &Got, what: &str) {
        self.judge_as(got, what, &[400, 403, 404, 405, 409, 413]);
    }

    fn judge_as(&mut self, got: &Got, what: &str, statuses: &[u16]) {
        self.count += 1;
        let error = &got.body["error"];
        let refused = statuses.contains(&got.status)
            && error["code"].is_string()
            && error["message"].is_string()
            && error["innerError"]["request-id"].is_string();
        if !refused {
            let body: String = got.body.to_string().chars().take(200).collect();
            self.wrong.push(format!("{what}: {} {body}", got.status));
        }
    }
}

async fn bytes(raw: &Raw, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Got {
    let path = path.replace("EM", "identityGovernance/entitlementManagement");
    let request = Request::builder()
        .method(method)
        .uri(format!("https://graph.microsoft.com{path}"))
        .header("authorization", format!("Bearer {}", raw.who.token))
        .header("content-type", kind);
    raw.raw(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn bad_input_is_refused_and_changes_nothing() {
    let Place { raw, fine, lists } = place().await;
    let state = async || {
        let mut export = raw.get("/_emulator/export").await.body;
        // Ids may be given for what is not made.
        export.as_object_mut().unwrap().shift_remove("ids");
        export
    };
    let before = state().await;
    let mut cases = Cases::default();
    for (method, path, body) in &fine {
        for (what, changed) in spoilt(body) {
            let got = raw.send(method, path, Some(changed)).await;
            cases.judge(&got, &format!("{method} {path} {what}"));
        }
        let torn = body.to_string();
        let mut deep = "[".repeat(10_000);
        deep.push_str(&"]".repeat(10_000));
        let mut broken = torn.clone().into_bytes();
        broken[2] = 0xff;
        for (kind, bytes_sent) in [
            ("application/json", Vec::new()),
            ("application/json", b"null".to_vec()),
            ("application/json", b"[]".to_vec()),
            ("application/json", b"\"x\"".to_vec()),
            ("application/json", b"7".to_vec()),
            ("application/json", torn.as_bytes()[..torn.len() / 2].to_vec()),
            ("application/json", format!("{torn}{torn}").into_bytes()),
            ("application/json", broken),
            ("application/json", deep.into_bytes()),
            ("application/json", vec![b' '; 4 * 1024 * 1024 + 1]),
            ("text/plain", torn.clone().into_bytes()),
            ("application/xml", b"<a/>".to_vec()),
            ("\u{fc}", torn.clone().into_bytes()),
        ] {
            let size = bytes_sent.len();
            let got = bytes(&raw, method, path, kind, bytes_sent).await;
            cases.judge(&got, &format!("{method} {path} {kind} {size} bytes"));
            assert_eq!(got.status == 413, size > 4 * 1024 * 1024, "{got:?}");
        }
    }
    for path in &lists {
        for query in [
            "$filter=",
            "$filter=displayName",
            "$filter=displayName eq",
            "$filter=(displayName eq 'x'",
            "$filter=displayName eq 'x')",
            "$filter=displayName eq 'x",
            "$filter=displayName xx 'x'",
            "$filter=nonsense eq 'x'",
            "$filter=nonsense/more eq 'x'",
            "$filter=contains(displayName)",
            "$filter=displayName eq 'a' and",
            "$filter=not",
            "$filter=any(x:x eq 1)",
            "$filter='x'",
            "$expand=nonsense",
            "$expand=displayName($expand=x)",
            "$expand=(",
            "$select=nonsense",
            "$orderby=nonsense",
            "$orderby=displayName sideways",
            "$top=-1",
            "$top=x",
            "$top=1.5",
            "$skip=-1",
            "$skip=x",
            "$count=perhaps",
            "$skiptoken=nonsense",
            "$nonsense=1",
            "$top=99999999999999999999",
            "$filter=displayName eq %ff",
        ] {
            let is_open = path.contains("/users") || path.contains("/groups");
            // Open types have whatever they are asked for, and say nothing of it.
            let names = ["$filter", "$expand", "$select", "$orderby"];
            let asks = names.iter().any(|option| query.starts_with(option))
                && (query.contains("nonsense") || query.contains("=x"));
            if is_open && asks {
                continue;
            }
            let got = raw.get(&format!("{path}?{query}")).await;
            cases.judge(&got, &format!("{path}?{query}"));
        }
        for method in ["PUT", "PATCH", "DELETE", "TRACE", "NONSENSE"] {
            let got = raw.send(method, path, Some(json!({}))).await;
            cases.judge(&got, &format!("{method} {path}"));
        }
        for id in [
            "",
            "nonsense",
            "00000000-0000-0000-0000-00000000000g",
            "..",
            "%00",
            "%ff",
            "a%2Fb",
            "'",
            "(",
            "\u{202e}",
        ] {
            let id = odata_encoded(id);
            let got = raw.get(&format!("{path}/{id}/{id}/nonsense")).await;
            // Whether the service has such a place is not known at every depth; the emulator has not.
            cases.judge_as(&got, &format!("{path}/{id}"), &[400, 404, 501]);
        }
    }
    assert!(cases.wrong.is_empty(), "{} wrong:\n{}", cases.wrong.len(), cases.wrong.join("\n"));
    assert_eq!(state().await, before);
    assert!(cases.count >= 1000, "{} cases", cases.count);
}

fn odata_encoded(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii() { c.to_string() } else { "%E2%80%AE".to_owned() }).collect()
}

fn any_call() -> impl Strategy<Value = (String, String, Vec<u8>)> {
    let method = prop_oneof![
        5 => prop::sample::select(vec!["GET", "POST", "PATCH", "PUT", "DELETE"]).prop_map(str::to_owned),
        1 => "[A-Z]{1,8}",
    ];
    let segment = prop_oneof![
        6 => prop::sample::select(vec![
            "v1.0", "beta", "EM", "catalogs", "accessPackages", "assignments", "assignmentRequests",
            "resourceRoleScopes", "users", "groups", "me", "$ref", "$count", "_emulator", "state",
            "00000000-0000-0000-0000-000000000000", "filterByCurrentUser(on='target')", "cancel",
            "roleManagement", "entitlementManagement", "roleAssignments", "oauth2", "token", "settings",
        ]).prop_map(str::to_owned),
        1 => "[!-~&&[^#?\\[\\]\\\\^`{|}\"<>]]{0,12}",
    ];
    let path = prop::collection::vec(segment, 0..7).prop_map(|segments| segments.join("/"));
    let option = prop::sample::select(vec![
        "$filter",
        "$expand",
        "$select",
        "$orderby",
        "$top",
        "$skiptoken",
        "x",
    ]);
    let query = (option, "[a-z0-9()/,;=' .$%-]{0,24}").prop_map(|(option, text)| {
        format!("?{option}={}", text.replace('%', "%25").replace(' ', "%20"))
    });
    let path = (path, prop::option::of(query))
        .prop_map(|(path, query)| format!("/{path}{}", query.unwrap_or_default()));
    (method, path, prop::collection::vec(any::<u8>(), 0..64))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    /// Forty calls each, on one tenant.
    #[test]
    fn whatever_comes_is_answered(calls in prop::collection::vec(any_call(), 40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let raw = Raw::tenant();
            for (method, path, body) in calls {
                let got = bytes(&raw, &method, &path, "application/json", body).await;
                assert!(got.status < 500 || got.status == 501, "{method} {path}: {got:?}");
            }
        });
    }
}

/// What is known is said in the service's words.
#[tokio::test]
async fn known_words_are_the_services() {
    let Place { raw, fine, .. } = place().await;
    let body = |path: &str| {
        let found =
            fine.iter().find(|(method, known, _)| *method == "POST" && known.ends_with(path));
        found.unwrap().2.clone()
    };
    let with = |path: &str, name: &str, value: Value| {
        let mut changed = body(path);
        changed[name] = value;
        changed
    };
    for (path, changed, expected) in [
        ("catalogs", with("catalogs", "nonsense", json!(1)), "400 InvalidModel"),
        ("catalogs", with("catalogs", "state", json!("nonsense")), "400 ArgumentException"),
        (
            "resourceRequests",
            with("resourceRequests", "requestType", json!("x")),
            "400 ArgumentException",
        ),
        (
            "resourceRequests",
            with("resourceRequests", "resource", Value::Null),
            "400 ArgumentNullException",
        ),
        (
            "assignmentPolicies",
            with("assignmentPolicies", "accessPackage", Value::Null),
            "400 ArgumentNullException",
        ),
        (
            "assignmentRequests",
            with("assignmentRequests", "requestType", json!("x")),
            "400 ArgumentException",
        ),
        (
            "assignmentRequests",
            with("assignmentRequests", "requestType", Value::Null),
            "400 InvalidModel",
        ),
    ] {
        let got = raw.post(&format!("/v1.0/EM/{path}"), changed).await;
        assert_eq!(got.refusal(), expected, "{path}");
    }
    let empty = bytes(&raw, "POST", "/v1.0/EM/catalogs", "application/json", vec![]).await;
    assert_eq!(empty.body["error"]["message"], "Empty Payload. JSON content expected.");
    let put = raw.put("/v1.0/EM/catalogs", json!({})).await;
    assert_eq!(
        put.body["error"]["message"],
        "The requested resource does not support http method 'PUT'."
    );
    let put = raw.put("/v1.0/groups", json!({})).await;
    assert_eq!(
        put.body["error"]["message"],
        "Specified HTTP method is not allowed for the request target."
    );
}

#[tokio::test]
async fn a_lenient_tenant_passes_over_what_it_does_not_know() {
    let raw = Raw::with(emulator::Options { lenient: true, ..emulator::Options::default() });
    let general = raw.general().await;
    let catalog = json!({"id": general, "more~/": 1});
    let body =
        json!({"displayName": "p", "catalog": catalog, "accessPackageCatalog": 1, "nonsense": {}});
    let made = raw.post("/v1.0/EM/accessPackages", body).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert!(made.body.get("nonsense").is_none());
    let group = json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true, "nonsense": 1});
    let made = raw.post("/v1.0/groups", group).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert!(made.body.get("nonsense").is_none());
    // Of another type is not of another name.
    let wrong = json!({"displayName": 7});
    assert_eq!(raw.post("/v1.0/EM/catalogs", wrong).await.refusal(), "400 InvalidModel");
}
