use super::{Difference, Example, ODATA_OPEN_TYPES, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "type-opened",
    severity: Severity::Additive,
    reason: "It admits members that it does not declare; clients ignore what they do not know.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity" OpenType="true"/>"#,
    },
    reference: ODATA_OPEN_TYPES,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: Some(base), head: Some(head), .. } => {
            (!base.open && head.open).then(|| "admits undeclared members now".to_owned())
        }
        _ => None,
    }
}
