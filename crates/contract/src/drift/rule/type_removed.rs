use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer, described};

pub(super) static RULE: Rule = Rule {
    id: "type-removed",
    severity: Severity::Breaking,
    reason: "Nothing of this type can be read, written or named any more.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="graph.color"/>
</EntityType>
<ComplexType Name="color"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="Edm.String"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: Some(base), head: None, .. } => {
            Some(format!("was {}", described(base)))
        }
        _ => None,
    }
}
