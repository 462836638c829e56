use super::{Difference, Example, ODATA_VERSIONING, Reader, Rule, Severity, Writer, listed};

pub(super) static RULE: Rule = Rule {
    id: "key-changed",
    severity: Severity::Breaking,
    reason: "Entities are addressed by other properties: every stored path is wrong.",
    breaks: &[Reader, Writer],
    example: Example {
        base: r#"<EntityType Name="thing">
  <Key><PropertyRef Name="id"/></Key>
  <Property Name="id" Type="Edm.String"/>
  <Property Name="code" Type="Edm.String"/>
</EntityType>"#,
        head: r#"<EntityType Name="thing">
  <Key><PropertyRef Name="code"/></Key>
  <Property Name="id" Type="Edm.String"/>
  <Property Name="code" Type="Edm.String"/>
</EntityType>"#,
    },
    reference: ODATA_VERSIONING,
    applies,
};

fn applies(difference: &Difference<'_>) -> Option<String> {
    match difference {
        Difference::Type { base: Some(_), head: Some(_), keys: (base, head), .. } => {
            (base.key != head.key && !base.key.is_empty())
                .then(|| format!("the key was {}, is {}", listed(&base.key), listed(&head.key)))
        }
        _ => None,
    }
}
