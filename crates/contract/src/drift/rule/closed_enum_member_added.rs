use super::{
    Difference, EVOLVABLE_ENUMS, Example, Place, Reader, Rule, Severity, UNKNOWN_FUTURE_VALUE,
};

pub(super) static RULE: Rule = Rule {
    id: "closed-enum-member-added",
    severity: Severity::Risky,
    reason: "The enum had no unknownFutureValue: clients took its words for all that there will be.",
    breaks: &[Reader],
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
  <Member Name="open" Value="0"/>
  <Member Name="torn" Value="1"/>
</EnumType>"#,
    },
    reference: EVOLVABLE_ENUMS,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Word { name, base: None, place: Place::Closed, .. } => (*name
            != UNKNOWN_FUTURE_VALUE)
            .then(|| "a new word of an enum that promised no new ones".to_owned()),
        _ => None,
    }
}
