use std::collections::BTreeMap;

use contract::drift::report::{self, Documents};
use contract::drift::{
    Change, Cloud, Comparison, Dictionary, MemberNames, RULES, Recorded, Rule, Severity, Side,
    TypeNames, compare,
};
use contract::{Contract, Document, Metadata};
use serde_json::json;

const BEFORE: &str = include_str!("../fixtures/before.csdl");
const AFTER: &str = include_str!("../fixtures/after.csdl");

/// A document whose entitlement management has a collection `things`, and `fragment`.
fn document(fragment: &str, alias: &str) -> String {
    format!(
        r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="{alias}" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
<EntityType Name="entitlementManagement"><NavigationProperty Name="things" Type="Collection({alias}.thing)" ContainsTarget="true"/></EntityType>
<EntityType Name="identityGovernance"><NavigationProperty Name="entitlementManagement" Type="{alias}.entitlementManagement" ContainsTarget="true"/></EntityType>
<EntityContainer Name="c"><Singleton Name="identityGovernance" Type="{alias}.identityGovernance"/></EntityContainer>
{fragment}
</Schema></edmx:DataServices></edmx:Edmx>"#
    )
}

fn contract(fragment: &str) -> Contract {
    let metadata = Metadata::parse(&document(fragment, "graph"), "c.csdl", "c.csdl").unwrap();
    metadata.slice("v1.0").unwrap()
}

fn changes(base: &str, head: &str) -> Vec<String> {
    let parse =
        |fragment: &str| Document::parse(&document(fragment, "graph"), "c.csdl", "c").unwrap();
    let (base, head) = (parse(base), parse(head));
    let (base, head) = Document::contracts((base, "v1.0"), (head, "v1.0")).unwrap();
    told(&compare(&base, &head, None))
}

fn told(changes: &[Change]) -> Vec<String> {
    let one = |change: &Change| format!("{} {}: {}", change.rule.id, change.subject, change.what);
    changes.iter().map(one).collect()
}

/// Given by the comparison, not by a difference alone.
const GIVEN: [&str; 3] = ["absent-in-cloud", "different-in-cloud", "renamed-between-versions"];

#[test]
fn every_rule_fires_on_its_smallest_example_and_is_the_worst_that_does() {
    for rule in RULES.iter().filter(|rule| !GIVEN.contains(&rule.id)) {
        let found = compare(&contract(rule.example.base), &contract(rule.example.head), None);
        let fired = found.iter().find(|change| change.rule.id == rule.id);
        assert!(fired.is_some(), "{} does not fire: {:?}", rule.id, told(&found));
        // What comes with it is milder, or the example would be one of something else.
        let worse: Vec<_> =
            found.iter().filter(|change| change.rule.severity > rule.severity).collect();
        assert!(worse.is_empty(), "{}: {:?}", rule.id, told(&found));
    }
}

#[test]
fn rules_are_told_apart_and_say_what_they_rest_on() {
    let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), RULES.len());
    for rule in RULES {
        assert!(rule.reference.contains("https://") && rule.reason.ends_with('.'), "{}", rule.id);
        // Whoever is told that something breaks is told whom.
        assert_eq!(rule.breaks.is_empty(), rule.severity <= Severity::Additive, "{}", rule.id);
        assert!(report::explain(rule).contains("before:\n    <"), "{}", rule.id);
    }
    assert!(Rule::find("property-removed").is_some() && Rule::find("nothing").is_none());
}

/// What is the same on the wire is no change.
#[test]
fn aliases_orders_and_moves_are_no_changes() {
    let base = r#"<EntityType Name="thing" BaseType="graph.entity"><Property Name="a" Type="Edm.String"/><Property Name="b" Type="Edm.Int32"/></EntityType>"#;
    let renamed = document(
        r#"<EntityType Name="thing" BaseType="g.entity"><Property Name="b" Type="Edm.Int32"/><Property Name="a" Type="Edm.String" Nullable="true"/></EntityType>"#,
        "g",
    );
    let renamed = Metadata::parse(&renamed, "c.csdl", "c").unwrap().slice("v1.0").unwrap();
    assert_eq!(told(&compare(&contract(base), &renamed, None)), [""; 0]);
    // A member that is inherited now.
    let moved = r#"<EntityType Name="made" BaseType="graph.entity"><Property Name="a" Type="Edm.String"/></EntityType><EntityType Name="thing" BaseType="graph.made"><Property Name="b" Type="Edm.Int32"/></EntityType>"#;
    assert_eq!(
        changes(base, moved),
        [
            "base-type-changed thing: extended entity, extends made",
            "type-added made: is an entity type"
        ]
    );
    // A member that every type below has now, and the type itself cannot have.
    let above = r#"<EntityType Name="thing" Abstract="true"><Property Name="a" Type="Edm.String"/></EntityType><EntityType Name="one" BaseType="graph.thing"/>"#;
    let below = r#"<EntityType Name="thing" Abstract="true"/><EntityType Name="one" BaseType="graph.thing"><Property Name="a" Type="Edm.String"/></EntityType>"#;
    assert_eq!(changes(above, below), [""; 0]);
    assert_eq!(changes(below, above), ["property-added thing.a: is Edm.String"]);
}

#[test]
fn a_change_of_a_base_type_tells_of_the_members_that_came_and_went_with_it() {
    let two = r#"<EntityType Name="red" BaseType="graph.entity"><Property Name="hue" Type="Edm.String"/></EntityType><EntityType Name="blue" BaseType="graph.entity"><Property name="x" Name="tone" Type="Edm.Int32"/></EntityType>"#;
    let base = format!(r#"{two}<EntityType Name="thing" BaseType="graph.red"/>"#);
    let head = format!(r#"{two}<EntityType Name="thing" BaseType="graph.blue"/>"#);
    let found = changes(&base, &head);
    assert_eq!(
        found,
        [
            "property-removed thing.hue: was Edm.String",
            "base-type-changed thing: extended red, extends blue",
            "property-added thing.tone: is Edm.Int32",
        ]
    );
}

#[test]
fn a_type_that_is_led_to_in_another_way_is_neither_new_nor_gone() {
    let color =
        r#"<ComplexType Name="color"><Property Name="hue" Type="Edm.String"/></ComplexType>"#;
    let thing = |way: &str| {
        format!(r#"<EntityType Name="thing" BaseType="graph.entity">{way}</EntityType>{color}"#)
    };
    let base = thing(r#"<Property Name="color" Type="graph.color"/>"#);
    assert_eq!(changes(&base, &thing("")), ["property-removed thing.color: was color"]);
}

#[test]
fn what_the_global_service_still_has_is_a_matter_of_the_cloud() {
    let of = |members: &str| {
        contract(&format!(
            r#"<EntityType Name="thing" BaseType="graph.entity">{members}</EntityType>"#
        ))
    };
    let (a, b) =
        (r#"<Property Name="a" Type="Edm.String"/>"#, r#"<Property Name="b" Type="Edm.String"/>"#);
    let base = of(&format!("{a}{b}"));
    let found = compare(&base, &of(""), Some(&of(a)));
    assert_eq!(
        told(&found),
        ["property-removed thing.b: was Edm.String", "absent-in-cloud thing.a: was Edm.String"]
    );
    let retyped = r#"<Property Name="a" Type="Edm.Int32"/>"#;
    let found = compare(&of(a), &of(retyped), Some(&of(a)));
    assert_eq!(told(&found), ["different-in-cloud thing.a: was Edm.String, is Edm.Int32"]);
    // Metadata of a national cloud says nothing of the global service but what was observed there.
    let mut mixed = of("");
    mixed.sources = vec!["beta-ussec.csdl".to_owned()];
    let found = compare(&of(a), &of(""), Some(&mixed));
    assert_eq!(
        told(&found),
        [
            "property-removed thing.a: was Edm.String; what the global service says is not known here"
        ]
    );
    mixed.observed.insert("thing".to_owned());
    let found = compare(&of(a), &of(""), Some(&mixed));
    assert_eq!(told(&found), ["property-removed thing.a: was Edm.String"]);
}

/// Nullability and containment of what was observed are not known, the first stored format had
/// neither operations nor numbers.
#[test]
fn what_is_not_known_is_not_compared() {
    let of = |rest: &str| {
        contract(&format!(
            r#"<EntityType Name="thing" BaseType="graph.entity"><Property Name="a" Type="Edm.String"{rest}/></EntityType><Action Name="close" IsBound="true"><Parameter Name="it" Type="graph.thing"/></Action>"#
        ))
    };
    let strict = of(r#" Nullable="false""#);
    let mut observed = of("");
    let thing = observed.types.get_mut("thing").unwrap();
    thing.properties.insert("a".into(), "Edm.String, observed".parse().unwrap());
    assert_eq!(told(&compare(&strict, &observed, None)), [""; 0]);
    let mut first = of(r#" Nullable="false""#);
    first.format = 1;
    first.operations.clear();
    assert_eq!(told(&compare(&first, &strict, None)), [""; 0]);
    assert_eq!(told(&compare(&of(""), &strict, None)).len(), 1);
}

fn library() -> (Contract, Contract) {
    let parse = |text: &str, name: &str| Document::parse(text, name, name).unwrap();
    let (base, head) = (parse(BEFORE, "before.csdl"), parse(AFTER, "after.csdl"));
    assert_eq!(base.version("before.csdl").unwrap(), "v1.0");
    Document::contracts((base, "v1.0"), (head, "v1.0")).unwrap()
}

fn comparison() -> (Contract, Comparison) {
    let (base, head) = library();
    let comparison = Comparison {
        base: Side::new("before.csdl", &base, Cloud::Global),
        head: Side::new("after.csdl", &head, Cloud::Global),
        global: None,
        changes: compare(&base, &head, None),
        exchanges: None,
    };
    (base, comparison)
}

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

/// A client that makes a shelf, looks at it with its books, and closes it.
fn recorded() -> Vec<Recorded> {
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
    assert_eq!(comparison.exchanges, Some(4));
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
        ("shelf/books DeleteRestrictions/Deletable", vec!["2 look"]),
    ]
    .into_iter()
    .map(|(subject, steps)| (subject.to_owned(), steps))
    .collect();
    assert_eq!(hits, expected);
}

#[test]
fn versions_are_compared_through_a_table_of_names() {
    let old = contract(
        r#"<EntityType Name="thing" BaseType="graph.entity"><Property Name="thingStatus" Type="Edm.String"/><Property Name="ownerId" Type="Edm.String"/><Property Name="dust" Type="Edm.String"/></EntityType>"#,
    );
    let new = contract(
        r#"<EntityType Name="thing" BaseType="graph.entity"><Property Name="state" Type="Edm.String"/><NavigationProperty Name="owner" Type="graph.thing"/></EntityType>"#,
    );
    let pair = |base: &str, head: &str| MemberNames { base: base.into(), head: head.into() };
    let members = vec![pair("thingStatus", "state"), pair("ownerId", "owner/id")];
    let types = vec![TypeNames { base: "thing".into(), head: "thing".into(), members }];
    let dictionary = Dictionary { types };
    assert_eq!(
        told(&dictionary.compare(&old, &new)),
        [
            "property-removed thing.dust: was Edm.String",
            "renamed-between-versions thing.ownerId: is owner/id",
            "renamed-between-versions thing.thingStatus: is state",
            "navigation-added thing.owner: is thing",
        ]
    );
    assert_eq!(dictionary.reversed().types[0].members[0].base, "state");
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
    assert!(sarif.contains("a%7Cb%60%3Cimg%20src=x%3E%1B%5B31m,::error::%250A"), "{sarif}");
}

/// What the history of the metadata says, where it is at hand.
#[test]
fn the_history_of_the_metadata_is_judged_as_it_was() {
    let Some(folder) = std::env::var_os("ENTITLE_METADATA") else {
        println!("skipped: ENTITLE_METADATA names no folder with the metadata documents");
        return;
    };
    let read = |name: &str| {
        let text = std::fs::read_to_string(std::path::Path::new(&folder).join(name)).unwrap();
        Document::parse(&text, name, name).unwrap()
    };
    let central = |base: &str, head: &str, version: &str, global: Option<&Contract>| {
        let (base, head) = (read(base), read(head));
        let (base, head) = Document::contracts((base, version), (head, version)).unwrap();
        let mut changes = compare(&base, &head, global);
        changes.retain(|change| change.central && change.rule.severity > Severity::Additive);
        told(&changes)
    };
    assert_eq!(
        central("v1.0-2022-06.csdl", "v1.0-2026-08.csdl", "v1.0", None),
        [
            "required-property-added accessPackageApprovalStage.approverInformationVisibility: is approverInformationVisibility, not null",
            "required-property-added accessPackageSubject.subjectLifecycle: is accessPackageSubjectLifecycle, not null",
            "enum-member-inserted allowedTargetScope.allDirectoryAgentIdentities: a new word, before unknownFutureValue",
        ]
    );
    let beta = Contract::builtin("beta").unwrap();
    let found = central("beta-2021-07.csdl", "beta-ussec-2026.csdl", "beta", Some(beta));
    let expected = [
        "member-renamed accessPackageAssignmentRequestRequirements.allowCustomAssignmentSchedule: is now probably isCustomAssignmentScheduleAllowed",
        "property-removed accessPackageAssignmentRequestRequirements.isApprovalRequiredForAdd: was Edm.Boolean",
        "property-removed accessPackageAssignmentRequestRequirements.isApprovalRequiredForUpdate: was Edm.Boolean",
        "property-removed request.createdBy: was identitySet; what the global service says is not known here",
    ];
    assert_eq!(found[..4], expected);
    assert!(
        found.contains(&"absent-in-cloud requestorManager.managerLevel: was Edm.Int32".to_owned())
    );
    let v1 = Contract::builtin("v1.0").unwrap();
    let found = central("v1.0-2026-08.csdl", "v1.0-china-2026-08.csdl", "v1.0", Some(v1));
    assert!(found.iter().all(|change| change.contains("-in-cloud ")), "{found:#?}");
    assert!(found.contains(
        &"absent-in-cloud accessPackageAssignmentRequest.justification: was Edm.String".to_owned()
    ));
    assert_eq!(central("v1.0-2026-08.csdl", "v1.0-2026-08.csdl", "v1.0", None), [""; 0]);
}
