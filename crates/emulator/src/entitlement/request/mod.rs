//! Requests for access, and what ends them.

mod create;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::indexed::{By, Referring};
use super::{Policy, not_honoured};
use crate::ids::Id;
use crate::refusal::{
    REQUEST_NOT_CANCELLABLE, REQUEST_NOT_DELETABLE, REQUEST_NOT_FOUND, REQUEST_NOT_REPROCESSABLE,
    Refusal, invalid_model, not_found,
};
use crate::state::{State, Word};
use crate::time;

/// A request for access, a change of it or its removal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) id: Id,
    #[serde(deserialize_with = "crate::state::word::one")]
    pub(crate) kind: Word,
    #[serde(deserialize_with = "crate::state::word::one")]
    pub(crate) state: Word,
    #[serde(deserialize_with = "crate::state::word::one")]
    pub(crate) status: Word,
    pub(crate) created: Timestamp,
    pub(crate) completed: Option<Timestamp>,
    pub(crate) package_id: Id,
    pub(crate) policy_id: Id,
    /// Whose access it is about.
    pub(crate) subject_id: Id,
    /// The subject that asked or, for a direct assignment, is assigned (reference page).
    pub(crate) requestor_id: Id,
    /// The object id of whoever made it; nothing where the service did.
    pub(crate) created_by: Option<Id>,
    pub(crate) assignment_id: Option<Id>,
    pub(crate) justification: Option<String>,
    pub(crate) answers: Vec<Value>,
    pub(crate) schedule: Schedule,
}

/// When access is wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Schedule {
    pub(crate) start: Option<Timestamp>,
    /// `expirationPattern`; nothing where the policy decides.
    pub(crate) expiration: Option<Box<Value>>,
}

crate::state::keyed!(Request);

impl Schedule {
    /// What a body asks for.
    fn read(given: &Value) -> Result<Self, Refusal> {
        not_honoured(given, &["recurrence"])?;
        let start = match &given["startDateTime"] {
            Value::Null => None,
            text => Some(text.as_str().and_then(|t| t.parse().ok()).ok_or_else(invalid_model)?),
        };
        let expiration = crate::entitlement::policy::expiration(&given["expiration"]);
        let expiration = expiration.ok_or_else(invalid_model)?;
        let asks = matches!(
            given["expiration"]["type"].as_str(),
            Some(kind) if !kind.eq_ignore_ascii_case("notSpecified")
        );
        Ok(Self { start, expiration: asks.then(|| Box::new(expiration)) })
    }

    fn is_custom(&self) -> bool {
        self.start.is_some() || self.expiration.is_some()
    }

    /// When access that begins at `start` ends: as asked for, else as the policy has it.
    pub(crate) fn end(&self, policy: Option<&Policy>, start: Timestamp) -> Option<Timestamp> {
        match &self.expiration {
            Some(expiration) => crate::entitlement::policy::end(expiration, start),
            None => policy.and_then(|policy| policy.end(start)),
        }
    }

    fn row(&self) -> Value {
        let unasked = || json!({"endDateTime": null, "duration": null, "type": "notSpecified"});
        json!({
            "startDateTime": time::read_option(self.start),
            "recurrence": null,
            "expiration": self.expiration.as_deref().cloned().unwrap_or_else(unasked),
        })
    }
}

impl Referring for Request {
    const WAYS: &'static [By] = &[By::Package, By::Policy, By::Subject, By::Assignment];

    fn id(&self) -> &Id {
        &self.id
    }

    fn refers_to(&self, by: By) -> Option<&Id> {
        match by {
            By::Package => Some(&self.package_id),
            By::Policy => Some(&self.policy_id),
            By::Subject => Some(&self.subject_id),
            By::Assignment => self.assignment_id.as_ref(),
            By::Object => None,
        }
    }
}

impl Request {
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "requestType": self.kind,
            "state": self.state,
            "status": self.status,
            "createdDateTime": time::read(self.created),
            "completedDateTime": time::read_option(self.completed),
            "isValidationOnly": false,
            "expirationDateTime": null,
            "justification": self.justification,
            "schedule": self.schedule.row(),
            "answers": self.answers,
            "customExtensionCalloutInstances": [],
            "customExtensionHandlerInstances": [],
            "verifiedCredentialsData": [],
            "$package": self.package_id,
            "$assignment": self.assignment_id,
            "$requestor": self.requestor_id,
        })
    }

    /// Whether it is still being carried out.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, "submitted" | "pendingApproval" | "scheduled" | "delivering")
    }

    pub(crate) fn removes(&self) -> bool {
        matches!(self.kind, "adminRemove" | "userRemove" | "systemRemove")
    }

    pub(crate) fn changes(&self) -> bool {
        matches!(self.kind, "adminUpdate" | "userUpdate")
    }
}

/// What a request is about.
pub(super) struct About {
    pub(super) package: Id,
    pub(super) policy: Id,
    pub(super) subject: Id,
    pub(super) requestor: Id,
    pub(super) assignment: Option<Id>,
}

impl About {
    pub(super) fn of(assignment: &super::Assignment) -> Self {
        Self {
            package: assignment.package_id.clone(),
            policy: assignment.policy_id.clone(),
            subject: assignment.subject_id.clone(),
            requestor: assignment.subject_id.clone(),
            assignment: Some(assignment.id.clone()),
        }
    }
}

impl State {
    pub(crate) fn request(&self, id: &str) -> Result<&Request, Refusal> {
        let found = self.entitlement.requests.get(id);
        found.ok_or_else(|| not_found(&REQUEST_NOT_FOUND, "request"))
    }

    /// Stops a request that is not carried out yet (the states of the reference page; the portal
    /// cancels what could not be delivered, too).
    pub(crate) fn cancel_request(&mut self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        let status = self.request(id)?.status;
        let may = [
            "Accepted",
            "PendingApproval",
            "PendingApprovalEscalated",
            "PendingNotBefore",
            "DeliveryFailed",
        ];
        if !may.contains(&status) {
            return Err(REQUEST_NOT_CANCELLABLE
                .says(format!("A request in the status {status} cannot be canceled.")));
        }
        if let Some(request) = self.entitlement.requests.get_mut(id) {
            request.state = "canceled";
            request.status = "Canceled";
            request.completed = Some(now);
            // What was given of it goes.
            if let Some(assignment) = request.assignment_id.clone() {
                self.revoke(&assignment, now);
            }
        }
        Ok(())
    }

    /// Tries once more what could not be delivered, within 14 days (reference page).
    pub(crate) fn reprocess_request(&mut self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        let request = self.request(id)?;
        let fails = matches!(request.state, "deliveryFailed" | "partiallyDelivered");
        let recent = request.completed.is_none_or(|completed| {
            now.duration_since(completed) <= jiff::SignedDuration::from_hours(14 * 24)
        });
        if !fails || !recent {
            return Err(REQUEST_NOT_REPROCESSABLE
                .says(format!("A request in the state {} cannot be reprocessed.", request.state)));
        }
        self.carry_out(id, now);
        Ok(())
    }

    /// Forgets a request that is over; what it gave stays (documented in two ways: the page of the
    /// call says that it must have no assignment).
    pub(crate) fn delete_request(&mut self, id: &str) -> Result<(), Refusal> {
        let request = self.request(id)?;
        if request.is_open() {
            return Err(REQUEST_NOT_DELETABLE
                .says(format!("A request in the state {} cannot be deleted.", request.state)));
        }
        self.entitlement.requests.remove(id);
        self.entitlement.approvals.remove(id);
        Ok(())
    }
}
