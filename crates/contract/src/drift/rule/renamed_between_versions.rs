use super::{Example, GRAPH_VERSIONING, Reader, Rule, Severity, Writer};

/// Given by the comparison itself to what the table of names pairs.
pub(crate) static RULE: Rule = Rule {
    id: "renamed-between-versions",
    severity: Severity::Breaking,
    reason: "The two versions of the API have different names for the same: who moves has to use the other.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="thingStatus" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="state" Type="Edm.String"/>
</EntityType>"#,
    },
    reference: GRAPH_VERSIONING,
    applies: |_| None,
};
