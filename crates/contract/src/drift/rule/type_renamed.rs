use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "type-renamed",
    severity: Severity::Risky,
    reason: "Bodies stay as they were, but @odata.type and the classes of generated clients have another name.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="graph.color"/>
</EntityType>
<ComplexType Name="color"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="graph.paint"/>
</EntityType>
<ComplexType Name="paint"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { renamed: Some(renamed), .. } => Some(format!("is now {renamed}")),
        _ => None,
    }
}
