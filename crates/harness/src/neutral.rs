//! Bodies without what differs from run to run and from tenant to tenant.

use model::Version;
use model::lifecycle::{self, Lifecycle};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::origin::Origins;
use crate::transition::subject;

/// What stands for the parts of a run that are its own.
#[derive(Debug, Clone)]
pub(crate) struct Neutral {
    pub(crate) base: String,
    pub(crate) prefix: String,
    /// What the tenant was said to provide, with the name that stands for it.
    pub(crate) given: Vec<(String, String)>,
    /// Ids of people who were there before the run.
    pub(crate) adopted: Vec<String>,
}

/// Members that name whoever did something: another person in every tenant.
const PERSONS: [&str; 3] = ["createdBy", "modifiedBy", "addedBy"];

/// Members that say who somebody is, and members by which an object is about them.
pub(crate) const PERSONAL: [&str; 13] = [
    "businessPhones",
    "description",
    "displayName",
    "email",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "principalName",
    "surname",
    "userPrincipalName",
];
const ABOUT: [&str; 3] = ["id", "objectId", "userId"];

/// Whether an object is about one of these people.
pub(crate) fn is_about(people: &[String], members: &Map<String, Value>) -> bool {
    let mut ids = ABOUT.iter().filter_map(|name| members.get(*name)?.as_str());
    ids.any(|id| people.iter().any(|known| known == id))
}

impl Neutral {
    /// A text: ids by their origin, host, run prefix and what was given by their names, times as `<time>`.
    pub(crate) fn text(&self, origins: &Origins, text: &str) -> String {
        if is_time(text) {
            return "<time>".to_owned();
        }
        // A security identifier is an object's id in other words.
        if text.starts_with("S-1-12-1-") {
            return "<security identifier>".to_owned();
        }
        let named = origins.name(text).replace(&self.base, "{graph}");
        let named = named.replace(&self.prefix, "{run}");
        self.given.iter().fold(named, |named, (value, name)| named.replace(value, name))
    }

    /// A body. Advice of the gateway is left out; it is no part of the answer's shape.
    pub(crate) fn body(
        &self,
        origins: &Origins,
        words: Option<&StateWords>,
        body: &Value,
    ) -> Value {
        self.value(origins, words, None, body)
    }

    fn value(
        &self,
        origins: &Origins,
        words: Option<&StateWords>,
        name: Option<&str>,
        value: &Value,
    ) -> Value {
        match value {
            Value::Object(members) => {
                let kept = members.iter().filter(|(name, _)| *name != "@microsoft.graph.tips");
                // What somebody is called is theirs, and different in every tenant.
                let somebody = is_about(&self.adopted, members);
                let named = kept.map(|(name, value)| {
                    let value = match somebody && PERSONAL.contains(&name.as_str()) {
                        true => Value::String("<theirs>".to_owned()),
                        false => self.value(origins, words, Some(name), value),
                    };
                    (name.clone(), value)
                });
                let mut named: Map<String, Value> = named.collect();
                if let Some(words) = words {
                    words.name_status(&mut named);
                }
                Value::Object(named)
            }
            Value::Array(elements) => {
                elements.iter().map(|e| self.value(origins, words, name, e)).collect()
            }
            Value::String(text) => {
                // A user is told by name, an application by id.
                let who = text.contains('@') || Uuid::try_parse(text).is_ok();
                let person = name.is_some_and(|name| PERSONS.contains(&name)) && who;
                Value::String(match person {
                    true => "<somebody>".to_owned(),
                    false => self.text(origins, text),
                })
            }
            other => other.clone(),
        }
    }
}

/// Where an answer's objects say how far they are.
pub(crate) struct StateWords {
    lifecycle: &'static Lifecycle,
    state: &'static str,
    status: &'static str,
}

impl StateWords {
    /// Of what `path` is about, where that has a lifecycle.
    pub(crate) fn of(version: Version, path: &str) -> Option<Self> {
        let (lifecycle, noun) = subject(version, path)?;
        let wire = |name: &str| noun.member(name)?.wire(version);
        Some(Self { lifecycle, state: wire("state")?, status: wire("status")? })
    }

    /// A status is one of several words that are seen with a state; which one depends on when one
    /// looks. All of them stand in the golden file.
    fn name_status(&self, members: &mut Map<String, Value>) {
        let state = members.get(self.state).and_then(Value::as_str);
        let state = state.and_then(|state| self.lifecycle.state(state));
        let (Some(state), Some(Value::String(status))) = (state, members.get_mut(self.status))
        else {
            return;
        };
        if state.statuses.len() > 1 && state.statuses.contains(&status.as_str()) {
            *status = state.statuses.join("|");
        }
    }
}

/// The lifecycle of a type of the contract.
pub(crate) fn lifecycle_of(type_name: &str) -> Option<&'static Lifecycle> {
    match type_name {
        "accessPackageAssignmentRequest" => Some(&lifecycle::ASSIGNMENT_REQUEST),
        "accessPackageResourceRequest" => Some(&lifecycle::RESOURCE_REQUEST),
        "accessPackageAssignment" => Some(&lifecycle::ASSIGNMENT),
        _ => None,
    }
}

fn is_time(text: &str) -> bool {
    text.len() >= 20
        && text.as_bytes().get(10) == Some(&b'T')
        && text.parse::<jiff::Timestamp>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lifecycle_has_a_type() {
        let types = [
            "accessPackageAssignmentRequest",
            "accessPackageResourceRequest",
            "accessPackageAssignment",
        ];
        let found: Vec<_> = types.iter().filter_map(|name| lifecycle_of(name)).collect();
        assert!(lifecycle::ALL.iter().all(|known| found.iter().any(|f| f.noun == known.noun)));
    }
}
