//! Clouds and versions: other services than the one that was compared with itself.

use contract::drift::{Dictionary, MemberNames, TypeNames, compare};

use super::{contract, told};

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
