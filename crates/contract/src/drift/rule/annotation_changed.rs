use super::{
    CAPABILITIES, Difference, Example, Rule, Severity, from_to, loses_method, read_only, restricted,
};

pub(super) static RULE: Rule = Rule {
    id: "annotation-changed",
    severity: Severity::Cosmetic,
    reason: "The metadata says more, less or other things that no request is refused for.",
    breaks: &[],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>
<Annotations Target="graph.thing">
  <Annotation Term="Org.OData.Capabilities.V1.TopSupported"/>
</Annotations>"#,
    },
    reference: CAPABILITIES,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Annotation { term, base, head, .. } => {
            let told_elsewhere = matches!(*term, "Revisions" if head.is_some())
                || (*term == "UpdateRestrictions/UpdateMethod" && loses_method(*base, *head))
                || (read_only(term, *head) && !read_only(term, *base))
                || restricted(term, *head, *base).is_some()
                || restricted(term, *base, *head).is_some();
            let shown = |value: Option<&str>| value.unwrap_or("nothing").to_owned();
            (base != head && !told_elsewhere).then(|| from_to(&shown(*base), &shown(*head)))
        }
        _ => None,
    }
}
