use super::{Difference, Example, ODATA_JSON, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "enum-value-renumbered",
    severity: Severity::Cosmetic,
    reason: "Words go over the wire, never their numbers; only who stored numbers reads them wrongly.",
    breaks: &[],
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
  <Member Name="closed" Value="2"/>
</EnumType>"#,
    },
    reference: ODATA_JSON,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Word { base: Some(base), head: Some(head), .. } => {
            match (base.value, head.value) {
                (Some(was), Some(is)) if was != is => Some(format!("was {was}, is {is}")),
                _ => None,
            }
        }
        _ => None,
    }
}
