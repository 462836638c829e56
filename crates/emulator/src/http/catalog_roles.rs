//! The roles within entitlement management, which Graph serves beside those of the directory.

use http::Method;
use model::dialect::{Noun, noun};
use serde_json::Value;

use super::answer::Answer;
use super::call::Call;
use super::query::{self, Asked};
use super::row::Shape;
use crate::behaviour::CATALOG_ROLE_CREATED;
use crate::entitlement::CATALOG_ROLES;
use crate::refusal::{Refusal, object_not_found};
use crate::state::State;

/// `segments` are those below `roleManagement/entitlementManagement`.
pub(crate) fn answer(state: &mut State, call: &Call, segments: &[&str]) -> Result<Answer, Refusal> {
    match (&call.method, segments) {
        (&Method::GET, [set @ ("roleDefinitions" | "roleAssignments")]) => {
            let query = query::read(call.version, noun_of(set), &call.query)?;
            Ok(Answer::ok(shape(call, set).list(state, &query, rows(state, set))?))
        }
        (&Method::GET, [set @ ("roleDefinitions" | "roleAssignments"), id]) => {
            let query = query::read(call.version, noun_of(set), &call.query)?;
            let row = row_of(state, set, id)?;
            shape(call, set).entity(state, &query, row).map(Answer::ok)
        }
        (&Method::POST, ["roleAssignments"]) => {
            let body = call.canonical_body(&noun::ROLE_ASSIGNMENT)?;
            let id = state.assign_catalog_role(&body)?;
            let row = row_of(state, "roleAssignments", &id)?;
            let answer = shape(call, "roleAssignments").entity(state, &Asked::default(), row)?;
            Ok(match state.rules.apply(&CATALOG_ROLE_CREATED) {
                true => Answer::created(answer),
                false => Answer::ok(answer),
            })
        }
        (&Method::DELETE, ["roleAssignments", id]) => {
            let removed = state.entitlement.role_assignments.remove(id);
            removed.map(|_| Answer::no_content()).ok_or_else(|| object_not_found(id))
        }
        _ => Err(call.not_implemented()),
    }
}

fn noun_of(set: &str) -> &'static Noun {
    match set {
        "roleDefinitions" => &noun::ROLE_DEFINITION,
        _ => &noun::ROLE_ASSIGNMENT,
    }
}

fn rows(state: &State, set: &str) -> Vec<Value> {
    match set {
        "roleDefinitions" => CATALOG_ROLES.iter().map(|role| role.row()).collect(),
        _ => state.entitlement.role_assignments.values().map(|made| made.row()).collect(),
    }
}

fn row_of(state: &State, set: &str, id: &str) -> Result<Value, Refusal> {
    let row = match set {
        "roleDefinitions" => CATALOG_ROLES.iter().find(|role| role.id == id).map(|role| role.row()),
        _ => state.entitlement.role_assignments.get(id).map(|made| made.row()),
    };
    row.ok_or_else(|| object_not_found(id))
}

fn shape<'a>(call: &'a Call, set: &str) -> Shape<'a> {
    let place = format!("roleManagement/entitlementManagement/{set}");
    Shape { call, noun: noun_of(set), place, default_selection: None }
}
