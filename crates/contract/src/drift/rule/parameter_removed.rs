use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "parameter-removed",
    severity: Severity::Breaking,
    reason: "Calls that give it are refused.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
  <Parameter Name="why" Type="Edm.String"/>
</Action>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
</Action>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Parameter { base: Some(base), head: None, .. } => Some(format!("was {base}")),
        _ => None,
    }
}
