use super::{Difference, EVOLVABLE_ENUMS, Example, Place, Reader, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "enum-member-hidden",
    severity: Severity::Risky,
    reason: "It stands behind unknownFutureValue now: who does not ask for it reads unknownFutureValue instead.",
    breaks: &[Reader],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="state" Type="graph.state"/>
</EntityType>
<EnumType Name="state">
  <Member Name="open" Value="0"/>
  <Member Name="torn" Value="1"/>
  <Member Name="unknownFutureValue" Value="9"/>
</EnumType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="state" Type="graph.state"/>
</EntityType>
<EnumType Name="state">
  <Member Name="open" Value="0"/>
  <Member Name="unknownFutureValue" Value="9"/>
  <Member Name="torn" Value="10"/>
</EnumType>"#,
    },
    reference: EVOLVABLE_ENUMS,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Word { base: Some(_), head: Some(_), place: Place::Behind, .. } => {
            Some("stood before unknownFutureValue, stands behind it".to_owned())
        }
        _ => None,
    }
}
