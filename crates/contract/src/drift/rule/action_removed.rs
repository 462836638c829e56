use super::{Difference, Example, ODATA_VERSIONING, OperationKind, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "action-removed",
    severity: Severity::Breaking,
    reason: "Calls of it lead nowhere.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
  <ReturnType Type="Edm.String"/>
</Action>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Operation { base: Some(base), head: None, .. } => {
            (base.kind == OperationKind::Action).then(|| "is gone".to_owned())
        }
        _ => None,
    }
}
