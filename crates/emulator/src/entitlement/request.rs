use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Assignment, known_word, not_honoured};
use crate::refusal::{
    ASSIGNMENT_NOT_FOUND, EXISTING_GRANT, NO_VALID_POLICY, OPEN_REQUEST, REQUEST_NOT_FOUND,
    Refusal, SUBJECT_NOT_FOUND, TARGET_OUT_OF_SCOPE, invalid_model, not_found, not_implemented,
};
use crate::state::{Caller, State};
use crate::time;

/// A request for access, a change of it or its removal.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) state: &'static str,
    pub(crate) status: &'static str,
    pub(crate) created: Timestamp,
    pub(crate) completed: Option<Timestamp>,
    pub(crate) package_id: String,
    pub(crate) policy_id: String,
    pub(crate) subject_id: String,
    pub(crate) assignment_id: Option<String>,
    pub(crate) justification: Option<String>,
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
            "schedule": {
                "startDateTime": null,
                "recurrence": null,
                "expiration": {"endDateTime": null, "duration": null, "type": "notSpecified"},
            },
            "answers": [],
            "customExtensionCalloutInstances": [],
            "customExtensionHandlerInstances": [],
            "verifiedCredentialsData": [],
            "$package": self.package_id,
            "$assignment": self.assignment_id,
            "$requestor": self.subject_id,
        })
    }

    /// Whether it is still being carried out.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, "submitted" | "pendingApproval" | "scheduled" | "delivering")
    }

    pub(crate) fn removes(&self) -> bool {
        matches!(self.kind, "adminRemove" | "userRemove" | "systemRemove")
    }
}

const KINDS: [&str; 6] =
    ["userAdd", "userUpdate", "userRemove", "adminAdd", "adminUpdate", "adminRemove"];

impl State {
    pub(crate) fn request(&self, id: &str) -> Result<&Request, Refusal> {
        let found = self.entitlement.requests.get(id);
        found.ok_or_else(|| not_found(&REQUEST_NOT_FOUND, "request"))
    }

    /// Takes a request in; it is carried out as time passes. The request's id.
    pub(crate) fn create_request(
        &mut self,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<String, Refusal> {
        let Some(kind) = body["requestType"].as_str() else {
            return Err(invalid_model());
        };
        let kind = known_word(kind, &KINDS)?;
        // `parameters` is taken and means nothing (PowerShell SDK issue 3324).
        not_honoured(body, &["isValidationOnly", "answers"])?;
        not_honoured(&body["schedule"], &["startDateTime", "recurrence"])?;
        not_honoured(&body["schedule"]["expiration"], &["endDateTime", "duration"])?;
        let wanted = &body["assignment"];
        if wanted["target"]["email"].is_string() && target_of(wanted).is_none() {
            return Err(not_implemented("target.email"));
        }
        let justification = body["justification"].as_str().map(str::to_owned);
        match kind {
            "userAdd" => self.ask_for(kind, wanted, caller, justification),
            "adminAdd" => self.assign(kind, wanted, caller, justification),
            "adminRemove" => self.take_away(kind, wanted, caller, justification),
            "userRemove" if self.holds(wanted, caller.user) => {
                self.take_away(kind, wanted, caller, justification)
            }
            // What somebody else has is nothing to a user.
            "userRemove" => Err(not_found(&ASSIGNMENT_NOT_FOUND, "assignment")),
            _ => Err(not_implemented(format_args!("requestType {kind}"))),
        }
    }

    /// A user asks for themselves: for nobody else, and by a policy that covers them.
    fn ask_for(
        &mut self,
        kind: &'static str,
        wanted: &Value,
        caller: Caller<'_>,
        justification: Option<String>,
    ) -> Result<String, Refusal> {
        let no_policy = || NO_VALID_POLICY.says("No valid policy was found in the request");
        let target = target_of(wanted).unwrap_or(caller.user);
        if target != caller.user {
            return Err(no_policy());
        }
        let package_id = id_of(wanted, "accessPackageId", "accessPackage").unwrap_or_default();
        self.package(package_id)?;
        let named = id_of(wanted, "assignmentPolicyId", "assignmentPolicy");
        if let Some(named) = named {
            self.policy(named)?;
        }
        let mut open: Vec<_> = self
            .entitlement
            .policies
            .values()
            .filter(|policy| policy.package_id == package_id)
            .filter(|policy| named.is_none_or(|id| id == policy.id))
            .filter(|policy| policy.accepts_requests() && self.covers(policy, caller.user))
            .collect();
        open.sort_by_key(|policy| policy.breadth());
        let policy = open.first().ok_or_else(no_policy)?;
        if policy.needs_approval() {
            return Err(not_implemented("Approval"));
        }
        let (package_id, policy_id) = (package_id.to_owned(), policy.id.clone());
        self.take_in(kind, &package_id, &policy_id, caller.user, caller.now, justification)
    }

    /// An administrator assigns. Approval is not asked for (every live run), the policy's scope
    /// holds unless it names nobody.
    fn assign(
        &mut self,
        kind: &'static str,
        wanted: &Value,
        caller: Caller<'_>,
        justification: Option<String>,
    ) -> Result<String, Refusal> {
        let package_id = id_of(wanted, "accessPackageId", "accessPackage").unwrap_or_default();
        let policy_id = id_of(wanted, "assignmentPolicyId", "assignmentPolicy").unwrap_or_default();
        let target = target_of(wanted).unwrap_or_default();
        self.package(package_id)?;
        let policy = self.policy(policy_id)?;
        if policy.package_id != package_id {
            return Err(NO_VALID_POLICY.says("No valid policy was found in the request"));
        }
        if !self.directory.users.contains_key(target) {
            return Err(not_found(&SUBJECT_NOT_FOUND, "subject"));
        }
        if policy.scope != "notSpecified" && !self.covers(policy, target) {
            return Err(TARGET_OUT_OF_SCOPE
                .says("You don't meet policy requirements to request this entitlement."));
        }
        let (package_id, policy_id) = (package_id.to_owned(), policy_id.to_owned());
        self.take_in(kind, &package_id, &policy_id, target, caller.now, justification)
    }

    fn take_in(
        &mut self,
        kind: &'static str,
        package_id: &str,
        policy_id: &str,
        target: &str,
        now: Timestamp,
        justification: Option<String>,
    ) -> Result<String, Refusal> {
        let subject_id = self.subject_of(target);
        let same = |package: &str, subject: &str| package == package_id && subject == subject_id;
        if self
            .entitlement
            .requests
            .values()
            .any(|r| r.is_open() && same(&r.package_id, &r.subject_id))
        {
            return Err(OPEN_REQUEST.says("There is already an open request."));
        }
        if self
            .entitlement
            .assignments
            .values()
            .any(|a| a.is_current() && same(&a.package_id, &a.subject_id))
        {
            return Err(EXISTING_GRANT.says("The subject already has an assignment."));
        }
        let id = self.ids.next();
        self.submit(Request {
            id: id.clone(),
            kind,
            state: "submitted",
            status: "Accepted",
            created: now,
            completed: None,
            package_id: package_id.to_owned(),
            policy_id: policy_id.to_owned(),
            subject_id,
            assignment_id: None,
            justification,
        });
        Ok(id)
    }

    /// Whether the assignment is the user's own.
    fn holds(&self, wanted: &Value, user: &str) -> bool {
        let id = wanted["id"].as_str().unwrap_or_default();
        let subject = self.entitlement.assignments.get(id).map(|a| &a.subject_id);
        let subject = subject.and_then(|id| self.entitlement.subjects.get(id));
        subject.is_some_and(|subject| subject.object_id == user)
    }

    fn take_away(
        &mut self,
        kind: &'static str,
        wanted: &Value,
        caller: Caller<'_>,
        justification: Option<String>,
    ) -> Result<String, Refusal> {
        let id = wanted["id"].as_str().unwrap_or_default();
        let assignment = self.entitlement.assignments.get(id).filter(|a| a.is_current());
        let assignment =
            assignment.ok_or_else(|| not_found(&ASSIGNMENT_NOT_FOUND, "assignment"))?;
        if self.is_asked_about(id) {
            return Err(OPEN_REQUEST.says("There is already an open request."));
        }
        Ok(self.submit_removal(kind, assignment.clone(), caller.now, justification))
    }

    /// Whether a request about the assignment is still being carried out.
    pub(crate) fn is_asked_about(&self, assignment_id: &str) -> bool {
        let mut requests = self.entitlement.requests.values();
        requests.any(|r| r.is_open() && r.assignment_id.as_deref() == Some(assignment_id))
    }

    /// Takes in that the assignment is to be removed; the request's id.
    pub(crate) fn submit_removal(
        &mut self,
        kind: &'static str,
        assignment: Assignment,
        now: Timestamp,
        justification: Option<String>,
    ) -> String {
        let id = self.ids.next();
        self.submit(Request {
            id: id.clone(),
            kind,
            state: "submitted",
            status: "Accepted",
            created: now,
            completed: None,
            package_id: assignment.package_id,
            policy_id: assignment.policy_id,
            subject_id: assignment.subject_id,
            assignment_id: Some(assignment.id),
            justification,
        });
        id
    }
}

/// The id in either of the documented forms: flat, or of the navigation.
fn id_of<'a>(wanted: &'a Value, flat: &str, navigation: &str) -> Option<&'a str> {
    wanted[flat].as_str().or_else(|| wanted[navigation]["id"].as_str())
}

fn target_of(wanted: &Value) -> Option<&str> {
    wanted["targetId"].as_str().or_else(|| wanted["target"]["objectId"].as_str())
}
