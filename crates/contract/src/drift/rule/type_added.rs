use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, described};

pub(super) static RULE: Rule = Rule {
    id: "type-added",
    severity: Severity::Additive,
    reason: "Nobody knows it yet.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="graph.color"/>
</EntityType>
<ComplexType Name="color"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: None, head: Some(head), .. } => {
            Some(format!("is {}", described(head)))
        }
        _ => None,
    }
}
