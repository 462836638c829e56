use super::{Example, GRAPH_CLOUDS, Reader, Rule, Severity, Writer};

/// Given by the comparison itself to what the base has and the head lacks.
pub(crate) static RULE: Rule = Rule {
    id: "absent-in-cloud",
    severity: Severity::Cloud,
    reason: "The head is the metadata of a national cloud, and the global service still has it: it was not removed, it is not there.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity"/>"#,
    },
    reference: GRAPH_CLOUDS,
    applies: |_| None,
};
