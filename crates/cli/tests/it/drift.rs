use std::path::{Path, PathBuf};

use crate::process::{Ended, entitle_in};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../contract/tests/fixtures");

fn in_fixtures(arguments: &[&str]) -> Ended {
    entitle_in(Path::new(FIXTURES), arguments)
}

#[test]
fn the_exit_code_follows_what_is_asked_to_fail_on() {
    let pair = ["drift", "before.csdl", "after.csdl"];
    let with = |more: &[&str]| in_fixtures(&[&pair[..], more].concat()).code;
    assert_eq!(with(&[]), 0);
    assert_eq!(with(&["--fail-on", "breaking"]), 1);
    assert_eq!(with(&["--fail-on", "risky", "--only-entitlement-management"]), 1);
    assert_eq!(
        in_fixtures(&["drift", "after.csdl", "after.csdl", "--fail-on", "additive"]).code,
        0
    );
    // What only a cloud lacks is nobody's fault.
    let cloud = ["drift", "before.csdl", "after.csdl", "--head-cloud", "china"];
    let ended =
        in_fixtures(&[&cloud[..], &["--global", "before.csdl", "--fail-on", "risky"]].concat());
    assert!(
        ended.out.contains("    shelfmark                           absent-in-cloud"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("0 breaking, 0 risky, 8 cloud, 1 additive, 1 cosmetic"),
        "{}",
        ended.out
    );
    assert_eq!(ended.code, 0);
    let other = in_fixtures(&[&cloud[..], &["--global", "beta"]].concat());
    assert_eq!(other.code, 2);
    assert_eq!(other.err, "error: beta: expected metadata of v1.0, found beta\n");
}

#[test]
fn versions_are_compared_by_name_and_where_two_documents_are_of_different_ones() {
    let by_name = entitle_in(Path::new("."), &["drift", "--versions", "beta", "v1.0"]);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let renamed = "catalogStatus renamed-between-versions is state [reader, writer]";
    assert!(by_name.out.lines().any(|line| words(line) == renamed), "{}", by_name.out);
    assert!(by_name.out.contains(" renamed, "), "{}", by_name.out);
    let by_document = entitle_in(Path::new("."), &["drift", "beta", "v1.0"]);
    assert_eq!(by_name.out, by_document.out);
}

#[test]
fn documents_are_read_from_an_address() {
    let served = std::fs::read_to_string(Path::new(FIXTURES).join("after.csdl")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().route("/v1.0/$metadata", axum::routing::get(|| async { served }));
    runtime.spawn(async { axum::serve(listener, app).await });
    let metadata = format!("http://{address}/v1.0/$metadata");
    let ended = in_fixtures(&["drift", "before.csdl", &metadata, "--format", "json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["counts"]["breaking"], 4);
    assert_eq!(report["head"]["label"], metadata.as_str());
    let missing = in_fixtures(&["drift", "before.csdl", &format!("http://{address}/nothing")]);
    assert_eq!(missing.code, 3);
    assert!(missing.err.ends_with("expected 200, found 404\n"), "{}", missing.err);
}

/// Recordings of every kind, of a change in what the scenarios use.
#[test]
fn recordings_of_every_kind_say_whom_a_change_hits() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut head = contract::Contract::builtin("v1.0").unwrap().clone();
    let package = head.types.get_mut("accessPackage").unwrap();
    package.properties.remove("isHidden").unwrap();
    package.properties.insert("size".into(), "Edm.Int32".parse().unwrap());
    std::fs::write(file("head.json"), head.to_text()).unwrap();
    let har = serde_json::json!({"log": {"entries": [
        {"comment": "make a package", "request": {"method": "POST", "url": "https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/accessPackages", "postData": {"text": "{\"isHidden\": true}"}}, "response": {"status": 201, "content": {"text": "eyJpc0hpZGRlbiI6dHJ1ZX0=", "encoding": "base64"}}},
        {"request": {"method": "GET", "url": "https://graph.microsoft.com/v1.0/users"}, "response": {"status": 200}},
    ]}});
    std::fs::write(file("browser.har"), har.to_string()).unwrap();
    let e2e = ["e2e", "tutorial-current", "--api", "v1.0", "--backend", "emulator"];
    let played = entitle_in(folder.path(), &[&e2e[..], &["--trace", "trace.json"]].concat());
    assert_eq!(played.code, 0);
    let hit = |recording: &str| {
        let arguments = ["drift", "v1.0", "head.json", "--fail-on", "breaking", "--used-by"];
        entitle_in(folder.path(), &[&arguments[..], &[recording]].concat())
    };
    let ended = hit("browser.har");
    assert_eq!(ended.code, 1);
    assert_eq!(
        ended.out,
        "v1.0 (v1.0) -> head.json (v1.0)\n\nbreaking (1)\n  accessPackage\n    isHidden  property-removed  was Edm.Boolean  [reader, writer]\n        browser.har · make a package · POST /v1.0/identityGovernance/entitlementManagement/accessPackages (reader, writer)\n\n1 breaking, 0 risky, 0 cloud, 0 additive, 0 cosmetic\nheld against 2 recorded exchanges of v1.0\n"
    );
    let ended = hit("trace.json");
    assert!(
        ended.out.contains("trace.json · Step 1.5: Create the access package · POST"),
        "{}",
        ended.out
    );
    let cassette = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scenarios/cassettes/tutorial-current.v1.0.json"
    );
    let ended = hit(cassette);
    assert!(ended.out.contains("7 Step 1.5: Create the access package · POST"), "{}", ended.out);
    // A recording that does not do it is not hit, and nothing fails.
    let other = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scenarios/cassettes/resource-requests.v1.0.json"
    );
    let ended = hit(other);
    assert_eq!(ended.code, 0);
    assert!(ended.out.contains("0 breaking, 0 risky"), "{}", ended.out);
    let torn = har.to_string().replace(r#","response":{"status":200}"#, "");
    std::fs::write(file("torn.har"), torn).unwrap();
    let ended = hit("torn.har");
    assert_eq!(ended.code, 2);
    assert_eq!(
        ended.err,
        "error: torn.har, entry 2: expected a response to each request, found a request without\n"
    );
}

/// A cassette, held against another contract than the one whose fingerprint it carries.
#[test]
fn a_replay_says_which_changes_of_another_contract_touch_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut head = contract::Contract::builtin("v1.0").unwrap().clone();
    head.types.get_mut("accessPackage").unwrap().properties.remove("isHidden").unwrap();
    std::fs::write(folder.path().join("head.json"), head.to_text()).unwrap();
    let play = |scenario: &str, api: &str| {
        let e2e = ["e2e", scenario, "--api", api, "--backend", "replay", "--contract", "head.json"];
        let ended = entitle_in(folder.path(), &e2e);
        assert_eq!(ended.code, 0, "{ended:?}");
        ended.out
    };
    let hit = play("tutorial-current", "v1.0");
    assert!(
        hit.contains("  accessPackage\n      isHidden  property-removed  was Edm.Boolean  [reader, writer]\n          tutorial-current · Step 1.5: Create the access package · POST "),
        "{hit}"
    );
    let (base, head) =
        (contract::Contract::builtin("v1.0").unwrap().fingerprint(), head.fingerprint());
    let missed = play("resource-requests", "v1.0");
    let told = format!("no change from contract {base} to {head} (head.json) touches this play");
    assert!(missed.contains(&told), "{missed}");
    // A play of the other version is not touched, and nothing is said.
    let other = play("expiry", "beta");
    assert!(!other.contains("head.json"), "{other}");
    // A cassette that carries another fingerprint says so.
    let cassette = cassette("expiry.v1.0.json");
    let old = cassette.replace(&base, "0123456789ab");
    let checkout = checkout_with("expiry.v1.0.json", &old);
    let ended =
        entitle_in(checkout.path(), &["e2e", "expiry", "--api", "v1.0", "--backend", "replay"]);
    let told = format!(
        "  recorded under contract v1.0 0123456789ab, judged by {base}: `entitle drift THEN v1.0 --used-by CASSETTE` says which changes touch it\n"
    );
    assert!(ended.out.contains(&told), "{ended:?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn cassette(name: &str) -> String {
    std::fs::read_to_string(root().join("scenarios/cassettes").join(name)).unwrap()
}

/// A checkout with the golden files of a scenario and one cassette.
fn checkout_with(name: &str, cassette: &str) -> tempfile::TempDir {
    let checkout = tempfile::tempdir().unwrap();
    let scenario = name.split('.').next().unwrap();
    let cassettes = checkout.path().join("scenarios/cassettes");
    let goldens = checkout.path().join("snapshots/golden").join(scenario);
    for folder in [&cassettes, &goldens] {
        std::fs::create_dir_all(folder).unwrap();
    }
    std::fs::write(checkout.path().join("scenarios/Cargo.toml"), "").unwrap();
    std::fs::write(cassettes.join(name), cassette).unwrap();
    for golden in std::fs::read_dir(root().join("snapshots/golden").join(scenario)).unwrap() {
        let golden = golden.unwrap();
        std::fs::copy(golden.path(), goldens.join(golden.file_name())).unwrap();
    }
    checkout
}

/// An answer that grew is no failure of the contract, and is told with its place all the same.
#[test]
fn notices_are_told_with_their_step() {
    let mut grown: serde_json::Value = serde_json::from_str(&cassette("expiry.v1.0.json")).unwrap();
    let exchanges = grown["exchanges"].as_array_mut().unwrap();
    let catalogs = exchanges.iter_mut().find(|e| e["step"] == "3 The catalog").unwrap();
    catalogs["answers"][0]["body"]["value"][0]["colour"] = "green".into();
    let checkout = checkout_with("expiry.v1.0.json", &grown.to_string());
    let e2e = ["e2e", "expiry", "--api", "v1.0", "--backend", "replay"];
    let ended = entitle_in(checkout.path(), &e2e);
    let notice = "  step 3 (The catalog), GET /v1.0/identityGovernance/entitlementManagement/catalogs: notice undeclared-member in response at /value/0/colour: accessPackageCatalog of v1.0 declares no such member\n";
    assert!(ended.out.contains(notice), "{}", ended.out);
    let ended = entitle_in(checkout.path(), &[&e2e[..], &["--json"]].concat());
    let outcome: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(
        outcome["plays"][0]["findings"],
        serde_json::json!([{
            "step": 3,
            "title": "The catalog",
            "method": "GET",
            "path": "/v1.0/identityGovernance/entitlementManagement/catalogs",
            "rule": "undeclared-member",
            "severity": "notice",
            "direction": "response",
            "pointer": "/value/0/colour",
            "message": "accessPackageCatalog of v1.0 declares no such member",
        }])
    );
}

/// The stored contract, rewritten from an address; what changed is told by rule.
#[test]
fn a_contract_is_updated_from_metadata_and_says_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let update = |from: &str, more: &[&str]| {
        let from = Path::new(FIXTURES).join(from).to_str().unwrap().to_owned();
        let update = ["contract", "update", "--api", "v1.0", "--dir", ".", "--from", &from];
        entitle_in(folder.path(), &[&update[..], more].concat())
    };
    let first = update("before.csdl", &[]);
    assert_eq!(first.code, 0, "{first:?}");
    assert_eq!(first.out, "v1.0: 7 types, 12 members, 1 operations, stored for the first time\n");
    assert_eq!(update("before.csdl", &["--check"]).code, 0);
    let checked = update("after.csdl", &["--check"]);
    assert_eq!(checked.code, 1);
    assert!(checked.out.contains("    allowLateReturn  member-renamed "), "{}", checked.out);
    assert_eq!(update("before.csdl", &["--check"]).code, 0, "checking wrote nothing");
    let large = folder.path().join("large.csdl");
    std::fs::File::create(&large).unwrap().set_len(65 * 1024 * 1024).unwrap();
    let refused = update(large.to_str().unwrap(), &[]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.err.ends_with("expected a document of at most 64 MB, found one of 65 MB\n"),
        "{}",
        refused.err
    );
}
