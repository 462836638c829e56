use super::{Difference, Example, ODATA_VERSIONING, Operation, Reader, Rule, Severity, from_to};

pub(super) static RULE: Rule = Rule {
    id: "return-type-changed",
    severity: Severity::Breaking,
    reason: "Clients read another answer than they expect.",
    breaks: &[Reader],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
  <ReturnType Type="Edm.String"/>
</Action>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<Action Name="close" IsBound="true">
  <Parameter Name="it" Type="graph.thing"/>
  <ReturnType Type="Edm.Int32"/>
</Action>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Operation { base: Some(base), head: Some(head), .. } => {
            let shown = |operation: &Operation| match &operation.returns {
                Some(member) => member.type_ref.to_string(),
                None => "nothing".to_owned(),
            };
            let (was, is) = (shown(base), shown(head));
            (was != is).then(|| from_to(&was, &is))
        }
        _ => None,
    }
}
