use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "navigation-added",
    severity: Severity::Additive,
    reason: "Nobody who does not ask for it is led over it.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
  <NavigationProperty Name="owner" Type="graph.thing"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { base: None, head: Some(head), .. } => {
            head.navigation.then(|| format!("is {}", head.member))
        }
        _ => None,
    }
}
