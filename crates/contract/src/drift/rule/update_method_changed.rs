use super::{CAPABILITIES, Difference, Example, Rule, Severity, Writer, from_to, loses_method};

pub(super) static RULE: Rule = Rule {
    id: "update-method-changed",
    severity: Severity::Breaking,
    reason: "PATCH changes what it names, PUT replaces the whole: the one is refused where the other is expected.",
    breaks: &[Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>
<Annotations Target="graph.thing">
  <Annotation Term="Org.OData.Capabilities.V1.UpdateRestrictions"><Record><PropertyValue Property="UpdateMethod" EnumMember="Org.OData.Capabilities.V1.HttpMethod/PATCH"/></Record></Annotation>
</Annotations>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="name" Type="Edm.String"/>
</EntityType>
<Annotations Target="graph.thing">
  <Annotation Term="Org.OData.Capabilities.V1.UpdateRestrictions"><Record><PropertyValue Property="UpdateMethod" EnumMember="Org.OData.Capabilities.V1.HttpMethod/PUT"/></Record></Annotation>
</Annotations>"#,
    },
    reference: CAPABILITIES,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Annotation { term: "UpdateRestrictions/UpdateMethod", base, head, .. } => {
            loses_method(*base, *head)
                .then(|| from_to(&base.unwrap_or("PATCH"), &head.unwrap_or("PATCH")))
        }
        _ => None,
    }
}
