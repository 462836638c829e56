//! Entitlement management: catalogs, resources, packages, policies, requests and assignments.
//!
//! Rows are canonical JSON, superset of both versions. Members whose names start with `$` are for
//! [`State::related`] alone and never leave.

mod assignment;
mod catalog;
mod delivery;
mod package;
mod policy;
mod related;
mod request;
mod resource;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::state::Table;

pub(crate) use assignment::{Assignment, Subject};
pub(crate) use catalog::Catalog;
pub(crate) use delivery::Due;
pub(crate) use package::{Package, RoleScope};
pub(crate) use policy::Policy;
pub(crate) use related::Related;
pub(crate) use request::Request;
pub(crate) use resource::{Resource, ResourceRequest};

/// Entitlement management's tables.
#[derive(Debug, Default)]
pub(crate) struct Entitlement {
    pub(crate) catalogs: Table<Catalog>,
    pub(crate) resources: Table<Resource>,
    pub(crate) resource_requests: Table<ResourceRequest>,
    pub(crate) packages: Table<Package>,
    pub(crate) policies: Table<Policy>,
    pub(crate) requests: Table<Request>,
    pub(crate) assignments: Table<Assignment>,
    pub(crate) subjects: Table<Subject>,
    /// What falls due, in order; the number keeps equal times in the order they were made.
    pub(crate) due: BTreeMap<(Timestamp, u64), Due>,
    pub(crate) due_made: u64,
}

/// The words of an enum, checked before anything else is (console log of 22 October 2024).
pub(crate) fn known_word(
    given: &str,
    words: &[&'static str],
) -> Result<&'static str, crate::refusal::Refusal> {
    let found = words.iter().find(|word| word.eq_ignore_ascii_case(given)).copied();
    found.ok_or_else(|| {
        crate::refusal::WORD_UNKNOWN.says(format!("Requested value '{given}' was not found."))
    })
}
