use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, Writer, known};

pub(super) static RULE: Rule = Rule {
    id: "null-forbidden",
    severity: Severity::Risky,
    reason: "Requests that send null are refused.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="Edm.String" Nullable="false"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { base: Some(base), head: Some(head), .. } => {
            (known(base, head) && base.member.nullable && !head.member.nullable)
                .then(|| "may not be null any more".to_owned())
        }
        _ => None,
    }
}
