//! What a body's members must be made of. In both versions a name means the same type wherever it
//! stands, so the canonical name decides.

use serde_json::Value;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Flag,
    List,
    Object,
}

const FLAGS: [&str; 4] = ["accountEnabled", "mailEnabled", "securityEnabled", "canExtend"];
const LISTS: [&str; 7] = [
    "answers",
    "groupTypes",
    "members@odata.bind",
    "owners@odata.bind",
    "questions",
    "specificAllowedTargets",
    "stages",
];
const OBJECTS: [&str; 15] = [
    "accessPackage",
    "assignment",
    "assignmentPolicy",
    "catalog",
    "environment",
    "expiration",
    "passwordProfile",
    "requestApprovalSettings",
    "requestorSettings",
    "resource",
    "reviewSettings",
    "role",
    "schedule",
    "scope",
    "target",
];
const TEXTS: [&str; 21] = [
    "allowedTargetScope",
    "catalogType",
    "description",
    "displayName",
    "duration",
    "endDateTime",
    "givenName",
    "id",
    "justification",
    "mailNickname",
    "originSystem",
    "password",
    "requestType",
    "resourceType",
    "startDateTime",
    "state",
    "surname",
    "type",
    "url",
    "userPrincipalName",
    "userType",
];

/// The pointer of the first member that is of another type than its name says; null fits all.
pub(crate) fn misfit(body: &Value) -> Option<String> {
    match body {
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let below = match expected(name) {
                Some(expected) if !fits(expected, value) => Some(String::new()),
                _ => misfit(value),
            };
            below.map(|below| format!("/{name}{below}"))
        }),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .find_map(|(index, value)| Some(format!("/{index}{}", misfit(value)?))),
        _ => None,
    }
}

fn expected(name: &str) -> Option<Type> {
    let begins = |prefix: &str| {
        let rest = name.strip_prefix(prefix).unwrap_or_default();
        rest.starts_with(|first: char| first.is_ascii_uppercase())
    };
    if FLAGS.contains(&name) || ["is", "enable", "allow"].iter().any(|prefix| begins(prefix)) {
        Some(Type::Flag)
    } else if TEXTS.contains(&name) || name.ends_with("Id") {
        Some(Type::Text)
    } else if LISTS.contains(&name) {
        Some(Type::List)
    } else {
        OBJECTS.contains(&name).then_some(Type::Object)
    }
}

fn fits(expected: Type, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(_) => expected == Type::Text,
        Value::Bool(_) => expected == Type::Flag,
        Value::Array(_) => expected == Type::List,
        Value::Object(_) => expected == Type::Object,
        Value::Number(_) => false,
    }
}
