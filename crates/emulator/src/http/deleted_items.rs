//! `directory/deletedItems`: users who were deleted. Security groups are gone at once (documented).

use http::Method;
use model::dialect::noun;

use super::answer::Answer;
use super::call::Call;
use super::query::{self, Asked};
use super::row::Shape;
use crate::directory::User;
use crate::refusal::{Refusal, object_not_found};
use crate::state::{Caller, State};

const USERS: &str = "microsoft.graph.user";

/// `below` is what follows `deletedItems` in the path.
pub(crate) fn answer(
    state: &mut State,
    call: &Call,
    caller: Caller<'_>,
    below: &[&str],
) -> Result<Answer, Refusal> {
    let shape = |place: &str| Shape {
        call,
        noun: &noun::USER,
        place: place.to_owned(),
        default_selection: User::default_selection(call.version),
    };
    match (&call.method, below) {
        (&Method::GET, [USERS]) => {
            let query = query::read(call.version, &noun::USER, &call.query)?;
            let rows: Vec<_> =
                state.directory.deleted_users(caller.now).map(|gone| gone.row()).collect();
            shape("users").list(state, &query, rows).map(Answer::ok)
        }
        (&Method::GET, [id]) if !id.starts_with("microsoft.graph.") => {
            let query = query::read(call.version, &noun::USER, &call.query)?;
            let row = state.directory.deleted_user(id, caller.now)?.object();
            shape("directoryObjects").entity(state, &query, row).map(Answer::ok)
        }
        (&Method::POST, [id, "restore"]) => {
            state.directory.restore_user(id, caller.now)?;
            let user = state.directory.object(id).ok_or_else(|| object_not_found(id))?;
            let answer = shape("directoryObjects").entity(state, &Asked::default(), user)?;
            Ok(Answer::ok(answer))
        }
        (&Method::DELETE, [id]) => {
            state.directory.forget_user(id, caller.now).map(|()| Answer::no_content())
        }
        _ => Err(call.not_implemented()),
    }
}
