use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::Contract;
use crate::facts::{Kind, Member, Type, TypeRef};

impl Contract {
    /// The contract as JSON Schema 2020-12 over `{typeName: body}`.
    ///
    /// Nullability and derived types are `if`/`then`/`else`, never `anyOf`, which would lose the
    /// place of an error.
    pub fn schema(&self) -> Value {
        let bodies: Map<String, Value> = self
            .types
            .iter()
            .filter(|(_, found)| matches!(found.kind, Kind::Entity | Kind::Complex))
            .map(|(name, _)| (name.clone(), reference(name)))
            .collect();
        let mut definitions = Map::new();
        for (name, found) in &self.types {
            match found.kind {
                Kind::Enum => {
                    let words: Vec<&str> = found.words.iter().map(|w| w.name.as_str()).collect();
                    definitions.insert(name.clone(), json!({"enum": words}));
                }
                Kind::Flags => {
                    let words: Vec<String> = found.words.iter().map(|w| literal(&w.name)).collect();
                    let words = words.join("|");
                    let pattern = format!("^({words})(,({words}))*$");
                    definitions.insert(name.clone(), json!({"type": "string", "pattern": pattern}));
                }
                Kind::Entity | Kind::Complex => {
                    definitions.insert(own(name), self.object(name));
                    definitions.insert(name.clone(), self.by_type(name));
                }
            }
        }
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": format!("Microsoft Graph {}, entitlement management", self.version),
            "type": "object",
            "properties": bodies,
            "additionalProperties": false,
            "$defs": definitions,
        })
    }

    /// The members of one type, inherited ones too.
    fn object(&self, name: &str) -> Value {
        let mut members: BTreeMap<&str, Value> = BTreeMap::new();
        let mut open = false;
        for (_, found) in self.lineage(name) {
            open |= found.open;
            for (member, fact) in &found.properties {
                members.entry(member).or_insert_with(|| self.value(fact));
            }
            for (member, fact) in &found.navigations {
                // A navigation may be null whatever the metadata says: it may lead nowhere yet.
                let fact = Member { nullable: true, ..fact.clone() };
                members.entry(member).or_insert_with(|| self.value(&fact));
            }
        }
        json!({
            "type": "object",
            "properties": members,
            "patternProperties": {"@": true},
            "additionalProperties": open,
        })
    }

    /// One type or a type that extends it, told apart by `@odata.type`.
    fn by_type(&self, name: &str) -> Value {
        let mut schema = reference(&own(name));
        for (derived, _) in self.types.iter().filter(|(_, t)| t.base.as_deref() == Some(name)) {
            let names: Vec<String> = self
                .family(derived)
                .into_iter()
                .map(
                    |n| if n.contains('.') { n.to_owned() } else { format!("microsoft.graph.{n}") },
                )
                .flat_map(|name| [format!("#{name}"), name])
                .collect();
            schema = json!({
                "if": {
                    "type": "object",
                    "required": ["@odata.type"],
                    "properties": {"@odata.type": {"enum": names}},
                },
                "then": reference(derived),
                "else": schema,
            });
        }
        schema
    }

    /// A type and all that extend it.
    fn family<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let mut family = vec![name];
        let mut at = 0;
        while let Some(&of) = family.get(at) {
            let extends = |(_, t): &(&String, &Type)| t.base.as_deref() == Some(of);
            family.extend(self.types.iter().filter(extends).map(|(n, _)| n.as_str()));
            at += 1;
        }
        family
    }

    fn value(&self, member: &Member) -> Value {
        let one = self.one(&member.type_ref);
        match (member.type_ref.collection, member.nullable) {
            // `Nullable` of a collection speaks of its elements; the collection itself is never
            // null in OData 4.
            (true, true) => json!({"type": "array", "items": or_null(one)}),
            (true, false) => json!({"type": "array", "items": one}),
            (false, true) => or_null(one),
            (false, false) => one,
        }
    }

    fn one(&self, type_ref: &TypeRef) -> Value {
        let pattern = |text: &str| json!({"type": "string", "pattern": text});
        match type_ref.name.as_str() {
            "Edm.String" | "Edm.Binary" => json!({"type": "string"}),
            "Edm.Boolean" => json!({"type": "boolean"}),
            "Edm.Byte" | "Edm.SByte" | "Edm.Int16" | "Edm.Int32" | "Edm.Int64" => {
                json!({"type": "integer"})
            }
            "Edm.Single" | "Edm.Double" | "Edm.Decimal" => json!({"type": "number"}),
            name if spelling(name).is_some() => pattern(spelling(name).unwrap_or_default()),
            name if self.types.contains_key(name) => reference(name),
            // Not in the contract: nothing is known, nothing is judged.
            _ => json!(true),
        }
    }
}

/// A text as a pattern that matches nothing else.
fn literal(text: &str) -> String {
    let escaped = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => String::from(c),
        c => format!("\\u{{{:x}}}", u32::from(c)),
    };
    text.chars().map(escaped).collect()
}

/// How values of simple types are spelled, that JSON has no type for.
const SPELLINGS: [(&str, &str); 5] = [
    ("Edm.Guid", "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
    ("Edm.DateTimeOffset", r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d)$"),
    ("Edm.Date", r"^\d{4}-\d\d-\d\d$"),
    ("Edm.TimeOfDay", r"^\d\d:\d\d(:\d\d(\.\d{1,12})?)?$"),
    ("Edm.Duration", r"^-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$"),
];

fn spelling(type_name: &str) -> Option<&'static str> {
    SPELLINGS.iter().find(|(name, _)| *name == type_name).map(|(_, pattern)| *pattern)
}

/// The simple type whose values a pattern spells.
pub(crate) fn spelled(pattern: &str) -> Option<&'static str> {
    SPELLINGS.iter().find(|(_, known)| *known == pattern).map(|(name, _)| *name)
}

fn own(name: &str) -> String {
    format!("{name}.members")
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

fn or_null(schema: Value) -> Value {
    match schema {
        Value::Bool(true) => schema,
        schema => json!({"if": {"type": "null"}, "else": schema}),
    }
}
