use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer};

pub(super) static RULE: Rule = Rule {
    id: "member-renamed",
    severity: Severity::Breaking,
    reason: "A member is gone, and one of the same type with nearly the same words has come: who used it has to use the other.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="allowsLateReturn" Type="Edm.Boolean"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing" BaseType="graph.entity">
  <Property Name="isLateReturnAllowed" Type="Edm.Boolean"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Member { name, renamed: Some(renamed), .. } => {
            (!renamed.eq_ignore_ascii_case(name)).then(|| format!("is now probably {renamed}"))
        }
        _ => None,
    }
}
