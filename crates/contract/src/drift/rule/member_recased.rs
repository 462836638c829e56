use super::{Difference, Example, ODATA_JSON, Reader, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "member-recased",
    severity: Severity::Breaking,
    reason: "JSON tells names apart by their case: clients that look for the old spelling find nothing.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="homePage" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="homepage" Type="Edm.String"/>
</EntityType>"#,
    },
    reference: ODATA_JSON,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { name, renamed: Some(renamed), .. } => {
            renamed.eq_ignore_ascii_case(name).then(|| format!("is now spelled {renamed}"))
        }
        _ => None,
    }
}
