use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, Types, Writer, from_to};

pub(super) static RULE: Rule = Rule {
    id: "type-narrowed",
    severity: Severity::Breaking,
    reason: "Values that could be sent are refused.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="size" Type="Edm.Int64"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="size" Type="Edm.Int32"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member {
            base: Some(base), head: Some(head), types: Types::Narrowed, ..
        } => Some(from_to(&base.member.type_ref, &head.member.type_ref)),
        _ => None,
    }
}
