//! Changes held against recorded steps.

use std::collections::BTreeMap;

use contract::Contract;
use contract::drift::{Cloud, Comparison, Recorded, Side, compare};
use serde_json::json;

use super::comparison;

/// A client that makes a shelf, looks at it with its books, and closes it.
pub(super) fn recorded() -> Vec<Recorded> {
    let one = |step: &str, method: &str, path: &str, query: &str, request, response| Recorded {
        file: "shelves.json".to_owned(),
        step: step.to_owned(),
        method: method.to_owned(),
        path: format!("/v1.0/identityGovernance/entitlementManagement/catalogs{path}"),
        query: query.to_owned(),
        request,
        responses: vec![response],
    };
    let shelf =
        json!({"id": "1", "displayName": "Poems", "allowLateReturn": true, "state": "open"});
    vec![
        one(
            "1 make",
            "POST",
            "",
            "",
            json!({"displayName": "Poems", "allowLateReturn": true}),
            shelf.clone(),
        ),
        one(
            "2 look",
            "GET",
            "",
            "$filter=state%20eq%20'open'&$expand=books($select=title)",
            json!(null),
            json!({"value": [shelf]}),
        ),
        one("3 close", "POST", "/1/close", "", json!({}), json!(null)),
        one("4 label", "GET", "/1", "$select=label", json!(null), json!({"label": {"size": 3}})),
        one("6 burn", "DELETE", "/1/books/2", "", json!(null), json!(null)),
        Recorded {
            path: "/beta/users".to_owned(),
            ..one("5 beta", "GET", "", "", json!(null), json!(null))
        },
    ]
}

#[test]
fn changes_are_held_against_recorded_steps() {
    let (base, mut comparison) = comparison();
    comparison.used_by(&base, &recorded());
    assert_eq!(comparison.exchanges, Some(5));
    let hits: BTreeMap<String, Vec<&str>> = comparison
        .changes
        .iter()
        .filter(|change| !change.hits.is_empty() && !change.rule.breaks.is_empty())
        .map(|change| {
            let steps = change.hits.iter().map(|hit| hit.step.as_str()).collect();
            (change.subject.to_string(), steps)
        })
        .collect();
    let expected: BTreeMap<String, Vec<&str>> = [
        // In a filter, in an answer: sent and read.
        ("shelf.allowLateReturn", vec!["1 make", "2 look"]),
        ("shelfState.locked", vec!["1 make", "2 look"]),
        ("shelf/close reason", vec!["3 close"]),
        ("label.size", vec!["4 label"]),
        // What restricts a method is nothing to others.
        ("shelf/books DeleteRestrictions/Deletable", vec!["6 burn"]),
    ]
    .into_iter()
    .map(|(subject, steps)| (subject.to_owned(), steps))
    .collect();
    assert_eq!(hits, expected);
}

/// Functions, words in filters and arguments, properties, and other clouds' hosts.
#[test]
fn recorded_steps_are_hit_through_addresses_too() {
    let base = Contract::builtin("v1.0").unwrap();
    let recorded = |method: &str, path: &str, query: &str| Recorded {
        file: "r".into(),
        step: format!("{method} {path}"),
        method: method.into(),
        path: format!("/v1.0/identityGovernance/entitlementManagement/{path}"),
        query: query.into(),
        request: json!(null),
        responses: vec![json!(null)],
    };
    let hits = |change: fn(&mut Contract), recorded: Recorded| -> usize {
        let mut head = base.clone();
        change(&mut head);
        let mut comparison = Comparison {
            base: Side::new("a", base, Cloud::Global),
            head: Side::new("b", &head, Cloud::Global),
            global: None,
            changes: compare(base, &head, None),
            exchanges: None,
        };
        comparison.used_by(base, &[recorded]);
        comparison.keep_touching();
        comparison.changes.len()
    };
    let mine = "accessPackages/filterByCurrentUser(on='allowedRequestor')";
    let without_function = |head: &mut Contract| {
        head.operations.remove("Collection(accessPackage)/filterByCurrentUser(on)").unwrap();
    };
    assert_eq!(hits(without_function, recorded("GET", mine, "")), 1);
    let without_word = |head: &mut Contract| {
        let words =
            &mut head.types.get_mut("accessPackageFilterByCurrentUserOptions").unwrap().words;
        words.retain(|word| word.name != "allowedRequestor");
    };
    assert_eq!(hits(without_word, recorded("GET", mine, "")), 1);
    let without_state = |head: &mut Contract| {
        let words = &mut head.types.get_mut("accessPackageRequestState").unwrap().words;
        words.retain(|word| word.name != "delivered");
    };
    let filter = "$filter=state%20eq%20'delivered'";
    assert_eq!(hits(without_state, recorded("GET", "assignmentRequests", filter)), 1);
    let without_name = |head: &mut Contract| {
        head.types.get_mut("accessPackage").unwrap().properties.remove("displayName").unwrap();
    };
    assert_eq!(hits(without_name, recorded("GET", "accessPackages/1/displayName", "")), 1);
    let two = "assignments/additionalAccess(accessPackageId='1',incompatibleAccessPackageId='2')";
    let without_two = |head: &mut Contract| {
        head.operations.remove("Collection(accessPackageAssignment)/additionalAccess(accessPackageId,incompatibleAccessPackageId)").unwrap();
    };
    assert_eq!(hits(without_two, recorded("GET", two, "")), 1);
    let undeletable = |head: &mut Contract| {
        let facts = head.annotations.entry("accessPackage".into()).or_default();
        facts.insert("DeleteRestrictions/Deletable".into(), "false".into());
    };
    assert_eq!(hits(undeletable, recorded("DELETE", "accessPackages/1", "")), 1);
    assert_eq!(hits(undeletable, recorded("GET", "accessPackages/1", "")), 0);
}
