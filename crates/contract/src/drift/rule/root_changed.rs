use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer, from_to};

pub(super) static RULE: Rule = Rule {
    id: "root-changed",
    severity: Severity::Breaking,
    reason: "Every path that begins there leads to something else.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<EntityContainer Name="more">
  <EntitySet Name="groups" EntityType="graph.thing"/>
</EntityContainer>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<EntityContainer Name="more">
  <EntitySet Name="groups" EntityType="graph.entity"/>
</EntityContainer>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Root { base: Some(base), head: Some(head), .. } => {
            (base != head).then(|| from_to(base, head))
        }
        _ => None,
    }
}
