use super::{
    Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Types, Writer, from_to,
};

pub(super) static RULE: Rule = Rule {
    id: "type-changed",
    severity: Severity::Breaking,
    reason: "Values of the one type are no values of the other.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="size" Type="Edm.Int32"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="size" Type="Edm.Boolean"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { base: Some(base), head: Some(head), types: Types::Other, .. } => {
            Some(from_to(&base.member.type_ref, &head.member.type_ref))
        }
        _ => None,
    }
}
