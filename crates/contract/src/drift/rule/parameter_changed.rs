use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, Writer, from_to, relaxed};

pub(super) static RULE: Rule = Rule {
    id: "parameter-changed",
    severity: Severity::Breaking,
    reason: "Calls that give what was right are refused.",
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
  <Parameter Name="why" Type="Edm.Int32"/>
</Action>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Parameter { base: Some(base), head: Some(head), types, .. } => {
            (base != head && !relaxed(base, head, *types)).then(|| from_to(base, head))
        }
        _ => None,
    }
}
