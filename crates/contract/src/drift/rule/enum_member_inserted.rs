use super::{
    Difference, EVOLVABLE_ENUMS, Example, Place, Reader, Rule, Severity, UNKNOWN_FUTURE_VALUE,
};

pub(super) static RULE: Rule = Rule {
    id: "enum-member-inserted",
    severity: Severity::Risky,
    reason: "It stands before unknownFutureValue: clients that never asked for new words are sent it.",
    breaks: &[Reader],
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
  <Member Name="torn" Value="1"/>
  <Member Name="unknownFutureValue" Value="9"/>
</EnumType>"#,
    },
    reference: EVOLVABLE_ENUMS,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Word { name, base: None, place: Place::Before, .. } => (*name
            != UNKNOWN_FUTURE_VALUE)
            .then(|| "a new word, before unknownFutureValue".to_owned()),
        _ => None,
    }
}
