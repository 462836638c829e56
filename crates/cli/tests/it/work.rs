use crate::process::{entitle, entitle_in};

#[test]
fn help_is_as_its_golden_files_say() {
    for (name, arguments) in [
        ("entitle", &["--help"][..]),
        ("e2e", &["e2e", "--help"]),
        ("record", &["record", "--help"]),
        ("compare", &["compare", "--help"]),
        ("doctor", &["doctor", "--help"]),
        ("probe", &["probe", "--help"]),
        ("sweep", &["sweep", "--help"]),
        ("emulate", &["emulate", "--help"]),
        ("contract-update", &["contract", "update", "--help"]),
        ("drift", &["drift", "--help"]),
        ("audit", &["audit", "--help"]),
        ("audit-rules", &["audit", "--rules"]),
        ("rules", &["rules"]),
    ] {
        let ended = entitle(arguments);
        assert_eq!(ended.code, 0);
        if let Err(difference) = snapshots::check("cli", name, &ended.out) {
            panic!("{difference}");
        }
    }
}

#[test]
fn rules_are_records_for_programs_and_rows_for_people() {
    let ended = entitle(&["rules", "--format", "json"]);
    let records: Vec<serde_json::Value> = serde_json::from_str(&ended.out).unwrap();
    let rows = entitle(&["rules", "--format", "markdown"]).out;
    assert_eq!(rows.lines().count(), records.len() + 2);
    for record in &records {
        for member in ["id", "sentence", "grade", "source"] {
            let text = record[member].as_str().unwrap();
            assert!(!text.is_empty() && rows.contains(text), "{record}");
        }
        // A cell is a cell.
        assert!(!record.to_string().contains('|'), "{record}");
    }
}

#[test]
fn the_list_names_every_scenario_with_its_versions() {
    let ended = entitle(&["e2e", "--list"]);
    assert_eq!(ended.code, 0);
    let names: Vec<_> =
        ended.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["tutorial-current", "tutorial-2020", "resource-requests", "expiry"]);
    assert!(ended.out.contains("v1.0 beta mixed"));
    let some = entitle(&["e2e", "--list", "expiry", "tutorial-current", "expiry", "--api", "beta"]);
    let lines: Vec<_> =
        some.out.lines().map(|l| l.split_whitespace().take(2).collect::<Vec<_>>()).collect();
    assert_eq!(lines, [["tutorial-current", "beta"], ["expiry", "beta"]]);
    let data: serde_json::Value =
        serde_json::from_str(&entitle(&["e2e", "--list", "--json"]).out).unwrap();
    assert_eq!(data[0]["apis"], serde_json::json!(["v1.0", "beta", "mixed"]));
}

#[test]
fn an_installed_binary_carries_goldens_and_cassettes_and_writes_nothing() {
    let elsewhere = tempfile::tempdir().unwrap();
    let ended = entitle_in(elsewhere.path(), &["e2e", "tutorial-current"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.ends_with("6 passed, 0 failed, 0 skipped\n"), "{}", ended.out);
    // Plain lines where nobody looks at a terminal.
    assert!(!ended.out.contains('\x1b'));
    let ended = entitle_in(elsewhere.path(), &["record", "expiry"]);
    assert_eq!(ended.code, 3);
    assert_eq!(ended.err, "error: cassettes are recorded in a checkout of the repository only\n");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn a_form_that_a_scenario_does_not_have_is_skipped_with_a_reason() {
    let ended = entitle(&["e2e", "expiry", "--api", "mixed"]);
    assert_eq!(ended.code, 0);
    assert!(ended.out.contains("– expiry has no mixed form: skipped\n"), "{}", ended.out);
    assert!(ended.out.ends_with("0 passed, 0 failed, 1 skipped\n"), "{}", ended.out);
}

#[test]
fn json_is_all_that_is_printed_and_the_trace_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace.json");
    let ended = entitle(&[
        "e2e",
        "tutorial-2020",
        "--api",
        "beta",
        "--backend",
        "emulator",
        "--json",
        "--trace",
        trace.to_str().unwrap(),
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let outcome: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(outcome["passed"], 1);
    assert_eq!(outcome["plays"][0]["steps"][0]["title"], "Create user accounts");
    assert_eq!(outcome["plays"][0]["steps"][0]["is"], "passed");
    let text = std::fs::read_to_string(&trace).unwrap();
    let runs: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(runs[0]["backend"], "emulator");
    assert_eq!(
        runs[0]["trace"]["entries"][1]["step"]["exchanges"][0]["request"]["passwordProfile"]["password"],
        "<secret>"
    );
    assert!(!text.contains("Pw-") && !text.contains("Bearer"));
    let refused =
        entitle(&["e2e", "expiry", "--api", "beta", "--trace", "/no/such/folder/trace.json"]);
    assert_eq!(refused.code, 3, "{refused:?}");
}

/// A trace is alike itself, and names what another does otherwise.
#[test]
fn traces_are_compared_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (one, two, other) = (file("one"), file("two"), file("other"));
    let played = ["e2e", "tutorial-current", "--api", "v1.0"];
    for (backend, path) in [("emulator", &one), ("replay", &two)] {
        let all = [&played[..], &["--backend", backend, "--trace", path]].concat();
        assert_eq!(entitle(&all).code, 0);
    }
    let ended = entitle(&["compare", &one, &two]);
    assert_eq!(ended.code, 0, "{}", ended.out);
    assert!(ended.out.ends_with("1 plays compared, 0 differences\n"), "{}", ended.out);
    let text = std::fs::read_to_string(&one).unwrap();
    std::fs::write(&other, text.replacen("\"status\": 201", "\"status\": 200", 1)).unwrap();
    let ended = entitle(&["compare", &other, &one]);
    assert_eq!(ended.code, 1, "{}", ended.out);
    let told = "  differs The group Marketing resources, POST /v1.0/groups: status 200, then 201\n";
    assert!(ended.out.contains(told), "{}", ended.out);
    let ended = entitle(&["compare", &one, "Cargo.toml"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.err.contains("Cargo.toml, line 1, column 2: expected a trace of"),
        "{}",
        ended.err
    );
    // A trace of the emulator's own is no evidence of a tenant.
    let ended = entitle(&["rules", "--evidence", &one]);
    assert_eq!(ended.out, "0 rules are borne out that were not recorded\n");
    let lived = text.replace("\"backend\": \"emulator\"", "\"backend\": \"live\"");
    std::fs::write(&other, lived).unwrap();
    let ended = entitle(&["rules", "--evidence", &other]);
    assert!(ended.out.contains("request-created: documented -> recorded"), "{}", ended.out);
}

#[test]
fn cassettes_are_checked_for_age_and_contracts() {
    let ended = entitle(&["e2e", "--check-cassettes"]);
    assert_eq!(ended.code, 0);
    assert!(ended.out.contains("tutorial-current on v1.0: of the emulator\n"), "{}", ended.out);
    assert!(ended.out.ends_with("every cassette is up to date\n"), "{}", ended.out);
}
