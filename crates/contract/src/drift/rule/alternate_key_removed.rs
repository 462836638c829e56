use super::{ALTERNATE_KEYS, Difference, Example, Reader, Rule, Severity, Writer, only_in};

pub(crate) static RULE: Rule = Rule {
    id: "alternate-key-removed",
    severity: Severity::Breaking,
    reason: "Paths by that key lead nowhere.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="code" Type="Edm.String"/>
  <Annotation Term="Org.OData.Core.V1.AlternateKeys"><Collection><Record><PropertyValue Property="Key"><Collection><Record><PropertyValue Property="Name" PropertyPath="code"/></Record></Collection></PropertyValue></Record></Collection></Annotation>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="code" Type="Edm.String"/>
</EntityType>"#,
    },
    reference: ALTERNATE_KEYS,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: Some(_), head: Some(_), keys: (base, head), .. } => {
            only_in(&base.alternate, &head.alternate)
                .map(|keys| format!("the alternate key ({keys}) is gone"))
        }
        _ => None,
    }
}
