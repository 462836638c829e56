use std::path::Path;

use crate::process::entitle_in;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../contract/tests/fixtures");

#[test]
fn documents_are_audited_with_the_names_of_both_versions() {
    let ended = entitle_in(Path::new(FIXTURES), &["audit", "walkthrough.txt", "reference.md"]);
    assert_eq!(ended.code, 1);
    let named = "walkthrough.txt:47: violation other-version-name: accessPackageResourceRequest of v1.0 has no 'catalogId'; it is a name of beta\n    instead: \"catalog\": {\"id\": …}\n";
    assert!(ended.out.contains(named), "{}", ended.out);
    assert!(ended.out.contains("\nwalkthrough.txt: 7 requests, "), "{}", ended.out);
    let json = entitle_in(Path::new(FIXTURES), &["audit", "reference.md", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(report["documents"][0]["remarks"][0]["rule"], "undeclared-path");
}

#[test]
fn notices_alone_are_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let page = "GET https://graph.microsoft.com/v1.0/organization\n";
    std::fs::write(folder.path().join("page.md"), page).unwrap();
    let ended = entitle_in(folder.path(), &["audit", "page.md"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert!(ended.out.ends_with("page.md: 1 request, 0 violations, 1 notice\n"), "{}", ended.out);
}
