use contract::Severity;
use contract::audit::{self, AUDIT_RULES, Audit, Auditor};
use contract::drift::{Dictionary, MemberNames, TypeNames};

const WALKTHROUGH: &str = include_str!("../fixtures/walkthrough.txt");
const REFERENCE: &str = include_str!("../fixtures/reference.md");

/// A few of the names that differ; the command line brings all of them.
fn auditor() -> Auditor {
    let pair = |base: &str, head: &str| MemberNames { base: base.into(), head: head.into() };
    let of = |name: &str, members: Vec<MemberNames>| TypeNames {
        base: name.into(),
        head: name.into(),
        members,
    };
    Auditor::with_names(Dictionary {
        types: vec![
            of(
                "entitlementManagement",
                vec![
                    pair("catalogs", "accessPackageCatalogs"),
                    pair("resourceRequests", "accessPackageResourceRequests"),
                ],
            ),
            of("accessPackageCatalog", vec![pair("state", "catalogStatus")]),
            of("accessPackageResourceRequest", vec![pair("catalog/id", "catalogId")]),
            of(
                "accessPackage",
                vec![pair("catalog", "accessPackageCatalog"), pair("catalog/id", "catalogId")],
            ),
        ],
    })
}

fn audit(document: &str, file: &str) -> Audit {
    auditor().audit(document, file).unwrap()
}

fn golden(name: &str, text: &str) {
    if let Err(difference) = snapshots::check("audit", name, text) {
        panic!("{difference}");
    }
}

#[test]
fn audits_are_as_their_golden_files_say() {
    let walkthrough = [audit(WALKTHROUGH, "walkthrough.txt")];
    let reference = [audit(REFERENCE, "reference.md")];
    golden("walkthrough", &audit::text(&walkthrough));
    golden("reference", &audit::text(&reference));
    golden("reference.markdown", &audit::markdown(&reference));
    golden("reference.json", &serde_json::to_string_pretty(&audit::json(&reference)).unwrap());
}

/// The two documents have one of everything.
#[test]
fn every_rule_is_broken_by_the_fixtures() {
    let remarks = [audit(WALKTHROUGH, "a").remarks, audit(REFERENCE, "b").remarks].concat();
    for (rule, severity, _) in &AUDIT_RULES {
        let broken = remarks.iter().find(|remark| remark.rule == *rule);
        assert!(broken.is_some(), "{rule} is not broken");
        assert_eq!(broken.unwrap().severity, *severity);
    }
}

#[test]
fn a_document_that_is_right_has_nothing_said_of_it() {
    let right = "### Make a catalog\n\nPOST https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/catalogs\nContent-type: application/json\n\n{\"displayName\": \"Maps\"}\n\nHTTP/1.1 201 Created\n\n{\"id\": \"33333333-cccc-4333-8333-333333333333\", \"displayName\": \"Maps\", \"state\": \"published\"}\n";
    assert_eq!(audit(right, "right.md").remarks, []);
}

/// Documents show placeholders, times with and without zeros, and types of other namespaces.
#[test]
fn what_means_the_same_is_no_contradiction() {
    let path = "https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement";
    let body = |id: &str, time: &str| {
        format!(
            r#"{{"requestType": "adminAdd", "justification": "{id}", "schedule": {{"startDateTime": "{time}"}}}}"#
        )
    };
    let page = |sent: &str, answered: &str| {
        format!("POST {path}/assignmentRequests\n\n{sent}\n\nHTTP/1.1 201 Created\n\n{answered}\n")
    };
    let same = page(
        &body("to see", "2030-01-02T03:04:05.00Z"),
        &body("String (any)", "2030-01-02T03:04:05Z"),
    );
    assert_eq!(audit(&same, "same.md").remarks, []);
    let other =
        page(&body("to see", "2030-01-02T03:04:05Z"), &body("to do", "2031-01-02T03:04:05Z"));
    let rules: Vec<_> = audit(&other, "other.md").remarks.iter().map(|r| r.rule).collect();
    assert_eq!(rules, ["answer-contradicts-request"; 2]);
    let data = "microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData";
    let session = |told: &str| {
        format!(
            "PATCH {path}/resources/1/uploadSessions/2\n\n{{\"data\": {{{told}\"reviewDefinitionId\": \"3\"}}}}\n"
        )
    };
    let told = format!("\"@odata.type\": \"#{data}\", ");
    assert_eq!(audit(&session(&told), "told.md").remarks, []);
    let untold = audit(&session(""), "untold.md").remarks;
    assert!(
        untold[0].message.ends_with(&format!("; {data} has, which @odata.type would have to say")),
        "{untold:?}"
    );
}

#[test]
fn a_path_in_another_case_is_corrected_and_one_with_an_action_too() {
    let page = "GET https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/Catalogs/1\n\nPOST https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/catalogs/1/Resources/2/refresh\n";
    let found = audit(page, "page.md").remarks;
    let instead: Vec<_> = found.iter().filter_map(|remark| remark.instead.as_deref()).collect();
    let path = "/v1.0/identityGovernance/entitlementManagement/catalogs/1";
    assert_eq!(instead, [path.to_owned(), format!("{path}/resources/2/refresh")]);
    // The actions of beta are known from a national cloud only.
    let action = "POST https://graph.microsoft.com/beta/identityGovernance/entitlementManagement/accessPackageResources/2/refresh\n";
    let found = &audit(action, "page.md").remarks[0];
    assert_eq!((found.rule, found.severity), ("undeclared-path", Severity::Notice));
}

/// Each example of a reference page stands for itself, though one uses what another made.
#[test]
fn ids_of_examples_come_from_the_reader() {
    let path = "https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/catalogs";
    let id = |n: u32| format!("{n}1111111-aaaa-4111-8111-111111111111");
    let example = |n: u32| {
        let (asked, answered) = (id(n), id(6 - n));
        format!(
            "### Example {n}\n\nGET {path}/{asked}\n\nHTTP/1.1 200 OK\n\n{{\"id\": \"{answered}\"}}\n\n"
        )
    };
    let examples = (1..6).map(example).collect::<Vec<_>>().concat();
    assert_eq!(audit(&examples, "examples.md").remarks, []);
}

#[test]
fn what_is_torn_empty_or_hostile_is_answered() {
    let error = auditor().audit("# Nothing\n\nto see", "empty.md").unwrap_err().to_string();
    assert_eq!(
        error,
        "empty.md: expected requests (GET https://graph.microsoft.com/v1.0/…), found none in 3 lines"
    );
    let path = "https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/catalogs";
    let torn = format!("POST {path}\n\n{{\"displayName\": \"\u{1b}[31m|<b>\n");
    let torn = audit(&torn, "torn.md");
    assert_eq!(torn.remarks[0].rule, "invalid-json");
    let named = format!("POST {path}\n\n{{\"a\u{1b}[31m|<b>`\": 1}}\n");
    let named = [audit(&named, "named.md")];
    assert!(!audit::text(&named).contains('\u{1b}'));
    let markdown = audit::markdown(&named);
    assert!(markdown.contains("&#124;&lt;b&gt;&#96;"), "{markdown}");
    let deep = format!("POST {path}\n\n{}\n", "{\"a\":".repeat(20_000));
    assert_eq!(audit(&deep, "deep.md").remarks[0].rule, "invalid-json");
}

/// What was found in the three documents that the project implements, each read by hand.
#[test]
fn the_seed_documents_are_audited_as_they_were() {
    let Some(folder) = std::env::var_os("ENTITLE_DOCUMENTS") else {
        println!("skipped: ENTITLE_DOCUMENTS names no folder with the documents");
        return;
    };
    let found = |name: &str| -> Vec<(usize, &'static str)> {
        let text = std::fs::read_to_string(std::path::Path::new(&folder).join(name)).unwrap();
        let audit = Auditor::default().audit(&text, name).unwrap();
        let violations = audit.remarks.iter().filter(|r| r.severity == Severity::Violation);
        // Without a table of names, names of the other version are members of it alone.
        violations
            .map(|remark| (remark.line, remark.rule))
            .filter(|(_, rule)| *rule != "other-version-name")
            .collect()
    };
    assert_eq!(
        found("tutorial-current.txt"),
        [
            (64, "id-changed"),
            (80, "enum-case"),
            (91, "recorded-and-unused"),
            (98, "enum-case"),
            (139, "recorded-and-unused"),
            (143, "malformed-guid"),
            (143, "id-changed"),
            (163, "id-changed"),
            (210, "undeclared-path"),
            (236, "invalid-json"),
            (370, "prose-contradicts-answer"),
            (405, "id-of-two-things"),
            (409, "id-from-nowhere"),
            (440, "context-version"),
            (510, "id-changed"),
            (518, "id-changed"),
        ]
    );
    assert_eq!(
        found("tutorial-2020-beta.md"),
        [
            (151, "invalid-json"),
            (437, "collection-for-entity"),
            (443, "answer-contradicts-request"),
            (444, "answer-contradicts-request"),
            (770, "id-from-nowhere"),
        ]
    );
    assert_eq!(found("accesspackageresourcerequest-post-beta.txt"), [(130, "mangled-annotation")]);
}
