use super::{Difference, Example, ODATA_CONTAINMENT, Rule, Severity, Writer, known};

pub(super) static RULE: Rule = Rule {
    id: "containment-changed",
    severity: Severity::Risky,
    reason: "What is contained is made and deleted below its owner, what is not is referred to with $ref.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <NavigationProperty Name="parts" Type="Collection(graph.thing)" ContainsTarget="true"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <NavigationProperty Name="parts" Type="Collection(graph.thing)"/>
</EntityType>"#,
    },
    reference: ODATA_CONTAINMENT,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { base: Some(base), head: Some(head), .. } => (known(base, head)
            && base.member.contained != head.member.contained)
            .then(|| match head.member.contained {
                true => "is contained now".to_owned(),
                false => "is not contained any more".to_owned(),
            }),
        _ => None,
    }
}
