use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, known};

pub(super) static RULE: Rule = Rule {
    id: "null-allowed",
    severity: Severity::Risky,
    reason: "Clients that rely on a value may meet null.",
    breaks: &[Reader],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="Edm.String" Nullable="false"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="Edm.String"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { base: Some(base), head: Some(head), .. } => {
            (known(base, head) && !base.member.nullable && head.member.nullable)
                .then(|| "may be null now".to_owned())
        }
        _ => None,
    }
}
