use super::{Difference, Example, ODATA_VERSIONING, Rule, Severity, UNKNOWN_FUTURE_VALUE, Writer};

pub(super) static RULE: Rule = Rule {
    id: "enum-member-removed",
    severity: Severity::Breaking,
    reason: "Requests with that word are refused, and conditions on it never hold again.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="state" Type="graph.state"/>
</EntityType>
<EnumType Name="state">
  <Member Name="open" Value="0"/>
  <Member Name="closed" Value="1"/>
</EnumType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="state" Type="graph.state"/>
</EntityType>
<EnumType Name="state">
  <Member Name="open" Value="0"/>
</EnumType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Word { name, base: Some(_), head: None, .. } => {
            (*name != UNKNOWN_FUTURE_VALUE).then(|| "a word is gone".to_owned())
        }
        _ => None,
    }
}
