use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "type-made-abstract",
    severity: Severity::Risky,
    reason: "Only types that extend it can be made: a body has to say which.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity" Abstract="true"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: Some(base), head: Some(head), .. } => {
            (!base.is_abstract && head.is_abstract).then(|| "is abstract now".to_owned())
        }
        _ => None,
    }
}
