use serde_json::Value;

/// What stands where a secret stood; it matches any text.
pub const SECRET: &str = "<secret>";

/// Hides the texts at `pointers`.
pub(crate) fn hide(mut value: Value, pointers: &[String]) -> Value {
    for pointer in pointers {
        if let Some(Value::String(text)) = value.pointer_mut(pointer) {
            SECRET.clone_into(text);
        }
    }
    value
}

/// Whether `found` is what was recorded, hidden texts matching any.
pub(crate) fn matches(recorded: &Value, found: &Value) -> bool {
    match (recorded, found) {
        (Value::String(text), Value::String(_)) if text == SECRET => true,
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| matches(v, w)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(v, w)| matches(v, w))
        }
        _ => recorded == found,
    }
}
