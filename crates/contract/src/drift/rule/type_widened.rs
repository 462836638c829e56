use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Types, from_to};

pub(super) static RULE: Rule = Rule {
    id: "type-widened",
    severity: Severity::Risky,
    reason: "Answers may hold values that the old type did not have.",
    breaks: &[Reader],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="size" Type="Edm.Int32"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="size" Type="Edm.Int64"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member {
            base: Some(base), head: Some(head), types: Types::Widened, ..
        } => Some(from_to(&base.member.type_ref, &head.member.type_ref)),
        _ => None,
    }
}
