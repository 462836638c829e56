use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, from_to, relaxed};

pub(super) static RULE: Rule = Rule {
    id: "parameter-relaxed",
    severity: Severity::Additive,
    reason: "Calls that were right go on to be.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
  <Parameter Name="why" Type="Edm.String" Nullable="false"/>
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
        Difference::Parameter { base: Some(base), head: Some(head), types, .. } => {
            (base != head && relaxed(base, head, *types)).then(|| from_to(base, head))
        }
        _ => None,
    }
}
