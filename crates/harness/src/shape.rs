//! What answers are made of: members, their JSON types and the words they hold.

use std::collections::{BTreeMap, BTreeSet};

use model::Version;
use model::dialect::is_word;
use serde_json::Value;

/// What was seen at one place of an answer.
#[derive(Debug, Default)]
struct Seen {
    types: BTreeSet<&'static str>,
    words: BTreeSet<String>,
}

/// The shapes of answers, by operation and place.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    operations: BTreeMap<String, BTreeMap<String, Seen>>,
}

impl Shapes {
    /// Takes in a neutral answer to `operation`.
    pub(crate) fn add(&mut self, version: Version, operation: &str, body: &Value) {
        let places = self.operations.entry(operation.to_owned()).or_default();
        walk(version, places, "", None, body);
    }

    /// One line a place.
    pub(crate) fn text(&self) -> String {
        let mut lines = Vec::new();
        for (operation, places) in &self.operations {
            lines.push(operation.clone());
            lines.extend(places.iter().map(|(place, seen)| format!("  {place}: {}", seen.text())));
        }
        lines.join("\n") + "\n"
    }
}

impl Seen {
    /// `null|string {Delivered, Expired}`
    fn text(&self) -> String {
        let types: Vec<_> = self.types.iter().copied().collect();
        let words: Vec<_> = self.words.iter().map(String::as_str).collect();
        match words.is_empty() {
            true => types.join("|"),
            false => format!("{} {{{}}}", types.join("|"), words.join(", ")),
        }
    }
}

fn walk(
    version: Version,
    places: &mut BTreeMap<String, Seen>,
    at: &str,
    name: Option<&str>,
    value: &Value,
) {
    if !at.is_empty() {
        let seen = places.entry(at.to_owned()).or_default();
        seen.types.insert(type_of(value));
        if let (Some(name), Value::String(word)) = (name, value)
            && is_word(version, name)
        {
            seen.words.insert(word.clone());
        }
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let dot = if at.is_empty() { "" } else { "." };
                walk(version, places, &format!("{at}{dot}{name}"), Some(name), value);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                walk(version, places, &format!("{at}[]"), name, element);
            }
        }
        _ => {}
    }
}

pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
