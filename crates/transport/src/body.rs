use bytes::Bytes;
use serde_json::Value;

/// What stands where a secret stood.
pub const SECRET: &str = "<secret>";

/// A body as JSON, as a text where it is none, null where there is none.
pub fn json_or_text(body: &Bytes) -> Value {
    match body.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned())),
    }
}

/// The body with [`SECRET`] for the texts at these JSON pointers.
#[must_use]
pub fn hidden<P: AsRef<str>>(mut body: Value, pointers: &[P]) -> Value {
    for pointer in pointers {
        if let Some(Value::String(text)) = body.pointer_mut(pointer.as_ref()) {
            SECRET.clone_into(text);
        }
    }
    body
}
