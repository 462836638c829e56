use rstest::rstest;

use crate::process::{entitle, entitle_in};

#[rstest]
#[case(&["e2e", "tutorial"], 2, "error: unknown scenario 'tutorial'; known are tutorial-current, tutorial-2020, resource-requests, expiry\n")]
#[case(&["e2e", "--api", "v2.0"], 2, "error: unknown API version 'v2.0'; known are v1.0, beta and mixed\n")]
#[case(&["e2e", "--backend", "tenant"], 2, "error: unknown backend 'tenant'; known are emulator, replay and live\n")]
#[case(&["e2e", "--backend", "live"], 3, "error: not configured: set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of a test tenant; and this build cannot sign in to tenants yet, so play --backend emulator or replay\n")]
#[case(&["record", "nothing"], 2, "error: unknown scenario 'nothing'; known are tutorial-current, tutorial-2020, resource-requests, expiry\n")]
#[case(&["emulate", "--listen", "0.0.0.0:8480"], 2, "error: expected an address of this machine alone (127.0.0.1 or [::1]), found 0.0.0.0; the tokens are no secret\n")]
#[case(&["contract", "update", "--api", "v3", "--from", "x"], 2, "error: unknown API version 'v3'; known are v1.0 and beta\n")]
#[case(&["contract", "update", "--api", "beta", "--from", "no/such/file"], 2, "error: no/such/file: ")]
#[case(&["contract", "update", "--api", "beta", "--from", "Cargo.toml"], 2, "error: Cargo.toml, line 1, column 1: expected XML, found ")]
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

    let ended = replay();
    assert_eq!(
        (ended.code, ended.err.as_str()),
        (
            2,
            "error: no cassette scenarios/cassettes/expiry.beta.json; record it again with `cargo xtask record expiry --api beta`\n"
        )
    );
    for (text, message) in [
        (
            "{\"format\": 1, \"title\": \"exp",
            "error: scenarios/cassettes/expiry.beta.json, line 1, column 27: EOF while parsing a string",
        ),
        (
            "{\"format\": 8}",
            "error: scenarios/cassettes/expiry.beta.json: format 8 is newer than 1, the newest that this build reads; update entitle, or record it again",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let ended = replay();
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.err.starts_with(message), "{}", ended.err);
        // Nothing is lost by failing.
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
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
    assert!(ended.out.contains("the transitions differs from its golden file"), "{}", ended.out);
    assert!(ended.out.ends_with("0 passed, 1 failed, 0 skipped\n"), "{}", ended.out);
    assert!(golden.join("v1.0.transitions.snap.new").exists());
}
