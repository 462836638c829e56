use super::{Example, GRAPH_CLOUDS, Reader, Rule, Severity, Writer};

/// Given by the comparison itself to what both have and describe differently.
pub(crate) static RULE: Rule = Rule {
    id: "different-in-cloud",
    severity: Severity::Cloud,
    reason: "The head is the metadata of a national cloud, and the global service goes on to say what the base says.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="Edm.Int32"/>
</EntityType>"#,
    },
    reference: GRAPH_CLOUDS,
    applies: |_| None,
};
