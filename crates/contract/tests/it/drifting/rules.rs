//! Which rule speaks of which difference, and which differences are none.

use contract::Metadata;
use contract::drift::report;
use contract::drift::{RULES, Rule, Severity, compare};

use super::{changes, contract, document, thing, told};

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
