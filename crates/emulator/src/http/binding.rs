//! What a body's members must be made of. In both versions a name means the same type wherever it
//! stands, so the canonical name decides.

use serde_json::Value;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Flag,
    List,
    ListOfObjects,
    Object,
}

const FLAGS: [&str; 4] = ["accountEnabled", "mailEnabled", "securityEnabled", "canExtend"];
const LISTS: [&str; 3] = ["groupTypes", "members@odata.bind", "owners@odata.bind"];
const LISTS_OF_OBJECTS: [&str; 13] = [
    "answers",
    "escalationApprovers",
    "fallbackEscalationApprovers",
    "fallbackPrimaryApprovers",
    "fallbackReviewers",
    "identities",
    "onBehalfRequestors",
    "primaryApprovers",
    "primaryReviewers",
    "questions",
    "reviewers",
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
const TEXTS: [&str; 22] = [
    "allowedTargetScope",
    "catalogType",
    "description",
    "displayName",
    "duration",
    "endDateTime",
    "externalUserLifecycleAction",
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

/// Whether what has that name is known to be no boolean.
pub(crate) fn is_other_than_flag(name: &str) -> bool {
    expected(name).is_some_and(|expected| expected != Type::Flag)
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
    } else if LISTS_OF_OBJECTS.contains(&name) {
        Some(Type::ListOfObjects)
    } else {
        OBJECTS.contains(&name).then_some(Type::Object)
    }
}

fn fits(expected: Type, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(_) => expected == Type::Text,
        Value::Bool(_) => expected == Type::Flag,
        Value::Array(elements) => match expected {
            Type::List => true,
            Type::ListOfObjects => elements.iter().all(Value::is_object),
            _ => false,
        },
        Value::Object(_) => expected == Type::Object,
        Value::Number(_) => false,
    }
}
