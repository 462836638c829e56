use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "root-removed",
    severity: Severity::Breaking,
    reason: "Every path that begins there leads nowhere.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<EntityContainer Name="more">
  <EntitySet Name="groups" EntityType="graph.thing"/>
</EntityContainer>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Root { base: Some(base), head: None, .. } => Some(format!("led to {base}")),
        _ => None,
    }
}
