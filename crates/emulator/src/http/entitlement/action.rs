//! Actions bound to an entity.

use model::dialect::noun;
use serde_json::{Value, json};

use super::Served;
use crate::behaviour::CANCELED;
use crate::http::answer::Answer;
use crate::refusal::{MOVE_RESOURCES, Refusal, invalid_model};

/// Every action.
pub(super) const NAMES: [&str; 6] = [
    "cancel",
    "reprocess",
    "resume",
    "refresh",
    "moveToCatalog",
    "getApplicablePolicyRequirements",
];

impl Served<'_> {
    /// Statuses are those of the reference pages: 200 and 202, both without a body.
    pub(super) fn act(self, set: &str, id: &str, action: &str) -> Result<Answer, Refusal> {
        let now = self.caller.now;
        match (set, action) {
            ("assignmentRequests", "cancel") => {
                self.state.cancel_request(id, now)?;
                Ok(match self.state.rules.apply(&CANCELED) {
                    true => Answer::empty(),
                    false => Answer::no_content(),
                })
            }
            ("assignmentRequests", "reprocess") => {
                self.state.reprocess_request(id, now).map(|()| Answer::accepted())
            }
            ("assignments", "reprocess") => {
                self.state.assignment(id)?;
                self.state.reprocess_assignment(id);
                Ok(Answer::accepted())
            }
            ("accessPackages", "moveToCatalog") => self.move_to_catalog(id),
            ("accessPackages", "getApplicablePolicyRequirements") => self.requirements(id),
            _ => Err(self.unsupported(&[set, id, action])),
        }
    }

    /// Fetches name and description from the origin (reference page).
    pub(super) fn refresh(self, catalog: &str, resource: &str) -> Result<Answer, Refusal> {
        self.state.catalog(catalog)?;
        self.state.refresh_resource(catalog, resource)?;
        Ok(Answer::empty())
    }

    fn move_to_catalog(self, id: &str) -> Result<Answer, Refusal> {
        let state = self.state;
        let package = state.package(id)?;
        let catalog = self.call.body["catalogId"].as_str().ok_or_else(invalid_model)?;
        state.catalog(catalog)?;
        match state.move_package(&package.id.clone(), catalog) {
            true => Ok(Answer::empty()),
            false => Err(MOVE_RESOURCES
                .says("The resources of the access package are not in the target catalog.")),
        }
    }

    /// What the signed-in user is asked for, a row a policy by which they may ask.
    fn requirements(self, id: &str) -> Result<Answer, Refusal> {
        self.state.package(id)?;
        let (user, version) = (self.caller.user, self.call.version);
        let rows = self.state.applicable(id, user, user).map(|policy| {
            let policy = model::dialect::render(version, &noun::POLICY, policy.row());
            requirements(version, &policy)
        });
        let place = self.place(&["accessPackages", id, "getApplicablePolicyRequirements"]);
        Ok(Answer::ok(json!({
            "@odata.context": self.call.context(&place),
            "value": rows.collect::<Value>(),
        })))
    }
}

/// From a policy in the version's own names.
fn requirements(version: model::Version, policy: &Value) -> Value {
    let approval = &policy["requestApprovalSettings"];
    let mut row = json!({
        "policyId": policy["id"],
        "policyDisplayName": policy["displayName"],
        "policyDescription": policy["description"],
    });
    let of = |row: &mut Value, name: &str, value: &Value| row[name] = value.clone();
    match version {
        model::Version::V1 => {
            for name in ["isApprovalRequiredForAdd", "isApprovalRequiredForUpdate"] {
                of(&mut row, name, &approval[name]);
            }
            let custom = &policy["requestorSettings"]["allowCustomAssignmentSchedule"];
            of(&mut row, "allowCustomAssignmentSchedule", custom);
            row["schedule"] = json!({"expiration": policy["expiration"]});
        }
        model::Version::Beta => {
            for name in ["isApprovalRequired", "isApprovalRequiredForExtension"] {
                of(&mut row, name, &approval[name]);
            }
            row["isCustomAssignmentScheduleAllowed"] = json!(false);
            let days = policy["durationInDays"].as_i64().unwrap_or(0);
            let end = &policy["expirationDateTime"];
            let (kind, duration) = match (end.is_string(), days) {
                (true, _) => ("afterDateTime", Value::Null),
                (false, 0) => ("noExpiration", Value::Null),
                (false, days) => ("afterDuration", json!(format!("P{days}D"))),
            };
            let expiration = json!({"endDateTime": end, "duration": duration, "type": kind});
            row["schedule"] = json!({"expiration": expiration});
            row["existingAnswers"] = json!([]);
        }
    }
    let why = &approval["isRequestorJustificationRequired"];
    of(&mut row, "isRequestorJustificationRequired", why);
    of(&mut row, "questions", &policy["questions"]);
    row
}
