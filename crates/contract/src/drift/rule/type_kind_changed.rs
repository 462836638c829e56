use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer, described};

pub(super) static RULE: Rule = Rule {
    id: "type-kind-changed",
    severity: Severity::Breaking,
    reason: "Entities, values and words are addressed and written in different ways.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="graph.color"/>
</EntityType>
<ComplexType Name="color"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="graph.color"/>
</EntityType>
<EnumType Name="color"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: Some(base), head: Some(head), .. } => (base.kind != head.kind)
            .then(|| format!("was {}, is {}", described(base), described(head))),
        _ => None,
    }
}
