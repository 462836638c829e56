use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, required};

pub(super) static RULE: Rule = Rule {
    id: "property-added",
    severity: Severity::Additive,
    reason: "Clients ignore members that they do not know.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
  <Property Name="color" Type="Edm.String"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { base: None, head: Some(head), .. } => {
            (!head.navigation && !required(head)).then(|| format!("is {}", head.member))
        }
        _ => None,
    }
}
