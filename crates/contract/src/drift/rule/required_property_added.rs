use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer, required};

pub(super) static RULE: Rule = Rule {
    id: "required-property-added",
    severity: Severity::Risky,
    reason: "It is never null and has no default: bodies that were complete may be no more, and recorded answers lack it.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
  <Property Name="color" Type="Edm.String" Nullable="false"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { base: None, head: Some(head), .. } => {
            (!head.navigation && required(head)).then(|| format!("is {}", head.member))
        }
        _ => None,
    }
}
