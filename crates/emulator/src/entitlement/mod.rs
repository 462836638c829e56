//! Entitlement management: catalogs, resources, packages, policies, requests and assignments.
//!
//! Rows are canonical JSON, superset of both versions. Members whose names start with `$` are for
//! [`State::related`] alone and never leave.

mod agenda;
mod approval;
mod assignment;
mod authority;
mod catalog;
mod delivery;
mod indexed;
mod item;
mod package;
mod policy;
mod related;
mod request;
mod resource;
mod role;
mod settings;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::refusal::{Refusal, WORD_UNKNOWN, invalid_model, not_implemented};
use crate::state::{Caller, State, Table};

pub(crate) use agenda::Agenda;
pub(crate) use approval::Approval;
pub(crate) use assignment::{Assignment, Given, Subject};
pub(crate) use authority::Need;
pub(crate) use catalog::Catalog;
pub(crate) use delivery::Due;
pub(crate) use indexed::{By, Indexed};
pub(crate) use item::Item;
pub(crate) use package::{Package, RoleScope};
pub(crate) use policy::{ALL_EXISTING_ORGANIZATIONS, Policy};
pub(crate) use related::Related;
pub(crate) use request::Request;
pub(crate) use resource::{Resource, ResourceRequest};
pub(crate) use role::{CATALOG_ROLES, CatalogRoleAssignment};
pub(crate) use settings::Settings;

/// Entitlement management's tables.
#[derive(Debug, Default)]
pub(crate) struct Entitlement {
    pub(crate) catalogs: Table<Catalog>,
    pub(crate) resources: Table<Resource>,
    pub(crate) resource_requests: Table<ResourceRequest>,
    pub(crate) packages: Table<Package>,
    pub(crate) policies: Table<Policy>,
    pub(crate) requests: Indexed<Request>,
    pub(crate) approvals: Table<Approval>,
    pub(crate) assignments: Indexed<Assignment>,
    pub(crate) subjects: Indexed<Subject>,
    pub(crate) role_assignments: Table<CatalogRoleAssignment>,
    pub(crate) settings: Settings,
    pub(crate) agenda: Agenda,
}

/// Who changed something last, and when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Modified {
    /// A sign-in name, or an application's object id.
    pub(crate) by: String,
    pub(crate) at: Timestamp,
}

impl State {
    /// Changed now, by whoever calls.
    fn modified(&self, caller: Caller<'_>) -> Modified {
        Modified { by: self.directory.principal_name(caller.user), at: caller.now }
    }
}

/// The new name in the body of an update, where it has one; nothing can be left without.
fn changed_name(body: &Value) -> Result<Option<String>, Refusal> {
    match body.get("displayName") {
        None => Ok(None),
        Some(Value::String(name)) if !name.is_empty() => Ok(Some(name.clone())),
        Some(_) => Err(invalid_model()),
    }
}

/// The words of a list, checked before anything else is (console log of 22 October 2024); blanks
/// around one are passed over (a live run of 2021).
pub(crate) fn known_word(given: &str, words: &[&'static str]) -> Result<&'static str, Refusal> {
    let found = words.iter().find(|word| word.eq_ignore_ascii_case(given.trim())).copied();
    found.ok_or_else(|| WORD_UNKNOWN.says(format!("Requested value '{given}' was not found.")))
}

/// Refuses what says something that this emulator would pass over: no made-up success.
pub(crate) fn not_honoured(body: &Value, names: &[&str]) -> Result<(), Refusal> {
    match names.iter().find(|name| asks_for_something(&body[**name])) {
        Some(name) => Err(not_implemented(name)),
        None => Ok(()),
    }
}

/// Whether settings are more than switched off.
fn asks_for_something(settings: &Value) -> bool {
    match settings {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => match members.get("isEnabled") {
            Some(Value::Bool(false)) => false,
            _ => members.values().any(asks_for_something),
        },
        Value::Bool(true) | Value::Number(_) => true,
    }
}
