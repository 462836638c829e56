use super::{CORE, Difference, Example, Rule, Severity, Writer, from_to, read_only};

pub(super) static RULE: Rule = Rule {
    id: "made-read-only",
    severity: Severity::Risky,
    reason: "What a client sends for it is ignored or refused.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>
<Annotations Target="graph.thing/name">
  <Annotation Term="Org.OData.Core.V1.Computed"/>
</Annotations>"#,
    },
    reference: CORE,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Annotation { term, base, head, .. } => (read_only(term, *head)
            && !read_only(term, *base))
        .then(|| from_to(&base.unwrap_or("nothing"), &head.unwrap_or("nothing"))),
        _ => None,
    }
}
