use contract::{Kind, Metadata, Source};

/// The smallest document with what CSDL is made of here: an alias, a second schema, a base type,
/// an open type, an abstract one, enums, flags, containment and nullability.
const DOCUMENT: &str = r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="g" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
<EntityType Name="directoryObject" BaseType="g.entity" OpenType="true"/>
<EntityType Name="user" BaseType="microsoft.graph.directoryObject"><NavigationProperty Name="manager" Type="g.elsewhere"/><Property Name="place" Type="g.place"/></EntityType>
<EntityType Name="elsewhere" BaseType="g.entity"/>
<ComplexType Name="place"><Property Name="city" Type="Edm.String"/></ComplexType>
<EntityType Name="entitlementManagement" BaseType="g.entity"><NavigationProperty Name="catalogs" Type="Collection(g.catalog)" ContainsTarget="true"/></EntityType>
<EntityType Name="catalog" BaseType="g.entity"><Property Name="state" Type="g.state"/><Property Name="uses" Type="g.uses" Nullable="false"/><Property Name="targets" Type="Collection(g.set)"/></EntityType>
<ComplexType Name="set" Abstract="true"/>
<ComplexType Name="one" BaseType="g.set"><Property Name="userId" Type="Edm.String"/></ComplexType>
<EnumType Name="state"><Member Name="published" Value="0"/><Member Name="unknownFutureValue" Value="1"/></EnumType>
<EnumType Name="uses" IsFlags="true"><Member Name="a" Value="1"/><Member Name="b" Value="2"/></EnumType>
<EntityType Name="identityGovernance"><NavigationProperty Name="entitlementManagement" Type="g.entitlementManagement" ContainsTarget="true"/></EntityType>
<EntityContainer Name="c"><EntitySet Name="users" EntityType="microsoft.graph.user"/><Singleton Name="identityGovernance" Type="g.identityGovernance"/></EntityContainer>
</Schema>
<Schema Namespace="microsoft.graph.other" xmlns="http://docs.oasis-open.org/odata/ns/edm"><ComplexType Name="two" BaseType="microsoft.graph.set"/></Schema>
</edmx:DataServices></edmx:Edmx>"#;

fn metadata() -> Metadata {
    Metadata::parse(DOCUMENT, "tiny.csdl", "tiny").unwrap()
}

#[test]
fn a_document_is_sliced_to_what_entitlement_management_reaches() {
    let contract = metadata().slice("v1.0").unwrap();
    let names: Vec<_> = contract.types.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "catalog",
            "directoryObject",
            "entitlementManagement",
            "entity",
            "microsoft.graph.other.two",
            "one",
            "place",
            "set",
            "state",
            "user",
            "uses"
        ]
    );
    let catalogs = contract.member("entitlementManagement", "catalogs").unwrap();
    assert_eq!(catalogs.to_string(), "Collection(catalog), contained");
    assert_eq!(contract.member("catalog", "uses").unwrap().to_string(), "uses, not null");
    assert_eq!(contract.types["uses"].kind, Kind::Flags);
    assert!(contract.types["set"].is_abstract);
    // What a directory noun navigates to is no part of the contract.
    assert!(contract.member("user", "manager").is_none());
    assert_eq!(contract.roots["users"].to_string(), "Collection(user)");
}

/// Everything else that CSDL says: keys, alternate keys, operations, restrictions; inline and by
/// target, with whatever alias.
#[test]
fn keys_operations_and_restrictions_are_read() {
    let document = DOCUMENT
        .replace(
            "<edmx:DataServices>",
            r#"<edmx:Reference Uri="x"><edmx:Include Namespace="Org.OData.Capabilities.V1" Alias="Can"/></edmx:Reference><edmx:DataServices>"#,
        )
        .replace(
            r#"<EntityType Name="catalog" BaseType="g.entity">"#,
            r#"<EntityType Name="catalog" BaseType="g.entity"><Annotation Term="Org.OData.Core.V1.AlternateKeys"><Collection><Record><PropertyValue Property="Key"><Collection><Record><PropertyValue Property="Alias" String="n"/><PropertyValue Property="Name" PropertyPath="name"/></Record><Record><PropertyValue Property="Name" PropertyPath="place"/></Record></Collection></PropertyValue></Record><Record><PropertyValue Property="Key"><Collection><Record><PropertyValue Property="Name" PropertyPath="slug"/></Record></Collection></PropertyValue></Record></Collection></Annotation>"#,
        )
        .replace(
            r#"<EntityContainer Name="c">"#,
            r#"<Action Name="close" IsBound="true"><Parameter Name="it" Type="g.catalog"/><Parameter Name="why" Type="Edm.String" Nullable="false"/><Parameter Name="at" Type="g.state"><Annotation Term="Org.OData.Core.V1.OptionalParameter"/></Parameter></Action>
            <Function Name="mine" IsBound="true"><Parameter Name="them" Type="Collection(g.catalog)"/><Parameter Name="on" Type="g.state"/><ReturnType Type="Collection(g.catalog)"/></Function>
            <Function Name="free"><ReturnType Type="Edm.String"/></Function>
            <Annotations Target="g.catalog/state"><Annotation Term="Org.OData.Core.V1.Computed"/><Annotation Term="Org.OData.Core.V1.Description" String="x"/></Annotations>
            <Annotations Target="microsoft.graph.c/users"><Annotation Term="Can.UpdateRestrictions"><Record><PropertyValue Property="UpdateMethod"><EnumMember>Org.OData.Capabilities.V1.HttpMethod/PUT</EnumMember></PropertyValue><PropertyValue Property="NonUpdatableProperties"><Collection><PropertyPath>id</PropertyPath><PropertyPath>place</PropertyPath></Collection></PropertyValue></Record></Annotation></Annotations>
            <Annotations Target="g.catalog"><Annotation Term="Org.OData.Core.V1.Revisions"><Collection><Record><PropertyValue Property="Kind" EnumMember="Org.OData.Core.V1.RevisionKind/Deprecated"/><PropertyValue Property="Date" Date="2030-01-02"/><PropertyValue Property="RemovalDate" Date="2031-01-02"/></Record></Collection></Annotation></Annotations>
            <EntityContainer Name="c">"#,
        );
    let contract = Metadata::parse(&document, "c.csdl", "c").unwrap().slice("v1.0").unwrap();
    assert_eq!(contract.types["entity"].key, ["id"]);
    assert_eq!(contract.types["catalog"].alternate_keys, ["n: name, place", "slug"]);
    let operations = serde_json::to_value(&contract.operations).unwrap();
    assert_eq!(
        operations,
        serde_json::json!({
            "Collection(catalog)/mine(on)": {"kind": "function", "parameters": {"on": "state"}, "returns": "Collection(catalog)"},
            "catalog/close": {"kind": "action", "parameters": {"at": "state, optional", "why": "Edm.String, not null"}},
        })
    );
    let annotations = serde_json::to_value(&contract.annotations).unwrap();
    assert_eq!(
        annotations,
        serde_json::json!({
            "/users": {"UpdateRestrictions/NonUpdatableProperties": "id, place", "UpdateRestrictions/UpdateMethod": "PUT"},
            "catalog": {"Revisions": "Deprecated 2030-01-02, removal 2031-01-02"},
            "catalog/state": {"Computed": "true"},
        })
    );
    assert_eq!(contract::Contract::parse(&contract.to_text(), "again").unwrap(), contract);
}

#[test]
fn observed_members_complete_a_document_and_remove_nothing() {
    let mut metadata = metadata();
    let observed = r#"{
        "catalog": {"kind": "type", "base": "entity", "properties": {"state": "Edm.String", "uniqueName": "str", "@odata.type": "Edm.String", "elsewhere": "elsewhere"}},
        "catalogCollectionResponse": {"kind": "type", "base": null, "properties": {"value": "Collection(catalog)"}},
        "state": {"kind": "enum", "members": ["published", "closed"]}
    }"#;
    metadata.complete_with_observed(observed, "facts.json", "facts").unwrap();
    let contract = metadata.slice("beta").unwrap();
    let unique = contract.member("catalog", "uniqueName").unwrap();
    assert_eq!(unique.source, Source::Observed);
    assert_eq!(unique.to_string(), "Edm.String, observed");
    assert_eq!(contract.member("catalog", "state").unwrap().to_string(), "state");
    let words: Vec<_> = contract.types["state"].words.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["published = 0", "unknownFutureValue = 1", "closed"]);
    assert!(contract.types["catalog"].navigations.contains_key("elsewhere"));
    assert!(!contract.types.contains_key("catalogCollectionResponse"));
}

#[test]
fn what_is_no_csdl_is_refused_with_its_place() {
    let torn =
        Metadata::parse(&DOCUMENT.replace("</Schema>", "</Shema>"), "torn.csdl", "x").unwrap_err();
    let torn = torn.to_string();
    assert!(torn.starts_with("torn.csdl, line 16, column"), "{torn}");
    let other = Metadata::parse("<html/>", "page.html", "x").unwrap_err().to_string();
    assert_eq!(
        other,
        "page.html, line 1: expected an edmx:Edmx document with a Schema of OData 4, found a document of <html> without one"
    );
    let facts = metadata().complete_with_observed("[]", "facts.json", "x").unwrap_err();
    assert!(facts.to_string().starts_with("facts.json, line 1, column"), "{facts}");
}

#[test]
fn a_type_that_extends_itself_is_refused() {
    let cyclic = DOCUMENT.replace(r#"Name="set""#, r#"Name="set" BaseType="g.one""#);
    let error = Metadata::parse(&cyclic, "c.csdl", "x").unwrap_err().to_string();
    assert_eq!(
        error,
        "c.csdl: expected types whose bases end, found microsoft.graph.other.two, which extends itself"
    );
    let observed = r#"{"a": {"kind": "type", "base": "b", "properties": {}}, "b": {"kind": "type", "base": "a", "properties": {}}}"#;
    let error = metadata().complete_with_observed(observed, "facts.json", "x").unwrap_err();
    assert!(error.to_string().ends_with("found a, which extends itself"), "{error}");
}

#[test]
fn documents_that_cannot_be_meant_are_refused_with_their_place() {
    let error = |text: &str| Metadata::parse(text, "c.csdl", "x").unwrap_err().to_string();
    let dangling = DOCUMENT.replace("g.uses", "g.usage");
    assert_eq!(
        error(&dangling),
        "c.csdl, line 9, column 87: expected a Type that the document declares, found 'g.usage'"
    );
    let nameless = DOCUMENT.replace(r#"<Member Name="a""#, "<Member");
    assert_eq!(
        error(&nameless),
        "c.csdl, line 13, column 38: expected a Name, found a Member without"
    );
    let twice = DOCUMENT.replace(r#"<Member Name="b""#, r#"<Member Name="a""#);
    assert_eq!(
        error(&twice),
        "c.csdl, line 13, column 66: expected each name once, found another Member 'a'"
    );
    let both = DOCUMENT.replace(r#"<Property Name="place""#, r#"<Property Name="manager""#);
    assert!(error(&both).ends_with("found another Property 'manager'"), "{}", error(&both));
    let simple = DOCUMENT.replace("Edm.String", "Edm.Text");
    assert!(
        error(&simple).ends_with("expected a Type that the document declares, found 'Edm.Text'")
    );
    let untyped = DOCUMENT.replace(r#"Name="manager" Type="g.elsewhere""#, r#"Name="manager""#);
    assert!(error(&untyped).ends_with("expected a Type, found the navigation 'manager' without"));
    let number = DOCUMENT.replace(r#"Name="b" Value="2""#, r#"Name="b" Value="two""#);
    assert!(error(&number).ends_with("expected a whole number as Value, found 'two' of 'b'"));
    let open = DOCUMENT.replace("</edmx:DataServices></edmx:Edmx>", "");
    assert!(error(&open).starts_with("c.csdl, line 17, column "), "{}", error(&open));
    let deep = format!("{}{}", "<Record>".repeat(9000), "</Record>".repeat(9000));
    let deep = format!(
        r#"<Annotation Term="Org.OData.Capabilities.V1.InsertRestrictions">{deep}</Annotation></EntityType><EntityType Name="elsewhere""#
    );
    let deep = DOCUMENT.replacen(
        r#"</EntityType>
<EntityType Name="elsewhere""#,
        &deep,
        1,
    );
    Metadata::parse(&deep, "c.csdl", "x").unwrap();
    assert!(error("").starts_with("c.csdl, line 1, column 1: expected XML, found "));
    let bomb = format!(
        r#"<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>{}"#,
        DOCUMENT.replace("user", "&b;")
    );
    assert!(error(&bomb).contains("expected XML, found "), "{}", error(&bomb));
    let large = " ".repeat(65 * 1024 * 1024);
    assert_eq!(error(&large), "c.csdl: expected a document of at most 64 MB, found one of 65 MB");
}

/// A type definition is another name of a simple type.
#[test]
fn a_type_definition_stands_for_what_is_under_it() {
    let defined = DOCUMENT
        .replace(
            r#"<EnumType Name="state">"#,
            r#"<TypeDefinition Name="count" UnderlyingType="Edm.Int32"/><EnumType Name="state">"#,
        )
        .replace(
            r#"Name="userId" Type="Edm.String""#,
            r#"Name="userId" Type="Collection(g.count)""#,
        );
    let contract = Metadata::parse(&defined, "c.csdl", "x").unwrap().slice("v1.0").unwrap();
    assert_eq!(contract.member("one", "userId").unwrap().to_string(), "Collection(Edm.Int32)");
}

#[test]
fn metadata_without_entitlement_management_has_no_slice() {
    let without = DOCUMENT.replace("entitlementManagement", "somethingElse");
    let metadata = Metadata::parse(&without, "c.csdl", "c.csdl").unwrap();
    assert_eq!(
        metadata.slice("v1.0").unwrap_err().to_string(),
        "c.csdl: expected the type entitlementManagement and a singleton identityGovernance that leads to it, found 13 types without"
    );
}

#[test]
fn types_of_the_other_version_are_marked() {
    let without = DOCUMENT
        .replace(
            r#"<ComplexType Name="place"><Property Name="city" Type="Edm.String"/></ComplexType>"#,
            "",
        )
        .replace(r#"<Property Name="place" Type="g.place"/>"#, "");
    let mut lacking = Metadata::parse(&without, "lacking.csdl", "lacking").unwrap();
    let observed = r#"{"user": {"kind": "type", "base": "directoryObject", "properties": {"place": "place"}}}"#;
    lacking.complete_with_observed(observed, "facts.json", "facts").unwrap();
    lacking.complete_missing_types_from(&metadata());
    let contract = lacking.slice("beta").unwrap();
    assert_eq!(contract.sources, ["lacking", "facts", "tiny"]);
    let city = contract.member("place", "city").unwrap();
    assert_eq!(city.to_string(), "Edm.String, of the other version");
    assert_eq!(contract.member("one", "userId").unwrap().source, Source::Csdl);
}

/// The stored contracts are what the metadata says, where it is at hand.
#[test]
fn the_stored_contracts_are_slices_of_the_metadata() {
    let Some(folder) = std::env::var_os("ENTITLE_METADATA") else {
        println!("skipped: ENTITLE_METADATA names no folder with the metadata documents");
        return;
    };
    let folder = std::path::Path::new(&folder);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let csdl = |name: &str| Metadata::parse(&read(name), name, name).unwrap();
    let v1 = csdl("v1.0-2026-08.csdl");
    is_stored(&v1.slice("v1.0").unwrap());
    let mut beta = csdl("beta-ussec-2026.csdl");
    let facts = "beta-2026-sdk-facts.json";
    beta.complete_with_observed(&read(facts), facts, facts).unwrap();
    beta.complete_missing_types_from(&v1);
    is_stored(&beta.slice("beta").unwrap());
}

fn is_stored(sliced: &contract::Contract) {
    let (sliced, stored) =
        (sliced.to_text(), contract::Contract::builtin(&sliced.version).unwrap().to_text());
    let differing = sliced.lines().zip(stored.lines()).find(|(a, b)| a != b);
    assert_eq!(differing, None);
    assert_eq!(sliced.len(), stored.len());
}
