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
    let id = |n: u32| format!("{n}1111111-aaaa-4111-8111-111111111111");
    let example = |n: u32| {
        let (asked, answered) = (id(n), id(6 - n));
        format!(
            "### Example {n}\n\nGET {V1}/accessPackages?$filter=catalog/id eq '{asked}'\n\nHTTP/1.1 200 OK\n\n{{\"value\": [{{\"id\": \"{answered}\"}}]}}\n\n"
        )
    };
    let examples = (1..6).map(example).collect::<Vec<_>>().concat();
    let audited = audit(&examples, "examples.md");
    assert_eq!((audited.remarks, audited.follows_ids), (vec![], false));
}

const V1: &str = "https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement";

/// The lines and rules of what is wrong in a page.
fn rules(page: &str) -> Vec<(usize, &'static str)> {
    let remarks = audit(&page.replace("V1", V1), "page.md").remarks;
    remarks
        .into_iter()
        .map(|remark| (remark.line, remark.rule))
        .filter(|(_, rule)| *rule != "status-missing")
        .collect()
}

/// A page that makes a catalog, whose id is known from line 7 on, and lists it.
fn walk(more: &str) -> String {
    let id = "33333333-cccc-4333-8333-333333333333";
    format!(
        "# Walk\n\nPOST V1/catalogs\n\n{{\"displayName\": \"Maps\"}}\n\n{{\"id\": \"{id}\", \"displayName\": \"Maps\"}}\n\n# Look\n\nGET V1/catalogs/{id}\n\n{more}"
    )
}

#[test]
fn what_is_no_exchange_is_not_taken_for_one() {
    for page in [
        // Blocks of other languages, comments, links, and braces in sentences.
        "```csharp\nvar body = new Catalog\n{\n    Name = 1,\n};\n```\n\n```http\nGET V1/catalogs\n```\n",
        "var body = new Catalog\n{\n    Name = 1,\n};\n\nGET V1/catalogs\n",
        "<!--\n{\n \"blockType\": \"request\"\n}\n-->\n```http\nGET V1/catalogs\n```\n",
        "GET V1/catalogs/{id}\n\n{id} is the id of the catalog.\n\n[!VIDEO https://example.com]\n\n[1]: https://example.com\n",
        // A payload under a heading of its own is no answer to the request above.
        "PATCH V1/catalogs/1\n\nHTTP/1.1 204 No Content\n\n## What the app is sent\n\n{\"surprise\": 1}\n",
        "DELETE V1/catalogs/1\n\nHTTP/1.1 204 No Content\n\nThe app is sent this:\n\n{\"surprise\": 1}\n",
    ] {
        assert_eq!(rules(page), [], "{page}");
    }
    let token = "POST https://login.microsoftonline.com/contoso/oauth2/v2.0/token\n";
    assert_eq!(rules(token), [(1, "outside-the-contract")]);
}

#[test]
fn requests_are_seen_in_lists_in_code_and_over_several_lines() {
    for request in [
        "2. GET V1/nothing",
        "- GET V1/nothing",
        "• **GET** V1/nothing",
        "> `GET V1/nothing`",
        "2. Call `GET V1/nothing`:",
        "GET\tV1/nothing HTTP/2",
        "GET graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/nothing",
        "GET {{base}}/v1.0/identityGovernance/entitlementManagement/nothing",
    ] {
        assert_eq!(rules(&format!("{request}\n")), [(1, "undeclared-path")], "{request}");
    }
    let lines = "GET V1/catalogs\n?$filter=state eq 'Published'\n&$expand=nothing\n";
    assert_eq!(
        rules(lines),
        [(1, "undeclared-member"), (1, "enum-case")].into_iter().rev().collect::<Vec<_>>()
    );
}

#[test]
fn ids_are_learned_from_answers_and_shared_where_they_may_be() {
    let package = "88203d16-0e31-41d4-87b2-dd402f1435e9";
    let group = "e93e24d1-2b65-4a6c-a1dd-654a12225487";
    for more in [
        // An answer refers to what later steps use.
        format!(
            "GET V1/resources\n\n{{\"value\": [{{\"id\": \"{package}\", \"originId\": \"{group}\"}}]}}\n\nGET https://graph.microsoft.com/v1.0/groups/{group}/members\n"
        ),
        // Several of one name are several.
        format!(
            "GET V1/accessPackages\n\n{{\"value\": [{{\"id\": \"{package}\", \"displayName\": \"A\"}}, {{\"id\": \"{group}\", \"displayName\": \"A\"}}]}}\n"
        ),
        // An approval goes by the id of its request.
        format!(
            "POST V1/assignmentRequests\n\n{{}}\n\n{{\"id\": \"{package}\"}}\n\nGET V1/accessPackageAssignmentApprovals/{package}\n"
        ),
        // An id of two, each known.
        format!(
            "GET V1/accessPackages\n\n{{\"value\": [{{\"id\": \"{package}\"}}, {{\"id\": \"{group}\"}}]}}\n\nDELETE V1/accessPackages/{package}/resourceRoleScopes/{group}_{package}\n"
        ),
        // The same id in capitals.
        "DELETE V1/catalogs/33333333-CCCC-4333-8333-333333333333\n".to_owned(),
        // Another user is another user.
        format!(
            "The id of the user is {group}.\n\n# Approve\n\nThe approver is a second user. The id of the user is {package}.\n"
        ),
    ] {
        assert_eq!(rules(&walk(&more)), [], "{more}");
    }
    for (more, rule) in [
        (format!("DELETE V1/accessPackages/{package}\n"), "id-from-nowhere"),
        (format!("DELETE V1/catalogs/{package}\n"), "id-changed"),
        (
            "DELETE V1/accessPackages/33333333-cccc-4333-8333-333333333333\n".to_owned(),
            "id-of-two-things",
        ),
        ("DELETE V1/catalogs/33333333cccc-4333-8333-333333333333\n".to_owned(), "malformed-guid"),
        ("DELETE V1/catalogs/33333333-cccc-4333-8333-33333333333g\n".to_owned(), "malformed-guid"),
        (
            format!(
                "POST V1/accessPackages\n\n{{\"catalog@odata.bind\": \"{V1}/catalogs/{package}\"}}\n"
            ),
            "id-changed",
        ),
        (
            format!("GET V1/assignments/additionalAccess(accessPackageId='{package}')\n"),
            "id-from-nowhere",
        ),
    ] {
        let found = rules(&walk(&more));
        assert_eq!(found.iter().map(|(_, rule)| *rule).collect::<Vec<_>>(), [rule], "{more}");
    }
}

#[test]
fn an_answer_contradicts_whatever_was_asked_or_sent() {
    let (one, other) =
        ("88203d16-0e31-41d4-87b2-dd402f1435e9", "e93e24d1-2b65-4a6c-a1dd-654a12225487");
    for page in [
        format!("GET V1/accessPackages/{one}\n\n{{\"id\": \"{other}\"}}\n"),
        "PATCH V1/catalogs/1\n\n{\"displayName\": \"New\"}\n\n{\"displayName\": \"Old\"}\n".to_owned(),
        "GET V1/catalogs?$filter=displayName eq 'Maps'\n\n{\"value\": [{\"displayName\": \"Charts\"}]}\n".to_owned(),
        "POST V1/assignmentPolicies\n\n{\"requestApprovalSettings\": {\"stages\": [{\"durationBeforeAutomaticDenial\": \"P1D\"}]}}\n\n{\"requestApprovalSettings\": {\"stages\": [{\"durationBeforeAutomaticDenial\": \"P9D\"}]}}\n".to_owned(),
    ] {
        let found = rules(&page);
        assert_eq!(found.len(), 1, "{page}: {found:?}");
        assert_eq!(found[0].1, "answer-contradicts-request", "{page}");
    }
}

#[test]
fn names_and_words_are_judged_wherever_they_stand() {
    for (page, rule) in [
        (
            "GET V1/catalogs?$expand=accessPackages($expand=accessPackageCatalog)\n",
            "other-version-name",
        ),
        ("GET V1/accessPackages/filterByCurrentUser(on='AllowedRequestor')\n", "enum-case"),
        (
            "GET V1/accessPackages/filterByCurrentUser(scope='allowedRequestor')\n",
            "undeclared-member",
        ),
        ("POST V1/assignmentRequests/1/resume\n\n{\"reason\": 1}\n", "undeclared-member"),
        (
            "POST V1/assignmentRequests/1/resume\n\n{\"data\": {\"@odata.type\": \"microsoft.graph.accessPackageAssignmentRequestCallbackData\", \"stage\": \"AssignmentRequestCreated\"}}\n",
            "enum-case",
        ),
        (
            "POST V1/accessPackages\n\n{\"@odata.type\": \"#microsoft.graph.parcel\"}\n",
            "undeclared-member",
        ),
        (
            "POST V1/accessPackages\n\n{\"accessPackageCatalog@odata.bind\": \"catalogs/1\"}\n",
            "other-version-name",
        ),
        (
            "POST V1/accessPackages\n\n{\"catalog@odata.bind\": \"https://graph.microsoft.com/beta/x/1\"}\n",
            "context-version",
        ),
        ("GET V1/catalogs\n\n[{\"id\": \"1\"}]\n", "entity-for-collection"),
        (
            "GET https://graph.microsoft.com/v1.0/identitygovernance/entitlementManagement/catalogs\n",
            "undeclared-path",
        ),
        ("POST V1/catalogs\n\n{\"displayName\": \"Maps\"}\n}\n", "invalid-json"),
        ("GET V1/catalogs\n\n{\"value\": [{\"id\": \"1\", ...}]}\n", "invalid-json"),
    ] {
        let found = rules(page);
        assert_eq!(found.iter().map(|(_, rule)| *rule).collect::<Vec<_>>(), [rule], "{page}");
    }
    assert_eq!(rules("GET V1/catalogs?$select=*&$expand=accessPackages/$ref\n"), []);
    // Nobody sends a shortened answer: it is a notice, and the rest of it is read.
    let shortened = audit(
        &format!("GET {V1}/catalogs\n\n{{\"value\": [{{\"parcel\": 1, ...}}]}}\n"),
        "page.md",
    );
    let severities: Vec<_> = shortened.remarks.iter().map(|r| (r.rule, r.severity)).collect();
    assert!(severities.contains(&("invalid-json", Severity::Notice)), "{severities:?}");
    assert!(severities.contains(&("undeclared-member", Severity::Notice)), "{severities:?}");
}

#[test]
fn the_text_is_held_against_the_exchange_that_it_speaks_of() {
    let page = |text: &str| {
        format!(
            "# Ask\n\n{text}\n\nPOST V1/assignmentRequests\n\n{{}}\n\n{{\"id\": \"the-request\", \"state\": \"submitted\"}}\n\nGET V1/assignments/2\n\n{{\"id\": \"3\", \"state\": \"delivered\"}}\n"
        )
    };
    for right in [
        "In the response, the state is submitted.",
        "Poll until the state in the response is Delivered.",
        "If the state in the response is Denied, try again.",
        "The response status is OK.",
        "The United States state is Texas.",
        "You recorded the id before.",
    ] {
        assert_eq!(rules(&page(right)), [], "{right}");
    }
    for wrong in [
        "In the response, the state is Delivered.",
        "In the response, the `state` property is set to `delivered`.",
    ] {
        assert_eq!(rules(&page(wrong)), [(3, "prose-contradicts-answer")], "{wrong}");
    }
    for recorded in [
        "Record the value of **id**.",
        "Be sure to record the returned ID.",
        "Save the id for later.",
    ] {
        assert_eq!(rules(&page(recorded)), [(3, "recorded-and-unused")], "{recorded}");
    }
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
