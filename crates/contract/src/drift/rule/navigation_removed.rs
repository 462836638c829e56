use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "navigation-removed",
    severity: Severity::Breaking,
    reason: "Paths and $expand that lead over it are refused.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
  <NavigationProperty Name="owner" Type="graph.thing"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { base: Some(base), head: None, .. } => {
            (base.navigation).then(|| format!("was {}", base.member))
        }
        _ => None,
    }
}
