//! Reports as they are read.

use contract::drift::report::{self, Documents};
use contract::drift::{Cloud, Comparison, Rule, Side, compare};

use super::usage::recorded;
use super::{AFTER, BEFORE, comparison, contract};

fn golden(name: &str, text: &str) {
    if let Err(difference) = snapshots::check("drift", name, text) {
        panic!("{difference}");
    }
}

#[test]
fn reports_are_as_their_golden_files_say() {
    let (base, mut comparison) = comparison();
    let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap();
    let documents = Documents { base: ("before.csdl", BEFORE), head: ("after.csdl", AFTER) };
    golden("text", &report::text(&comparison));
    golden("markdown", &report::markdown(&comparison));
    golden("github", &report::github(&comparison, &documents));
    golden("sarif", &pretty(&report::sarif(&comparison, &documents, "0.0.0")));
    comparison.used_by(&base, &recorded());
    golden("json", &pretty(&report::json(&comparison)));
    comparison.keep_touching();
    golden("used-by", &report::text(&comparison));
}

#[test]
fn rules_are_explained_as_their_golden_files_say() {
    golden("rules", &report::rules());
    golden("explain", &report::explain(Rule::find("enum-member-inserted").unwrap()));
}

/// A report is read by people, by browsers and by machines: text of a document is inert in each.
#[test]
fn names_that_are_meant_to_lead_astray_are_inert() {
    let name = "a|b`<img src=x>\u{1b}[31m,::error::%0A";
    let of = |rest: &str| {
        let mut contract = contract(r#"<EntityType Name="thing" BaseType="graph.entity"/>"#);
        let thing = contract.types.get_mut("thing").unwrap();
        if rest.is_empty() {
            thing.properties.insert(name.into(), "Edm.String".parse().unwrap());
        }
        contract
    };
    let (base, head) = (of(""), of("without"));
    let comparison = Comparison {
        base: Side::new(name, &base, Cloud::Global),
        head: Side::new(name, &head, Cloud::Global),
        global: None,
        changes: compare(&base, &head, None),
        exchanges: None,
    };
    let markdown = report::markdown(&comparison);
    assert!(
        markdown.contains("| `thing.a\\|b'<img src=x>\u{fffd}[31m,::error::%0A` |"),
        "{markdown}"
    );
    assert!(!report::text(&comparison).contains('\u{1b}'));
    let documents = Documents { base: (name, ""), head: (name, "") };
    let annotations = report::github(&comparison, &documents);
    assert_eq!(annotations.lines().count(), 1);
    assert!(
        annotations.starts_with(
            "::error file=a|b`<img src=x>\u{fffd}[31m%2C%3A%3Aerror%3A%3A%250A,line=1,title="
        ),
        "{annotations}"
    );
    let sarif = report::sarif(&comparison, &documents, "0.0.0").to_string();
    assert!(sarif.contains("a%7Cb%60%3Cimg%20src=x%3E%1B%5B31m,%3A%3Aerror%3A%3A%250A"), "{sarif}");
}
