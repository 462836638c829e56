use serde_json::{Map, Value, json};

use super::Reshape;
use crate::dialect::Inexpressible;
use crate::dialect::translate::Use;

type Members = Map<String, Value>;

/// A question's text and its translations, which beta holds in one object.
pub(crate) const QUESTION: Reshape = Reshape {
    to_beta: |members, _| Ok(to_content(members, "text")),
    from_beta: |members| from_content(members, "text"),
};

/// The same of a choice's text.
pub(crate) const CHOICE: Reshape = Reshape {
    to_beta: |members, _: Use| -> Result<Members, Inexpressible> {
        Ok(to_content(members, "displayValue"))
    },
    from_beta: |members| from_content(members, "displayValue"),
};

/// Puts text and translations into the object `name`.
fn to_content(mut members: Members, name: &str) -> Members {
    let texts = members.shift_remove("localizations").unwrap_or_else(|| json!([]));
    let Some(text) = members.get_mut("text") else { return members };
    let content = json!({"defaultText": text.take(), "localizedTexts": texts});
    match name {
        "text" => *text = content,
        _ => {
            members.shift_remove("text");
            members.insert(name.to_owned(), content);
        }
    }
    members
}

/// Takes text and translations out of the object `name`.
fn from_content(mut members: Members, name: &str) -> Members {
    if let Some(Value::Object(content)) = members.get_mut(name) {
        let text = content.shift_remove("defaultText").unwrap_or_default();
        let texts = content.shift_remove("localizedTexts").unwrap_or_else(|| json!([]));
        match name {
            "text" => members.insert("text".into(), text),
            _ => {
                members.shift_remove(name);
                members.insert("text".into(), text)
            }
        };
        if texts.as_array().is_some_and(|texts| !texts.is_empty()) {
            members.insert("localizations".into(), texts);
        }
    }
    members
}
