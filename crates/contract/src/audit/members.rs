use serde_json::Value;

use super::Languages;
use super::body::Body;
use crate::facts::{Contract, TypeRef};

/// A member of a body, found at its place in the types of the version.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) line: usize,
    /// The type that it belongs to, in the version.
    pub(crate) owner: String,
    /// As it is written.
    pub(crate) name: &'a str,
    /// What it is called in the version, where the version has it.
    pub(crate) declared: Option<String>,
    /// Its type, where the version has it.
    pub(crate) type_ref: Option<TypeRef>,
    pub(crate) value: &'a Value,
    /// The object that it is a member of.
    pub(crate) object: &'a Value,
}

/// All members of a body of `type_name`, outer before inner. Names of the other version are
/// followed to what they mean.
pub(crate) fn members<'a>(
    languages: &Languages<'_>,
    type_name: &str,
    body: &'a Body,
) -> Vec<Seen<'a>> {
    let mut seen = Vec::new();
    let walk = Walk { languages, body };
    match body.value.get("value") {
        Some(Value::Array(elements)) => {
            for (index, element) in elements.iter().enumerate() {
                walk.value(type_name, element, &format!("/value/{index}"), &mut seen);
            }
        }
        // Some documents wrap the one as if it were many.
        Some(one @ Value::Object(_)) if languages.here.member(type_name, "value").is_none() => {
            walk.value(type_name, one, "/value", &mut seen);
        }
        _ => walk.value(type_name, &body.value, "", &mut seen),
    }
    seen
}

/// The members of a part of a body, which stands at `pointer`.
pub(crate) fn members_within<'a>(
    languages: &Languages<'_>,
    type_name: &str,
    value: &'a Value,
    pointer: &str,
    body: &'a Body,
) -> Vec<Seen<'a>> {
    let mut seen = Vec::new();
    Walk { languages, body }.value(type_name, value, pointer, &mut seen);
    seen
}

struct Walk<'w, 'a> {
    languages: &'w Languages<'w>,
    body: &'a Body,
}

impl<'a> Walk<'_, 'a> {
    fn value(&self, type_name: &str, value: &'a Value, at: &str, seen: &mut Vec<Seen<'a>>) {
        match value {
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.value(type_name, element, &format!("{at}/{index}"), seen);
                }
            }
            // An object where a simple value belongs is told as that.
            Value::Object(members) if self.languages.here.types.contains_key(type_name) => {
                let contract = self.languages.here;
                let owner = actual(contract, type_name, value);
                for (name, inner) in members {
                    let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                    let declared = self.languages.declared(owner, name);
                    let member = declared.as_ref().and_then(|name| {
                        contract.member(owner, name.split('/').next().unwrap_or_default())
                    });
                    let nested = declared.as_ref().is_some_and(|name| name.contains('/'));
                    let type_ref = member.filter(|_| !nested).map(|m| m.type_ref.clone());
                    let line = self.body.line(&pointer);
                    seen.push(Seen {
                        line,
                        owner: owner.to_owned(),
                        name,
                        declared,
                        type_ref: type_ref.clone(),
                        value: inner,
                        object: value,
                    });
                    if let Some(TypeRef { name, .. }) = type_ref {
                        self.value(&name, inner, &pointer, seen);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The type that an object says it is of, where the contract has it; else the declared one.
fn actual<'c>(contract: &'c Contract, declared: &'c str, object: &Value) -> &'c str {
    let told = object.get("@odata.type").and_then(Value::as_str);
    told.and_then(|told| contract.type_told(told)).unwrap_or(declared)
}
