use super::{Difference, Example, GRAPH_VERSIONING, Reader, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "deprecated",
    severity: Severity::Risky,
    reason: "It goes on to work and is announced to go.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>
<Annotations Target="graph.thing">
  <Annotation Term="Org.OData.Core.V1.Revisions"><Collection><Record><PropertyValue Property="Date" Date="2030-01-01"/><PropertyValue Property="Kind" EnumMember="Org.OData.Core.V1.RevisionKind/Deprecated"/><PropertyValue Property="RemovalDate" Date="2032-01-01"/></Record></Collection></Annotation>
</Annotations>"#,
    },
    reference: GRAPH_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Annotation { term: "Revisions", base, head: Some(head), .. } => {
            (*base != Some(*head) && head.contains("Deprecated")).then(|| (*head).to_owned())
        }
        _ => None,
    }
}
