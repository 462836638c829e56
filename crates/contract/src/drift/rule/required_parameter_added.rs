use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "required-parameter-added",
    severity: Severity::Breaking,
    reason: "Calls that leave it out are refused.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
</Action>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
  <Parameter Name="why" Type="Edm.String" Nullable="false"/>
</Action>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Parameter { base: None, head: Some(head), .. } => {
            (!head.nullable && !head.optional).then(|| format!("is {head}"))
        }
        _ => None,
    }
}
