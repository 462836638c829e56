use super::{Difference, Example, ODATA_OPEN_TYPES, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "type-closed",
    severity: Severity::Breaking,
    reason: "Members that it does not declare are refused.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity" OpenType="true"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
    },
    reference: ODATA_OPEN_TYPES,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: Some(base), head: Some(head), .. } => {
            (base.open && !head.open).then(|| "admits no undeclared members any more".to_owned())
        }
        _ => None,
    }
}
