//! Approvals of requests: stages one after the other, each decided by one of its approvers.

use indexmap::IndexSet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Due;
use crate::ids::Id;
use crate::refusal::{
    APPROVAL_DECIDED, APPROVAL_FORBIDDEN, APPROVAL_NOT_FOUND, Refusal, invalid_model, not_found,
};
use crate::state::{Caller, State, Word};
use crate::time;

/// What decides about a request; its id is the request's (documented).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Approval {
    pub(crate) id: Id,
    pub(crate) stages: Vec<Stage>,
}

/// One stage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stage {
    pub(crate) id: Id,
    /// The policy's settings for it, as they were when the request was made.
    settings: Value,
    #[serde(deserialize_with = "crate::state::word::one")]
    status: Word,
    #[serde(deserialize_with = "crate::state::word::one")]
    result: Word,
    escalated: bool,
    reviewed_by: Option<String>,
    reviewed: Option<Timestamp>,
    justification: String,
}

/// How a stage was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Approve,
    Deny,
}

crate::state::keyed!(Approval);

impl Stage {
    /// As somebody sees it, to whom it is or is not assigned.
    fn row(&self, mine: bool, reviewer: Option<&Value>) -> Value {
        json!({
            "id": self.id,
            "displayName": null,
            "reviewedDateTime": time::read_option(self.reviewed),
            "reviewResult": self.result,
            "status": self.status,
            "assignedToMe": mine,
            "justification": self.justification,
            "reviewedBy": reviewer,
        })
    }

    fn is_open(&self) -> bool {
        self.status == "InProgress"
    }
}

impl State {
    /// Begins to ask, stage by stage.
    pub(super) fn ask_approvers(&mut self, request_id: &str, at: Timestamp) {
        let Some(request) = self.entitlement.requests.get(request_id) else { return };
        let policy = self.entitlement.policies.get(&request.policy_id);
        let wanted = policy.map(|policy| policy.stages().to_vec()).unwrap_or_default();
        let stages = wanted.into_iter().map(|settings| Stage {
            id: self.ids.next(),
            settings,
            status: "Initializing",
            result: "NotReviewed",
            escalated: false,
            reviewed_by: None,
            reviewed: None,
            justification: String::new(),
        });
        let approval = Approval { id: request_id.into(), stages: stages.collect() };
        self.entitlement.approvals.insert(request_id.into(), approval);
        self.begin_stage(request_id, 0, at);
    }

    fn begin_stage(&mut self, id: &str, index: usize, at: Timestamp) {
        if let Some(request) = self.entitlement.requests.get_mut(id) {
            request.state = "pendingApproval";
            request.status = "PendingApproval";
        }
        let approval = self.entitlement.approvals.get_mut(id);
        let Some(stage) = approval.and_then(|approval| approval.stages.get_mut(index)) else {
            return;
        };
        stage.status = "InProgress";
        let after = |name: &str| time::behind(at, time::duration(stage.settings[name].as_str()?)?);
        let out = after("durationBeforeAutomaticDenial");
        let escalates = stage.settings["isEscalationEnabled"] == true;
        let up = after("durationBeforeEscalation").filter(|up| escalates && *up > at);
        if let Some(up) = up {
            self.schedule(up, Due::Escalate(id.into(), index));
        }
        if let Some(out) = out {
            self.schedule(out, Due::TimeOut(id.into(), index));
        }
    }

    /// Asks those above, too.
    pub(super) fn escalate(&mut self, id: &str, index: usize) {
        let Some(stage) = self.open_stage(id, index) else { return };
        stage.escalated = true;
        if let Some(request) = self.entitlement.requests.get_mut(id) {
            request.status = "PendingApprovalEscalated";
        }
    }

    /// Nobody decided in time: denied.
    pub(super) fn time_out(&mut self, id: &str, index: usize, at: Timestamp) {
        let Some(stage) = self.open_stage(id, index) else { return };
        stage.status = "Expired";
        self.deny(id, at);
    }

    fn open_stage(&mut self, id: &str, index: usize) -> Option<&mut Stage> {
        let asked = self.entitlement.requests.get(id)?.state == "pendingApproval";
        let stage = self.entitlement.approvals.get_mut(id)?.stages.get_mut(index)?;
        (asked && stage.is_open()).then_some(stage)
    }

    fn deny(&mut self, id: &str, at: Timestamp) {
        if let Some(request) = self.entitlement.requests.get_mut(id) {
            request.state = "denied";
            request.status = "Denied";
            request.completed = Some(at);
        }
    }

    /// An approver decides.
    pub(crate) fn decide(
        &mut self,
        id: &str,
        stage_id: &str,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<(), Refusal> {
        let decision = match body["reviewResult"].as_str() {
            Some(word) if word.eq_ignore_ascii_case("approve") => Decision::Approve,
            Some(word) if word.eq_ignore_ascii_case("deny") => Decision::Deny,
            _ => return Err(invalid_model()),
        };
        let (index, stage) = self.stage(id, stage_id)?;
        if !self.is_asked(id, stage, caller.user) {
            return Err(forbidden());
        }
        if !stage.is_open() {
            return Err(
                APPROVAL_DECIDED.says("Another approver has already decided in this stage.")
            );
        }
        let why = body["justification"].as_str().unwrap_or_default();
        if why.is_empty() && stage.settings["isApproverJustificationRequired"] == true {
            return Err(invalid_model());
        }
        let approval = self.entitlement.approvals.get(id);
        let last = approval.is_some_and(|approval| approval.stages.len() == index + 1);
        if let Some(stage) = self.open_stage(id, index) {
            stage.status = "Completed";
            stage.result = match decision {
                Decision::Approve => "Approve",
                Decision::Deny => "Deny",
            };
            stage.reviewed_by = Some(caller.user.to_owned());
            stage.reviewed = Some(caller.now);
            why.clone_into(&mut stage.justification);
        }
        match decision {
            Decision::Deny => self.deny(id, caller.now),
            Decision::Approve if last => self.carry_out(id, caller.now),
            Decision::Approve => self.begin_stage(id, index + 1, caller.now),
        }
        Ok(())
    }

    /// The approval as the caller sees it, who must be one of its approvers.
    pub(crate) fn approval_row(&self, id: &str, caller: &str) -> Result<Value, Refusal> {
        let approval = self.entitlement.approvals.get(id);
        let approval = approval.ok_or_else(|| not_found(&APPROVAL_NOT_FOUND, "approval"))?;
        if !approval.stages.iter().any(|stage| self.is_asked(id, stage, caller)) {
            return Err(forbidden());
        }
        let stages = approval.stages.iter().map(|stage| self.stage_row(id, stage, caller));
        Ok(json!({"id": approval.id, "stages": stages.collect::<Value>()}))
    }

    fn stage_row(&self, id: &str, stage: &Stage, caller: &str) -> Value {
        let reviewer = stage.reviewed_by.as_ref().map(|id| {
            let user = self.directory.users.get(id.as_str());
            json!({
                "id": id,
                "displayName": user.map(|user| &user.display_name),
                "userPrincipalName": user.map(|user| &user.principal_name),
            })
        });
        stage.row(stage.is_open() && self.is_asked(id, stage, caller), reviewer.as_ref())
    }

    /// One stage as the caller sees it.
    pub(crate) fn approval_stage_row(
        &self,
        id: &str,
        stage_id: &str,
        caller: &str,
    ) -> Result<Value, Refusal> {
        self.approval_row(id, caller)?;
        let (_, stage) = self.stage(id, stage_id)?;
        Ok(self.stage_row(id, stage, caller))
    }

    fn stage(&self, id: &str, stage_id: &str) -> Result<(usize, &Stage), Refusal> {
        let missing = || not_found(&APPROVAL_NOT_FOUND, "approval");
        let approval = self.entitlement.approvals.get(id).ok_or_else(missing)?;
        let mut stages = approval.stages.iter().enumerate();
        stages.find(|(_, stage)| stage.id == stage_id).ok_or_else(missing)
    }

    /// Whether a request waits for a decision of this user.
    pub(crate) fn waits_for(&self, request_id: &str, user: &str) -> bool {
        let approval = self.entitlement.approvals.get(request_id);
        let mut stages = approval.into_iter().flat_map(|approval| &approval.stages);
        let open = self.entitlement.requests.get(request_id);
        open.is_some_and(|request| request.state == "pendingApproval")
            && stages.any(|stage| stage.is_open() && self.is_asked(request_id, stage, user))
    }

    /// Approvals that have a stage with this approver.
    pub(crate) fn approvals_of(&self, user: &str) -> Vec<Value> {
        let rows = self.entitlement.approvals.values();
        let rows = rows.filter_map(|approval| {
            let mut row = self.approval_row(&approval.id, user).ok()?;
            // A list of them names no stages (reference page).
            row.as_object_mut()?.shift_remove("stages");
            Some(row)
        });
        rows.collect()
    }

    /// Whether a user may decide in a stage. Nobody decides about their own request; those who
    /// stand in are asked where nobody else is there to be asked (documented).
    fn is_asked(&self, request_id: &str, stage: &Stage, user: &str) -> bool {
        let Some(request) = self.entitlement.requests.get(request_id) else { return false };
        let object = |subject: &str| {
            let subject = self.entitlement.subjects.get(subject);
            subject.map(|subject| subject.object_id.as_str()).unwrap_or_default()
        };
        let (target, requestor) = (object(&request.subject_id), object(&request.requestor_id));
        if user == requestor || user == target {
            return false;
        }
        let asked = |first: &str, standing_in: &str| {
            let people = self.people(&stage.settings[first], target);
            match people.is_empty() {
                true => self.people(&stage.settings[standing_in], target),
                false => people,
            }
        };
        asked("primaryApprovers", "fallbackPrimaryApprovers").iter().any(|id| *id == *user)
            || stage.escalated
                && asked("escalationApprovers", "fallbackEscalationApprovers")
                    .iter()
                    .any(|id| *id == *user)
    }

    /// The users that a list of subject sets comes to, for a request for `target`.
    pub(super) fn people(&self, sets: &Value, target: &str) -> IndexSet<Id> {
        let users = &self.directory.users;
        let above = |level: i64| {
            let mut at = target;
            for _ in 0..level.max(1) {
                at = users.get(at)?.manager.as_ref()?;
            }
            Some(Id::from(at))
        };
        let sets = sets.as_array().into_iter().flatten();
        sets.flat_map(|set| -> IndexSet<Id> {
            let kind = set["@odata.type"].as_str().unwrap_or_default();
            match kind.trim_start_matches("#microsoft.graph.") {
                "singleUser" => set["userId"].as_str().map(Id::from).into_iter().collect(),
                "groupMembers" => {
                    let group = set["groupId"].as_str();
                    let group = group.and_then(|id| self.directory.groups.get(id));
                    group.map(|group| group.members.clone()).unwrap_or_default()
                }
                "requestorManager" | "targetManager" => {
                    above(set["managerLevel"].as_i64().unwrap_or(1)).into_iter().collect()
                }
                _ => IndexSet::new(),
            }
        })
        .filter(|id| users.contains_key(id))
        .collect()
    }
}

fn forbidden() -> Refusal {
    APPROVAL_FORBIDDEN.says("User is not authorized to perform the operation. Reason: Unauthorized")
}
