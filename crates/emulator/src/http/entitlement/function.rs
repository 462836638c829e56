//! Functions bound to a collection, about the signed-in user.

use model::dialect::{Noun, noun};
use serde_json::Value;

use super::Served;
use crate::entitlement::By;
use crate::http::answer::Answer;
use crate::ids::Id;
use crate::refusal::{FUNCTION_ARGUMENT, Refusal};
use crate::state::State;

impl Served<'_> {
    pub(super) fn function(&self, set: &str, called: &str) -> Result<Answer, Refusal> {
        let (name, arguments) = read(called).ok_or_else(|| argument(called))?;
        let of = |wanted: &str| {
            let found = arguments.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str()).ok_or_else(|| argument(called))
        };
        let (noun, rows) = match name {
            "filterByCurrentUser" => {
                let on = of("on")?;
                self.of_caller(set, on).ok_or_else(|| argument(called))?
            }
            "additionalAccess" if set == "assignments" => {
                let (one, other) = (of("accessPackageId")?, of("incompatibleAccessPackageId")?);
                if one == other {
                    return Err(argument(called));
                }
                (&noun::ASSIGNMENT, additional(self.state, one, other))
            }
            _ => return Err(self.not_implemented()),
        };
        self.listed(noun, &[set], rows)
    }

    /// The rows of a set that are the caller's, in the sense of `on`; nothing where the set has no
    /// such sense.
    fn of_caller(&self, set: &str, on: &str) -> Option<(&'static Noun, Vec<Value>)> {
        let (state, user) = (&*self.state, self.caller.user);
        let e = &state.entitlement;
        let is = |subject: &str| {
            e.subjects.get(subject).is_some_and(|subject| subject.object_id == user)
        };
        let made = |by: &Option<Id>| by.as_deref() == Some(user);
        Some(match (set, on) {
            ("accessPackages", "allowedRequestor") => {
                let mut packages: Vec<_> = e.packages.values().collect();
                packages.retain(|p| state.applicable(&p.id, user, user).next().is_some());
                (&noun::PACKAGE, packages.into_iter().map(|p| p.row()).collect())
            }
            ("assignments", "target" | "createdBy") => {
                let mine = e.assignments.values().filter(|a| match on {
                    "target" => is(&a.subject_id),
                    _ => made(&a.created_by),
                });
                (&noun::ASSIGNMENT, mine.map(|a| state.assignment_row(a)).collect())
            }
            ("assignmentRequests", "target" | "createdBy" | "approver") => {
                let mine = e.requests.values().filter(|r| match on {
                    "target" => is(&r.subject_id) || is(&r.requestor_id),
                    "createdBy" => made(&r.created_by),
                    _ => state.waits_for(&r.id, user),
                });
                (&noun::REQUEST, mine.map(|r| r.row()).collect())
            }
            _ => return None,
        })
    }
}

/// Assignments of one package whose target has another, too.
fn additional(state: &State, package: &str, other: &str) -> Vec<Value> {
    let assignments = &state.entitlement.assignments;
    let mut found: Vec<_> =
        assignments.of(By::Package, package).filter(|a| a.is_current()).collect();
    found.retain(|one| state.has_package(&one.subject_id, other));
    found.into_iter().map(|a| state.assignment_row(a)).collect()
}

/// `name(a='x',b='y')`
pub(super) fn read(called: &str) -> Option<(&str, Vec<(String, String)>)> {
    let (name, arguments) = called.strip_suffix(')')?.split_once('(')?;
    let arguments = arguments.split(',').map(str::trim).filter(|argument| !argument.is_empty());
    let arguments = arguments.map(|argument| {
        let (name, value) = argument.split_once('=')?;
        let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        Some((name.trim().to_owned(), value.to_owned()))
    });
    Some((name, arguments.collect::<Option<_>>()?))
}

pub(super) fn argument(called: &str) -> Refusal {
    FUNCTION_ARGUMENT.says(format!("The arguments of the function '{called}' are not valid."))
}
