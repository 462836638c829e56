use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "property-removed",
    severity: Severity::Breaking,
    reason: "Clients that read it find nothing, and requests that name it are refused.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
  <Property Name="color" Type="Edm.String"/>
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
            (!base.navigation).then(|| format!("was {}", base.member))
        }
        _ => None,
    }
}
