use super::{CAPABILITIES, Difference, Example, Reader, Rule, Severity, Writer, restricted};

pub(super) static RULE: Rule = Rule {
    id: "restriction-added",
    severity: Severity::Risky,
    reason: "Requests that were allowed may be refused.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>
<Annotations Target="graph.thing">
  <Annotation Term="Org.OData.Capabilities.V1.DeleteRestrictions"><Record><PropertyValue Property="Deletable" Bool="false"/></Record></Annotation>
</Annotations>"#,
    },
    reference: CAPABILITIES,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Annotation { term, base, head, .. } => {
            restricted(term, *head, *base).map(|what| format!("{what} now"))
        }
        _ => None,
    }
}
