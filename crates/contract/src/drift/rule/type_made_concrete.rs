use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "type-made-concrete",
    severity: Severity::Additive,
    reason: "It can be made itself now.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity" Abstract="true"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: Some(base), head: Some(head), .. } => {
            (base.is_abstract && !head.is_abstract).then(|| "is not abstract any more".to_owned())
        }
        _ => None,
    }
}
