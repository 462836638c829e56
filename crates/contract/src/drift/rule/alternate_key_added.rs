use super::{ALTERNATE_KEYS, Difference, Example, Rule, Severity, only_in};

pub(super) static RULE: Rule = Rule {
    id: "alternate-key-added",
    severity: Severity::Additive,
    reason: "The old keys go on to work.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="code" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="code" Type="Edm.String"/>
  <Annotation Term="Org.OData.Core.V1.AlternateKeys"><Collection><Record><PropertyValue Property="Key"><Collection><Record><PropertyValue Property="Name" PropertyPath="code"/></Record></Collection></PropertyValue></Record></Collection></Annotation>
</EntityType>"#,
    },
    reference: ALTERNATE_KEYS,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: Some(_), head: Some(_), keys: (base, head), .. } => {
            only_in(&head.alternate, &base.alternate)
                .map(|keys| format!("has the alternate key ({keys})"))
        }
        _ => None,
    }
}
