use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "root-added",
    severity: Severity::Additive,
    reason: "Nobody begins there yet.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<EntityContainer Name="more">
  <EntitySet Name="groups" EntityType="graph.thing"/>
</EntityContainer>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Root { base: None, head: Some(head), .. } => Some(format!("leads to {head}")),
        _ => None,
    }
}
