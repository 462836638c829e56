//! Rows as lists ask for them: made into JSON only where they are sent, or where a filter asks for
//! more than they have themselves.

use odata::Datum;
use serde_json::Value;

use super::{Assignment, Request};
use crate::state::State;

/// A row of a list.
#[derive(Debug, Clone)]
pub(crate) enum Item<'a> {
    Assignment(&'a Assignment),
    Request(&'a Request),
    Row(Value),
}

impl From<Value> for Item<'_> {
    fn from(row: Value) -> Self {
        Self::Row(row)
    }
}

impl Item<'_> {
    /// The row as it is written, in canonical names.
    pub(crate) fn row(&self, state: &State) -> Value {
        match self {
            Self::Assignment(assignment) => state.assignment_row(assignment),
            Self::Request(request) => request.row(),
            Self::Row(row) => row.clone(),
        }
    }

    /// What can be told of the row without making it; nothing where it must be made.
    pub(crate) fn told(&self, state: &State, path: &[String]) -> Option<Datum<'_>> {
        let is = |names: &[&str]| {
            names.len() == path.len()
                && names.iter().zip(path).all(|(name, given)| name.eq_ignore_ascii_case(given))
        };
        let text = |text: &'_ str| Some(Datum::Text(text.to_owned().into()));
        match self {
            Self::Assignment(a) => match () {
                () if is(&["assignmentPolicy", "id"]) || is(&["assignmentPolicyId"]) => {
                    Some(Datum::from(a.policy_id.as_str()))
                }
                () if is(&["accessPackage", "id"]) || is(&["accessPackageId"]) => {
                    Some(Datum::from(a.package_id.as_str()))
                }
                () if is(&["state"]) => Some(Datum::from(a.state)),
                () if is(&["status"]) => Some(Datum::from(a.status)),
                () if is(&["id"]) => Some(Datum::from(a.id.as_str())),
                () if is(&["target", "objectId"]) || is(&["targetId"]) => {
                    text(&state.entitlement.subjects.get(&a.subject_id)?.object_id)
                }
                () => None,
            },
            Self::Request(r) => match () {
                () if is(&["state"]) => Some(Datum::from(r.state)),
                () if is(&["status"]) => Some(Datum::from(r.status)),
                () if is(&["accessPackage", "id"]) => Some(Datum::from(r.package_id.as_str())),
                () if is(&["id"]) => Some(Datum::from(r.id.as_str())),
                () if is(&["requestType"]) => Some(Datum::from(r.kind)),
                () => None,
            },
            Self::Row(_) => None,
        }
    }
}
