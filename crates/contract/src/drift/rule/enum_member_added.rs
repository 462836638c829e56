use super::{Difference, EVOLVABLE_ENUMS, Example, Place, Rule, Severity, UNKNOWN_FUTURE_VALUE};

pub(super) static RULE: Rule = Rule {
    id: "enum-member-added",
    severity: Severity::Additive,
    reason: "It stands behind unknownFutureValue: who does not ask for it goes on to read unknownFutureValue.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="state" Type="graph.state"/>
</EntityType>
<EnumType Name="state">
  <Member Name="open" Value="0"/>
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
        Difference::Word { name, base: None, place: Place::Behind, .. } => (*name
            != UNKNOWN_FUTURE_VALUE)
            .then(|| "a new word, behind unknownFutureValue".to_owned()),
        _ => None,
    }
}
