use rstest::rstest;

use crate::process::{entitle, entitle_in, process};

#[rstest]
#[case(&["e2e", "tutorial"], 2, "error: unknown scenario 'tutorial'; known are tutorial-current, tutorial-2020, resource-requests, expiry\n")]
#[case(&["e2e", "--api", "v2.0"], 2, "error: unknown API version 'v2.0'; known are v1.0, beta and mixed\n")]
#[case(&["e2e", "--backend", "tenant"], 2, "error: unknown backend 'tenant'; known are emulator, replay and live\n")]
#[case(&["e2e", "--backend", "live"], 2, "error: --tenant is not given: say the id of the tenant that is meant, ")]
#[case(&["doctor", "--tenant", "x", "--graph-url", "http://graph.example"], 2, "error: --graph-url: expected https://HOST, found 'http://graph.example'")]
#[case(&["sweep", "--tenant", "x", "--env-file", "no-file"], 2, "error: no-file: ")]
#[case(&["sweep", "--tenant", "x", "--credential", "guess"], 2, "error: invalid value 'guess' for '--credential <KIND>': unknown credential 'guess'; known are ")]
#[case(&["doctor", "--tenant", "x", "--ca-file", "Cargo.toml"], 2, "error: expected certificates in PEM to trust: found none")]
#[case(&["record", "nothing"], 2, "error: unknown scenario 'nothing'; known are tutorial-current, tutorial-2020, resource-requests, expiry\n")]
#[case(&["emulate", "--listen", "0.0.0.0:8480"], 2, "error: expected an address of this machine alone (127.0.0.1 or [::1]), found 0.0.0.0; the tokens are no secret; --i-know listens there all the same\n")]
#[case(&["contract", "update", "--api", "v3", "--from", "x"], 2, "error: unknown API version 'v3'; known are v1.0 and beta\n")]
#[case(&["contract", "update", "--api", "beta", "--from", "no/such/file"], 2, "error: no/such/file: ")]
#[case(&["contract", "update", "--api", "beta", "--from", "Cargo.toml"], 2, "error: Cargo.toml, line 1, column 1: expected XML, found ")]
#[case(&["drift"], 2, "error: the following required arguments were not provided")]
#[case(&["drift", "no-file", "beta"], 2, "error: no-file: ")]
#[case(&["drift", "v1.0", "Cargo.toml"], 2, "error: Cargo.toml, line 1, column 1: expected XML, found ")]
#[case(&["drift", "--versions", "beta", "beta"], 2, "error: expected two versions, found beta twice; revisions of one are compared as `entitle drift BASE HEAD`\n")]
#[case(&["drift", "--versions", "beta", "v3"], 2, "error: unknown API version 'v3'; known are v1.0 and beta\n")]
#[case(&["drift", "--explain", "nothing"], 2, "error: no rule 'nothing'; `entitle drift --rules` lists them\n")]
#[case(&["drift", "v1.0", "v1.0", "--head-cloud", "mars"], 2, "error: invalid value 'mars' for '--head-cloud <CLOUD>': expected a cloud, one of china, ")]
#[case(&["drift", "v1.0", "v1.0", "--used-by", "Cargo.toml"], 2, "error: Cargo.toml, line 1, column 2: expected a cassette, a trace or a HAR file, found ")]
#[case(&["drift", "v1.0", "v1.0", "--used-by", "src"], 2, "error: src: expected recordings (*.json, *.har), found none\n")]
#[case(&["drift", "v1.0", "http://127.0.0.1:1/$metadata"], 3, "error: ")]
#[case(&["audit"], 2, "error: the following required arguments were not provided")]
#[case(&["audit", "no-file.md"], 2, "error: no-file.md: ")]
#[case(&["audit", "Cargo.toml"], 2, "error: Cargo.toml: expected requests (GET https://graph.microsoft.com/v1.0/…), found none in ")]
fn bad_input_is_answered_with_what_was_expected(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] message: &str,
) {
    let ended = entitle(arguments);
    assert_eq!(ended.code, code, "{ended:?}");
    assert!(ended.err.starts_with(message), "{}", ended.err);
}

#[test]
fn a_command_that_is_none_is_answered_with_the_commands() {
    let ended = entitle(&["e2ee"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("unrecognized subcommand 'e2ee'"), "{}", ended.err);
    assert_eq!(entitle(&["--version"]).code, 0);
}

/// In a checkout whose cassettes are torn, newer or gone.
#[test]
fn cassettes_that_cannot_be_played_are_named_with_what_to_do() {
    let checkout = tempfile::tempdir().unwrap();
    let cassettes = checkout.path().join("scenarios/cassettes");
    std::fs::create_dir_all(checkout.path().join("snapshots/golden")).unwrap();
    std::fs::create_dir_all(&cassettes).unwrap();
    std::fs::write(checkout.path().join("scenarios/Cargo.toml"), "").unwrap();
    let file = cassettes.join("expiry.beta.json");
    let replay =
        || entitle_in(checkout.path(), &["e2e", "expiry", "--api", "beta", "--backend", "replay"]);

    let head = "expiry on beta, replay\n✗ expiry on beta, replay: not played\n  ";
    let tail = "\n\n0 passed, 1 failed, 0 skipped\n";
    let ended = replay();
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (
            2,
            format!("{head}no cassette scenarios/cassettes/expiry.beta.json; record it again with `cargo xtask record expiry --api beta`{tail}").as_str()
        )
    );
    let whole = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scenarios/cassettes/expiry.v1.0.json"
    ))
    .unwrap();
    for (text, message) in [
        (
            "{\"format\": 1, \"title\": \"exp",
            "scenarios/cassettes/expiry.beta.json, line 1, column 27: EOF while parsing a string",
        ),
        (
            "{\"format\": 8}",
            "scenarios/cassettes/expiry.beta.json: format 8 is newer than 1, the newest that this build reads; update entitle, or record it again",
        ),
        (
            &whole,
            "scenarios/cassettes/expiry.beta.json: expected a recording of 'beta', found 'v1.0'; record it again",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let ended = replay();
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.out.starts_with(&format!("{head}{message}")), "{}", ended.out);
        // Nothing is lost by failing.
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
    // There, and nothing that can be read.
    std::fs::write(&file, [0xff, 0xfe]).unwrap();
    let ended = replay();
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended
            .out
            .contains("scenarios/cassettes/expiry.beta.json: stream did not contain valid UTF-8"),
        "{}",
        ended.out
    );
}

#[test]
fn a_trace_that_cannot_be_written_is_known_before_anything_is_played() {
    let ended = entitle(&["e2e", "expiry", "--trace", "no/such/folder/trace.json"]);
    assert_eq!((ended.code, ended.out.as_str()), (3, ""));
    assert_eq!(ended.err, "error: no/such/folder/trace.json: entity not found\n");
}

/// One cassette that cannot be read fails its own play; the others are played, and all is told.
#[test]
fn a_torn_cassette_does_not_end_the_run() {
    let checkout = tempfile::tempdir().unwrap();
    let (cassettes, golden) =
        (checkout.path().join("scenarios/cassettes"), checkout.path().join("snapshots/golden"));
    let ours = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    for (from, to) in
        [("scenarios/cassettes", &cassettes), ("snapshots/golden/expiry", &golden.join("expiry"))]
    {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(ours.join(from)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    std::fs::write(checkout.path().join("scenarios/Cargo.toml"), "").unwrap();
    std::fs::write(cassettes.join("expiry.v1.0.json"), "torn").unwrap();
    let ended = entitle_in(checkout.path(), &["e2e", "expiry", "--json", "--trace", "t.json"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    let outcome: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&outcome["passed"], &outcome["failed"]), (&3.into(), &1.into()));
    let trace = std::fs::read_to_string(checkout.path().join("t.json")).unwrap();
    let runs: Vec<serde_json::Value> = serde_json::from_str(&trace).unwrap();
    let played: Vec<_> = runs.iter().map(|run| run["trace"].is_object()).collect();
    // The torn one is the replay of v1.0, told with why it was not played.
    assert_eq!(played, [true, true, false, true]);
    assert!(runs[2]["faults"][0].as_str().unwrap().contains("expiry.v1.0.json, line 1, column"));
}

#[test]
fn a_reader_that_goes_away_is_no_reason_to_panic() {
    let mut child = process(std::path::Path::new("."), &["e2e", "expiry"]).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(
        (ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()),
        (Some(0), "")
    );
}

#[test]
fn a_stored_contract_that_cannot_be_read_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let csdl = folder.path().join("x.csdl");
    let empty = r#"<e:Edmx Version="4.0" xmlns:e="http://docs.oasis-open.org/odata/ns/edmx"><Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm"/></e:Edmx>"#;
    std::fs::write(&csdl, empty).unwrap();
    let stored = folder.path().join("beta.json");
    std::fs::write(&stored, "torn").unwrap();
    let ended = entitle_in(
        folder.path(),
        &["contract", "update", "--api", "beta", "--from", "x.csdl", "--dir", "."],
    );
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("expected the type entitlementManagement"), "{}", ended.err);
    assert_eq!(std::fs::read_to_string(&stored).unwrap(), "torn");
}

#[test]
fn a_golden_file_that_differs_is_a_finding_and_leaves_a_proposal() {
    let checkout = tempfile::tempdir().unwrap();
    let golden = checkout.path().join("snapshots/golden/expiry");
    std::fs::create_dir_all(&golden).unwrap();
    std::fs::create_dir_all(checkout.path().join("scenarios")).unwrap();
    std::fs::write(checkout.path().join("scenarios/Cargo.toml"), "").unwrap();
    let transitions = golden.join("v1.0.transitions.snap");
    std::fs::write(
        &transitions,
        "---\nsource: x\n---\nassignment <14/value/0/id>: delivered (14)\n",
    )
    .unwrap();
    let ended =
        entitle_in(checkout.path(), &["e2e", "expiry", "--api", "v1.0", "--backend", "emulator"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.out.contains("the transitions differ from the golden file"), "{}", ended.out);
    assert!(ended.out.ends_with("0 passed, 1 failed, 0 skipped\n"), "{}", ended.out);
    assert!(golden.join("v1.0.transitions.snap.new").exists());
    // What insta is told to let pass is a difference all the same.
    let arguments = ["e2e", "expiry", "--api", "v1.0", "--backend", "emulator"];
    let mut forced = process(checkout.path(), &arguments);
    let forced = forced.env("INSTA_FORCE_PASS", "1").output().unwrap();
    assert_eq!(forced.status.code(), Some(1));
    std::fs::write(&transitions, [0xff, 0xfe]).unwrap();
    let ended = entitle_in(checkout.path(), &arguments);
    assert_eq!((ended.code, ended.err.as_str()), (2, ""));
    assert!(ended.out.contains("v1.0.transitions.snap cannot be read: "), "{}", ended.out);
}
