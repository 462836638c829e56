use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "base-type-changed",
    severity: Severity::Risky,
    reason: "Members that came with the old base are told on their own; casts in paths and generated classes follow the base.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<EntityType Name="owned" BaseType="graph.entity"/>
<EntityType Name="lent" BaseType="graph.thing"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>
<EntityType Name="owned" BaseType="graph.thing"/>
<EntityType Name="lent" BaseType="graph.owned"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: Some(base), head: Some(head), .. } => (base.base != head.base)
            .then(|| {
                let name =
                    |base: &Option<String>| base.clone().unwrap_or_else(|| "nothing".to_owned());
                format!("extended {}, extends {}", name(&base.base), name(&head.base))
            }),
        _ => None,
    }
}
