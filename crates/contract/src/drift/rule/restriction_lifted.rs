use super::{CAPABILITIES, Difference, Example, Rule, Severity, restricted};

pub(super) static RULE: Rule = Rule {
    id: "restriction-lifted",
    severity: Severity::Additive,
    reason: "More is allowed than was.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>
<Annotations Target="graph.thing">
  <Annotation Term="Org.OData.Capabilities.V1.DeleteRestrictions"><Record><PropertyValue Property="Deletable" Bool="false"/></Record></Annotation>
</Annotations>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>"#,
    },
    reference: CAPABILITIES,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Annotation { term, base, head, .. } => {
            restricted(term, *base, *head).map(|what| format!("{what} no more"))
        }
        _ => None,
    }
}
