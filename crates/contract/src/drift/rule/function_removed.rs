use super::{Difference, Example, ODATA_VERSIONING, OperationKind, Reader, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "function-removed",
    severity: Severity::Breaking,
    reason: "Calls of it lead nowhere.",
    breaks: &[Reader],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Function Name="describe" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
  <ReturnType Type="Edm.String"/>
</Function>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Operation { base: Some(base), head: None, .. } => {
            (base.kind == OperationKind::Function).then(|| "is gone".to_owned())
        }
        _ => None,
    }
}
