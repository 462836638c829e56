use super::{Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer};

/// Given by the comparison itself to a type that another has taken the place of.
pub(crate) static RULE: Rule = Rule {
    id: "type-renamed",
    severity: Severity::Risky,
    reason: "Bodies stay as they were, but @odata.type and the classes of generated clients have another name.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="graph.color"/>
</EntityType>
<ComplexType Name="color"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="color" Type="graph.paint"/>
</EntityType>
<ComplexType Name="paint"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies: |_| None,
};
