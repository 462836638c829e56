use super::{Difference, Example, ODATA_JSON, Reader, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "enum-member-recased",
    severity: Severity::Breaking,
    reason: "Clients compare words with their case.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="state" Type="graph.state"/>
</EntityType>
<EnumType Name="state">
  <Member Name="open" Value="0"/>
</EnumType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="state" Type="graph.state"/>
</EntityType>
<EnumType Name="state">
  <Member Name="Open" Value="0"/>
</EnumType>"#,
    },
    reference: ODATA_JSON,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Word { renamed: Some(renamed), .. } => {
            Some(format!("is now spelled {renamed}"))
        }
        _ => None,
    }
}
