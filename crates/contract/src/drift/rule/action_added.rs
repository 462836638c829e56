use super::{Difference, Example, ODATA_VERSIONING, OperationKind, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "action-added",
    severity: Severity::Additive,
    reason: "Nobody calls it yet.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
  <ReturnType Type="Edm.String"/>
</Action>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Operation { base: None, head: Some(head), .. } => {
            (head.kind == OperationKind::Action).then(|| "is new".to_owned())
        }
        _ => None,
    }
}
