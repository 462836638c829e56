use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "operation-recased",
    severity: Severity::Risky,
    reason: "Paths that a service tells apart by case lead nowhere, and generated clients name the call anew.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
</Action>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="Close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
</Action>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Operation { renamed: Some(renamed), .. } => {
            Some(format!("is now spelled {renamed}"))
        }
        _ => None,
    }
}
