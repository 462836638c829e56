use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "optional-parameter-added",
    severity: Severity::Additive,
    reason: "It may be left out.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
</Action>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
  <Parameter Name="why" Type="Edm.String"/>
</Action>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Parameter { base: None, head: Some(head), .. } => {
            (head.nullable || head.optional).then(|| format!("is {head}"))
        }
        _ => None,
    }
}
