//! Approvals, as their approvers see them.

use http::Method;
use model::dialect::noun;

use super::Served;
use super::function::{argument, read};
use crate::http::answer::Answer;
use crate::http::query;
use crate::refusal::Refusal;

const SET: &str = "accessPackageAssignmentApprovals";

impl Served<'_> {
    /// `below` is what stands behind the set.
    pub(super) fn approvals(self, below: &[&str]) -> Result<Answer, Refusal> {
        let user = self.caller.user;
        match (&self.call.method, below) {
            (&Method::GET, []) => {
                let rows = self.state.entitlement.approvals.keys();
                let rows = rows.map(|id| serde_json::json!({"id": id})).collect();
                self.listed(&noun::APPROVAL, &[SET], rows)
            }
            (&Method::GET, [called]) if called.contains('(') => {
                let expected = Some(("on".to_owned(), "approver".to_owned()));
                match read(called) {
                    Some(("filterByCurrentUser", arguments))
                        if arguments.first() == expected.as_ref() =>
                    {
                        let rows = self.state.approvals_of(user);
                        self.listed(&noun::APPROVAL, &[SET], rows)
                    }
                    _ => Err(argument(called)),
                }
            }
            (&Method::GET, [id]) => {
                let row = self.state.approval_row(id, user)?;
                let query = query::read(self.call.version, &noun::APPROVAL, &self.call.query)?;
                self.shape(&noun::APPROVAL, &[SET]).entity(self.state, &query, row).map(Answer::ok)
            }
            (&Method::GET, [id, "stages"]) => {
                let row = self.state.approval_row(id, user)?;
                let rows = row["stages"].as_array().cloned().unwrap_or_default();
                self.listed(&noun::APPROVAL_STEP, &[SET, id, "stages"], rows)
            }
            (&Method::GET, [id, "stages", stage]) => {
                let row = self.state.approval_stage_row(id, stage, user)?;
                let query = query::read(self.call.version, &noun::APPROVAL_STEP, &self.call.query)?;
                let shape = self.shape(&noun::APPROVAL_STEP, &[SET, id, "stages"]);
                shape.entity(self.state, &query, row).map(Answer::ok)
            }
            (&Method::PATCH, [id, "stages", stage]) => {
                let body = self.call.canonical_body(&noun::APPROVAL_STEP)?;
                self.state.decide(id, stage, &body, self.caller).map(|()| Answer::no_content())
            }
            _ => Err(self.not_implemented()),
        }
    }
}
