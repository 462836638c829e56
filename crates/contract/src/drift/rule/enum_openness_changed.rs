use super::{Difference, EVOLVABLE_ENUMS, Example, Rule, Severity, UNKNOWN_FUTURE_VALUE};

pub(super) static RULE: Rule = Rule {
    id: "enum-openness-changed",
    severity: Severity::Cosmetic,
    reason: "unknownFutureValue says whether new words are to be expected; none has come by this alone.",
    breaks: &[],
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
  <Member Name="unknownFutureValue" Value="9"/>
</EnumType>"#,
    },
    reference: EVOLVABLE_ENUMS,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Word { name, base, head, .. } => {
            match (*name == UNKNOWN_FUTURE_VALUE, base, head) {
                (true, None, _) => Some("new words are to be expected now".to_owned()),
                (true, _, None) => Some("new words are not promised any more".to_owned()),
                _ => None,
            }
        }
        _ => None,
    }
}
