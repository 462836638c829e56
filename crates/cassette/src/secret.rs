use serde_json::Value;

/// What stands where a secret stood.
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
