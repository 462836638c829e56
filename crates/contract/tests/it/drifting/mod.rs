//! What changed between two documents, by which rule, told how, and whom it hits.

mod history;
mod reports;
mod rules;
mod services;
mod usage;

use contract::drift::{Change, Cloud, Comparison, Side, compare};
use contract::{Contract, Document, Metadata};

const BEFORE: &str = include_str!("../../fixtures/before.csdl");
const AFTER: &str = include_str!("../../fixtures/after.csdl");

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

/// Types `thing` with `members`, and whatever else.
fn thing(members: &str, more: &str) -> String {
    format!(r#"<EntityType Name="thing" BaseType="graph.entity">{members}</EntityType>{more}"#)
}
