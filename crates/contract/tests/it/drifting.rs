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

/// Types `thing` with `members`, and whatever else.
fn thing(members: &str, more: &str) -> String {
    format!(r#"<EntityType Name="thing" BaseType="graph.entity">{members}</EntityType>{more}"#)
}

#[test]
fn what_changes_in_two_ways_is_told_in_both() {
    let of = |ty: &str| thing(&format!(r#"<Property Name="a" Type="{ty}"/>"#), "");
    assert_eq!(
        changes(&of("Edm.Int32"), &of("Collection(Edm.Int64)")),
        [
            "cardinality-changed thing.a: was Edm.Int32, is Collection(Edm.Int64)",
            "type-widened thing.a: was Edm.Int32, is Collection(Edm.Int64)",
        ]
    );
}

#[test]
fn a_member_that_moved_down_is_compared_where_it_is_now() {
    let above = r#"<EntityType Name="thing" Abstract="true"><Property Name="a" Type="Edm.String"/></EntityType><EntityType Name="one" BaseType="graph.thing"/>"#;
    let below = r#"<EntityType Name="thing" Abstract="true"/><EntityType Name="one" BaseType="graph.thing"><Property Name="a" Type="Edm.Boolean"/></EntityType>"#;
    assert_eq!(changes(above, below), ["type-changed one.a: was Edm.String, is Edm.Boolean"]);
}

#[test]
fn a_type_is_followed_under_its_new_name_wherever_it_stands() {
    let of = |name: &str| {
        thing(
            &format!(r#"<Property Name="a" Type="graph.{name}"/>"#),
            &format!(
                r#"<ComplexType Name="{name}"><Property Name="b" Type="Edm.String"/></ComplexType><ComplexType Name="more" BaseType="graph.{name}"/>
                <Action Name="close" IsBound="true"><Parameter Name="it" Type="graph.thing"/><Parameter Name="c" Type="graph.{name}"/><ReturnType Type="graph.{name}"/></Action>"#
            ),
        )
    };
    assert_eq!(changes(&of("color"), &of("paint")), ["type-renamed color: is paint"]);
    // What else changes within it goes by the name that the base has.
    let head = of("paint").replace(
        r#"<Property Name="b" Type="Edm.String"/>"#,
        r#"<Property Name="b" Type="Edm.Int32"/><Property Name="d" Type="Edm.Int32"/>"#,
    );
    assert_eq!(
        changes(&of("color"), &head),
        [
            "type-changed color.b: was Edm.String, is Edm.Int32",
            "type-renamed color: is paint",
            "property-added paint.d: is Edm.Int32",
        ]
    );
    // Another type that shares nothing with it is no new name of it.
    let head = of("paint").replace(r#"<Property Name="b" "#, r#"<Property Name="z" "#);
    assert!(
        changes(&of("color"), &head)
            .iter()
            .any(|change| change.starts_with("type-changed thing.a"))
    );
}

#[test]
fn keys_are_compared_with_what_is_inherited() {
    let keyed = |key: &str| {
        format!(
            r#"<EntityType Name="thing"><Key>{key}</Key><Property Name="a" Type="Edm.String"/><Property Name="b" Type="Edm.String"/></EntityType>"#
        )
    };
    let (a, b) = (r#"<PropertyRef Name="a"/>"#, r#"<PropertyRef Name="b"/>"#);
    assert_eq!(changes(&keyed(&format!("{a}{b}")), &keyed(&format!("{b}{a}"))), [""; 0]);
    let inherited = keyed(a).replace(r#"Name="thing""#, r#"Name="made""#)
        + r#"<EntityType Name="thing" BaseType="graph.made"/>"#;
    assert_eq!(
        changes(&keyed(a), &inherited),
        [
            "base-type-changed thing: extended nothing, extends made",
            "type-added made: is an entity type"
        ]
    );
    let own =
        thing(r#"<Key><PropertyRef Name="c"/></Key><Property Name="c" Type="Edm.String"/>"#, "")
            .replace(r#" BaseType="graph.entity""#, "");
    let found = changes(&thing(r#"<Property Name="c" Type="Edm.String"/>"#, ""), &own);
    assert_eq!(found[0], "key-changed thing: the key was id, is c");
}

#[test]
fn calls_that_go_on_to_work_are_not_broken() {
    let function = |parameters: &str| {
        thing(
            "",
            &format!(
                r#"<Function Name="find" IsBound="true"><Parameter Name="it" Type="graph.thing"/>{parameters}<ReturnType Type="Edm.String"/></Function>"#
            ),
        )
    };
    let (a, b) = (
        r#"<Parameter Name="a" Type="Edm.String" Nullable="false"/>"#,
        r#"<Parameter Name="b" Type="Edm.String"/>"#,
    );
    assert_eq!(changes(&function(&format!("{a}{b}")), &function(&format!("{b}{a}"))), [""; 0]);
    let optional = r#"<Parameter Name="c" Type="Edm.String"><Annotation Term="Org.OData.Core.V1.OptionalParameter"/></Parameter>"#;
    assert_eq!(
        changes(&function(a), &function(&format!("{a}{optional}"))),
        ["optional-parameter-added thing/find(a) c: is Edm.String, optional"]
    );
    assert_eq!(
        changes(&function(a), &function(&a.replace(r#" Nullable="false""#, ""))),
        ["parameter-relaxed thing/find(a) a: was Edm.String, not null, is Edm.String"]
    );
    let action = |on: &str| {
        thing(
            "",
            &format!(
                r#"<EntityType Name="made" BaseType="graph.thing"/><Action Name="close" IsBound="true"><Parameter Name="it" Type="graph.{on}"/></Action>"#
            ),
        )
    };
    assert_eq!(changes(&action("made"), &action("thing")), [""; 0]);
    assert_eq!(changes(&action("thing"), &action("made")).len(), 2);
}

#[test]
fn restrictions_have_their_signs() {
    let told = |facts: &[(&str, &str)]| {
        let facts = facts.iter().map(|(term, value)| format!(r#"<Annotation Term="Org.OData.Capabilities.V1.{}"><Record><PropertyValue Property="{}">{value}</PropertyValue></Record></Annotation>"#, term.split('/').next().unwrap(), term.split('/').nth(1).unwrap()));
        thing(
            "",
            &format!(
                r#"<Annotations Target="graph.thing">{}</Annotations>"#,
                facts.collect::<String>()
            ),
        )
    };
    let one = |term: &str, value: &str| told(&[(term, value)]);
    let rule = |base: &str, head: &str| -> Vec<String> {
        changes(base, head)
            .iter()
            .map(|change| change.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let paths = |names: &[&str]| {
        let path = |name: &&str| format!("<PropertyPath>{name}</PropertyPath>");
        let paths = names.iter().map(path).collect::<Vec<_>>().concat();
        format!("<Collection>{paths}</Collection>")
    };
    for (term, lenient, strict) in [
        (
            "FilterRestrictions/RequiresFilter",
            "<Bool>false</Bool>".to_owned(),
            "<Bool>true</Bool>".to_owned(),
        ),
        (
            "DeleteRestrictions/Deletable",
            "<Bool>true</Bool>".to_owned(),
            "<Bool>false</Bool>".to_owned(),
        ),
        ("ExpandRestrictions/MaxLevels", "<Int>-1</Int>".to_owned(), "<Int>1</Int>".to_owned()),
        ("FilterRestrictions/NonFilterableProperties", paths(&["a"]), paths(&["a", "x/b"])),
        ("InsertRestrictions/RequiredProperties", paths(&[]), paths(&["a"])),
    ] {
        let (lenient, strict) = (one(term, &lenient), one(term, &strict));
        assert_eq!(rule(&lenient, &strict), ["restriction-added"], "{term}");
        assert_eq!(rule(&strict, &lenient), ["restriction-lifted"], "{term}");
    }
    let order = "FilterRestrictions/NonFilterableProperties";
    assert_eq!(rule(&one(order, &paths(&["a", "b"])), &one(order, &paths(&["b", "a"]))), [""; 0]);
    assert_eq!(
        rule(&one(order, &paths(&["a/x"])), &one(order, &paths(&["b/x"]))),
        ["restriction-added", "restriction-lifted"]
    );
    let method = |words: &str| {
        one("UpdateRestrictions/UpdateMethod", &format!("<EnumMember>{words}</EnumMember>"))
    };
    let (patch, put) =
        ("Org.OData.Capabilities.V1.HttpMethod/PATCH", "Org.OData.Capabilities.V1.HttpMethod/PUT");
    assert_eq!(rule(&method(patch), &method(put)), ["update-method-changed"]);
    assert_eq!(rule(&method(patch), &method(&format!("{patch} {put}"))), ["annotation-changed"]);
    let of = |name: &str| {
        let record = format!(
            r#"<Collection><Record><PropertyValue Property="NavigationProperty" NavigationPropertyPath="{name}"/><PropertyValue Property="DeleteRestrictions"><Record><PropertyValue Property="Deletable" Bool="false"/></Record></PropertyValue></Record></Collection>"#
        );
        one("NavigationRestrictions/RestrictedProperties", &record)
    };
    let traded = rule(&of("a"), &of("b"));
    assert!(
        traded.contains(&"restriction-added".to_owned())
            && traded.contains(&"restriction-lifted".to_owned()),
        "{traded:?}"
    );
}

#[test]
fn words_are_judged_by_whether_clients_are_sent_them() {
    let of = |words: &str| {
        let word = |(at, word)| format!(r#"<Member Name="{word}" Value="{at}"/>"#);
        let words = words.split(' ').enumerate().map(word).collect::<Vec<_>>().concat();
        thing(
            r#"<Property Name="a" Type="graph.state"/>"#,
            &format!(r#"<EnumType Name="state">{words}</EnumType>"#),
        )
    };
    let rule = |base: &str, head: &str| -> Vec<String> {
        let found = changes(&of(base), &of(head));
        let rules = found.iter().map(|change| change.split(' ').next().unwrap().to_owned());
        rules.filter(|rule| rule != "enum-value-renumbered").collect()
    };
    assert_eq!(
        rule("open unknownFutureValue", "open torn"),
        ["enum-member-inserted", "enum-openness-changed"]
    );
    assert_eq!(
        rule("open torn unknownFutureValue", "open unknownFutureValue torn"),
        ["enum-member-hidden"]
    );
}

/// The order of a document, and where a thing is told, mean nothing.
#[test]
fn the_order_of_a_document_means_nothing() {
    let keys = r#"<Annotation Term="Org.OData.Core.V1.AlternateKeys"><Collection><Record><PropertyValue Property="Key"><Collection><Record><PropertyValue Property="Name" PropertyPath="a"/></Record></Collection></PropertyValue></Record></Collection></Annotation>"#;
    let inline = thing(&format!(r#"<Property Name="a" Type="Edm.String"/>{keys}"#), "");
    let plain = thing(r#"<Property Name="a" Type="Edm.String"/>"#, "");
    let before = format!(r#"<Annotations Target="graph.thing">{keys}</Annotations>{plain}"#);
    assert_eq!(changes(&inline, &before), [""; 0]);
    let root = r#"<Annotations Target="graph.c/identityGovernance"><Annotation Term="Org.OData.Capabilities.V1.DeleteRestrictions"><Record><PropertyValue Property="Deletable" Bool="false"/></Record></Annotation></Annotations>"#;
    let (first, last) = (format!("{root}{plain}"), format!("{plain}{root}"));
    assert_eq!(changes(&first, &last), [""; 0]);
    assert_eq!(changes(&plain, &last).len(), 1);
}

#[test]
fn a_value_that_the_service_gives_is_not_required() {
    let of = |rest: &str, more: &str| {
        thing(&format!(r#"<Property Name="a" Type="Edm.String"/>{rest}"#), more)
    };
    for (rest, more, rule) in [
        (
            r#"<Property Name="b" Type="Edm.String" Nullable="false"/>"#,
            "",
            "required-property-added",
        ),
        (
            r#"<Property Name="b" Type="Edm.String" Nullable="false" DefaultValue="x"/>"#,
            "",
            "property-added",
        ),
        (
            r#"<Property Name="b" Type="Edm.String" Nullable="false"/>"#,
            r#"<Annotations Target="graph.thing/b"><Annotation Term="Org.OData.Core.V1.Computed"/></Annotations>"#,
            "property-added",
        ),
    ] {
        let found = changes(&of("", ""), &of(rest, more));
        assert!(found[0].starts_with(rule), "{found:?}");
    }
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
