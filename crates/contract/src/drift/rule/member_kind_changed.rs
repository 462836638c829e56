use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "member-kind-changed",
    severity: Severity::Breaking,
    reason: "A property comes with its entity, a navigation only with $expand; each is written in another way.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="owner" Type="graph.person"/>
</EntityType>
<ComplexType Name="person"/>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <NavigationProperty Name="owner" Type="graph.person"/>
</EntityType>
<ComplexType Name="person"/>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { base: Some(base), head: Some(head), .. } => {
            (base.navigation != head.navigation).then(|| {
                let kind = |navigation: bool| if navigation { "navigation" } else { "property" };
                format!("was a {}, is a {}", kind(base.navigation), kind(head.navigation))
            })
        }
        _ => None,
    }
}
