use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer, from_to};

pub(super) static RULE: Rule = Rule {
    id: "cardinality-changed",
    severity: Severity::Breaking,
    reason: "One value and a list of values are different JSON.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="Collection(Edm.String)"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { base: Some(base), head: Some(head), .. } => {
            (base.member.type_ref.collection != head.member.type_ref.collection)
                .then(|| from_to(&base.member.type_ref, &head.member.type_ref))
        }
        _ => None,
    }
}
