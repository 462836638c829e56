//! Requests as they come in.

use jiff::Timestamp;
use serde_json::Value;

use super::{About, Request, Schedule};
use crate::behaviour::INVITED;
use crate::entitlement::{By, Policy, known_word, not_honoured};
use crate::ids::Id;
use crate::refusal::{
    ANSWER_MISSING, ASSIGNMENT_NOT_FOUND, EXISTING_GRANT, INCOMPATIBLE, JUSTIFICATION_MISSING,
    NO_VALID_POLICY, OPEN_REQUEST, Refusal, SCHEDULE_OUTSIDE_POLICY, SUBJECT_NOT_FOUND,
    TARGET_OUT_OF_SCOPE, invalid_model, not_found, not_implemented,
};
use crate::state::{Caller, State};

/// What a body says about a request.
struct Said {
    kind: &'static str,
    justification: Option<String>,
    answers: Vec<Value>,
    schedule: Schedule,
}

const KINDS: [&str; 6] =
    ["userAdd", "userUpdate", "userRemove", "adminAdd", "adminUpdate", "adminRemove"];

impl State {
    /// Takes a request in; it is carried out as time passes. The request's id.
    pub(crate) fn create_request(
        &mut self,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<Id, Refusal> {
        let Some(kind) = body["requestType"].as_str() else {
            return Err(invalid_model());
        };
        let kind = known_word(kind, &KINDS)?;
        // `parameters` is taken and means nothing (PowerShell SDK issue 3324).
        not_honoured(body, &["isValidationOnly"])?;
        let wanted = &body["assignment"];
        let by_address = target_of(wanted).is_none() && wanted["target"]["email"].is_string();
        if by_address && (kind != "adminAdd" || !self.rules.apply(&INVITED)) {
            return Err(not_implemented("target.email"));
        }
        let said = Said {
            kind,
            justification: body["justification"].as_str().map(str::to_owned),
            answers: body["answers"].as_array().cloned().unwrap_or_default(),
            schedule: Schedule::read(&body["schedule"])?,
        };
        match kind {
            "userAdd" => self.ask_for(wanted, caller, said),
            "adminAdd" => self.assign(wanted, caller, said),
            // What somebody else has is nothing to a user.
            "userRemove" | "userUpdate" if !self.holds(wanted, caller.user) => {
                Err(not_found(&ASSIGNMENT_NOT_FOUND, "assignment"))
            }
            "adminRemove" | "userRemove" => self.take_away(wanted, caller, said),
            _ => self.change(wanted, caller, said),
        }
    }

    /// A user asks for themselves, or for somebody whom a policy lets them ask for: by a policy
    /// that covers the target.
    fn ask_for(&mut self, wanted: &Value, caller: Caller<'_>, said: Said) -> Result<Id, Refusal> {
        let no_policy = || NO_VALID_POLICY.says("No valid policy was found in the request");
        let target = target_of(wanted).unwrap_or(caller.user);
        let package_id = id_of(wanted, "accessPackageId", "accessPackage").unwrap_or_default();
        self.package(package_id)?;
        let named = id_of(wanted, "assignmentPolicyId", "assignmentPolicy");
        if let Some(named) = named {
            self.policy(named)?;
        }
        let mut open: Vec<_> = self
            .applicable(package_id, target, caller.user)
            .filter(|policy| named.is_none_or(|id| *id == *policy.id))
            .collect();
        open.sort_by_key(|policy| policy.breadth());
        let policy = open.first().ok_or_else(no_policy)?;
        fits(policy, &said, caller.now)?;
        let (package_id, policy_id) = (package_id.to_owned(), policy.id.clone());
        let target = target.to_owned();
        self.take_in(&package_id, &policy_id, &target, caller, said)
    }

    /// The policies of a package by which `caller` may ask for `target`.
    pub(crate) fn applicable(
        &self,
        package_id: &str,
        target: &str,
        caller: &str,
    ) -> impl Iterator<Item = &Policy> {
        let policies = self.entitlement.policies.values();
        policies.filter(move |policy| {
            let may_ask = match target == caller {
                true => policy.accepts_requests(),
                false => {
                    policy.requestor_settings["enableOnBehalfRequestorsToAddAccess"] == true
                        && self
                            .people(&policy.requestor_settings["onBehalfRequestors"], target)
                            .iter()
                            .any(|person| person == caller)
                }
            };
            policy.package_id == package_id && may_ask && self.covers(policy, target)
        })
    }

    /// An administrator assigns. Approval is not asked for (every live run), the policy's scope
    /// holds unless it names nobody.
    fn assign(&mut self, wanted: &Value, caller: Caller<'_>, said: Said) -> Result<Id, Refusal> {
        let package_id = id_of(wanted, "accessPackageId", "accessPackage").unwrap_or_default();
        let policy_id = id_of(wanted, "assignmentPolicyId", "assignmentPolicy").unwrap_or_default();
        self.package(package_id)?;
        let policy = self.policy(policy_id)?;
        if policy.package_id != package_id {
            return Err(NO_VALID_POLICY.says("No valid policy was found in the request"));
        }
        let (package_id, policy_id) = (package_id.to_owned(), policy_id.to_owned());
        let address = wanted["target"]["email"].as_str().filter(|_| target_of(wanted).is_none());
        let Some(address) = address else {
            let target = target_of(wanted).unwrap_or_default();
            return self.assign_to(target, &package_id, &policy_id, caller, said);
        };
        if let Some(known) = self.directory.user_of_address(address) {
            return self.assign_to(&known, &package_id, &policy_id, caller, said);
        }
        let guest = self.directory.invite(address, &mut self.ids, caller.now)?;
        let assigned = self.assign_to(&guest, &package_id, &policy_id, caller, said);
        if assigned.is_err() {
            self.directory.users.remove(&guest);
        }
        assigned
    }

    fn assign_to(
        &mut self,
        target: &str,
        package_id: &str,
        policy_id: &str,
        caller: Caller<'_>,
        said: Said,
    ) -> Result<Id, Refusal> {
        let policy = self.policy(policy_id)?;
        if !self.directory.users.contains_key(target) {
            return Err(not_found(&SUBJECT_NOT_FOUND, "subject"));
        }
        if policy.scope != "notSpecified" && !self.covers(policy, target) {
            return Err(TARGET_OUT_OF_SCOPE
                .says("You don't meet policy requirements to request this entitlement."));
        }
        ends_in_time(policy, &said.schedule, caller.now)?;
        self.take_in(package_id, policy_id, target, caller, said)
    }

    fn take_in(
        &mut self,
        package_id: &str,
        policy_id: &str,
        target: &str,
        caller: Caller<'_>,
        said: Said,
    ) -> Result<Id, Refusal> {
        self.is_compatible(package_id, target)?;
        let subject_id = self.subject_of(target);
        let requests = || self.entitlement.requests.of(By::Subject, &subject_id);
        if requests().any(|request| request.is_open() && request.package_id == *package_id) {
            return Err(OPEN_REQUEST.says("There is already an open request."));
        }
        if self.has_package(&subject_id, package_id) {
            return Err(EXISTING_GRANT.says("The subject already has an assignment."));
        }
        let mut said = said;
        self.complete_answers(policy_id, &mut said.answers);
        let requestor_id = match said.kind == "userAdd" && target != caller.user {
            true => self.subject_of(caller.user),
            false => subject_id.clone(),
        };
        let about = About {
            package: package_id.into(),
            policy: policy_id.into(),
            subject: subject_id,
            requestor: requestor_id,
            assignment: None,
        };
        Ok(self.file(about, Some(caller.user), caller.now, said))
    }

    /// An answer has the whole of its question (reference page).
    fn complete_answers(&self, policy_id: &str, answers: &mut [Value]) {
        let Some(policy) = self.entitlement.policies.get(policy_id) else { return };
        for answer in answers {
            let id = answer["answeredQuestion"]["id"].as_str().map(str::to_lowercase);
            let mut questions = policy.questions.as_array().into_iter().flatten();
            let asked = questions.find(|question| question["id"].as_str() == id.as_deref());
            if let Some(asked) = asked {
                answer["answeredQuestion"] = asked.clone();
            }
        }
    }

    /// Refuses access beside something that the package says it is incompatible with.
    fn is_compatible(&self, package_id: &str, target: &str) -> Result<(), Refusal> {
        let Some(package) = self.entitlement.packages.get(package_id) else { return Ok(()) };
        let subject = self.entitlement.subjects.of(By::Object, target).next();
        let has = |other: &Id| subject.is_some_and(|subject| self.has_package(&subject.id, other));
        let clashes = package.incompatible_packages.iter().any(has)
            || package.incompatible_groups.iter().any(|g| self.directory.is_member(g, target));
        match clashes {
            false => Ok(()),
            true => Err(INCOMPATIBLE
                .says("The subject has access that is incompatible with the access package.")),
        }
    }

    /// Whether the assignment is the user's own.
    fn holds(&self, wanted: &Value, user: &str) -> bool {
        let id = wanted["id"].as_str().unwrap_or_default();
        let subject = self.entitlement.assignments.get(id).map(|a| &a.subject_id);
        let subject = subject.and_then(|id| self.entitlement.subjects.get(id));
        subject.is_some_and(|subject| subject.object_id == user)
    }

    fn take_away(&mut self, wanted: &Value, caller: Caller<'_>, said: Said) -> Result<Id, Refusal> {
        let about = self.about(wanted)?;
        let said = Said { schedule: Schedule::default(), answers: Vec::new(), ..said };
        Ok(self.file(about, Some(caller.user), caller.now, said))
    }

    /// More time, less time, or other answers.
    fn change(&mut self, wanted: &Value, caller: Caller<'_>, said: Said) -> Result<Id, Refusal> {
        let about = self.about(wanted)?;
        let policy = self.policy(&about.policy)?;
        let may = policy.requestor_settings["enableTargetsToSelfUpdateAccess"] == true;
        if said.kind == "userUpdate" {
            if !may {
                return Err(NO_VALID_POLICY.says("No valid policy was found in the request"));
            }
            fits(policy, &said, caller.now)?;
        } else {
            ends_in_time(policy, &said.schedule, caller.now)?;
        }
        // The answer has a start that the service sets (reference page).
        let schedule = Schedule { start: Some(caller.now), ..said.schedule };
        let said = Said { schedule, ..said };
        Ok(self.file(about, Some(caller.user), caller.now, said))
    }

    /// What a request on an assignment that is there is about.
    fn about(&self, wanted: &Value) -> Result<About, Refusal> {
        let id = wanted["id"].as_str().unwrap_or_default();
        let assignment = self.entitlement.assignments.get(id).filter(|a| a.is_current());
        let assignment =
            assignment.ok_or_else(|| not_found(&ASSIGNMENT_NOT_FOUND, "assignment"))?;
        match self.is_asked_about(id) {
            true => Err(OPEN_REQUEST.says("There is already an open request.")),
            false => Ok(About::of(assignment)),
        }
    }

    /// Whether a request about the assignment is still being carried out.
    pub(crate) fn is_asked_about(&self, assignment_id: &str) -> bool {
        let mut requests = self.entitlement.requests.of(By::Assignment, assignment_id);
        requests.any(Request::is_open)
    }

    /// The service takes an assignment away itself.
    pub(in crate::entitlement) fn remove_by_system(&mut self, about: About, now: Timestamp) {
        let said = Said {
            kind: "systemRemove",
            justification: None,
            answers: Vec::new(),
            schedule: Schedule::default(),
        };
        self.file(about, None, now, said);
    }

    fn file(&mut self, about: About, created_by: Option<&str>, now: Timestamp, said: Said) -> Id {
        let id = self.ids.next();
        self.submit(Request {
            id: id.clone(),
            kind: said.kind,
            state: "submitted",
            status: "Accepted",
            created: now,
            completed: None,
            package_id: about.package,
            policy_id: about.policy,
            subject_id: about.subject,
            requestor_id: about.requestor,
            created_by: created_by.map(Id::from),
            assignment_id: about.assignment,
            justification: said.justification,
            answers: said.answers,
            schedule: said.schedule,
        });
        id
    }
}

/// Refuses what the policy does not let a user leave out, or ask for.
fn fits(policy: &Policy, said: &Said, now: Timestamp) -> Result<(), Refusal> {
    let why = said.justification.as_deref().unwrap_or_default();
    let asks_why = policy.approval["isRequestorJustificationRequired"] == true;
    if asks_why && policy.needs_approval(said.kind) && why.trim().is_empty() {
        return Err(JUSTIFICATION_MISSING.says("Justification is required."));
    }
    let answered = |question: &Value| {
        said.answers.iter().any(|answer| {
            answer["answeredQuestion"]["id"] == question["id"]
                && answer["value"].as_str().is_some_and(|value| !value.is_empty())
        })
    };
    let mut questions = policy.questions.as_array().into_iter().flatten();
    if questions.any(|question| question["isRequired"] == true && !answered(question)) {
        return Err(ANSWER_MISSING.says("A required question is not answered."));
    }
    let custom = policy.requestor_settings["allowCustomAssignmentSchedule"] == true;
    if said.kind == "userAdd" && said.schedule.is_custom() && !custom {
        return Err(
            SCHEDULE_OUTSIDE_POLICY.says("The policy does not allow a custom assignment schedule.")
        );
    }
    ends_in_time(policy, &said.schedule, now)
}

/// Refuses a schedule that ends after the policy's.
fn ends_in_time(policy: &Policy, wanted: &Schedule, now: Timestamp) -> Result<(), Refusal> {
    let start = wanted.start.unwrap_or(now).max(now);
    let Some(latest) = policy.end(start) else { return Ok(()) };
    match wanted.end(Some(policy), start).is_some_and(|end| end <= latest) {
        true => Ok(()),
        false => Err(SCHEDULE_OUTSIDE_POLICY
            .says("The requested schedule is not within that of the policy.")),
    }
}

/// The id in either of the documented forms: flat, or of the navigation.
fn id_of<'a>(wanted: &'a Value, flat: &str, navigation: &str) -> Option<&'a str> {
    wanted[flat].as_str().or_else(|| wanted[navigation]["id"].as_str())
}

fn target_of(wanted: &Value) -> Option<&str> {
    wanted["targetId"].as_str().or_else(|| wanted["target"]["objectId"].as_str())
}
