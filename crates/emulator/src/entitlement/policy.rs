use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Modified, not_honoured};
use crate::refusal::{
    ANY_USER_POLICY, APPROVAL_STAGES, POLICY_IN_USE, POLICY_NOT_FOUND, Refusal, argument_null,
    invalid_model, not_found,
};
use crate::state::{Caller, State};
use crate::time;

/// An assignment policy. Its settings are kept in canonical form, as they were given.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) id: String,
    pub(crate) package_id: String,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    pub(crate) scope: &'static str,
    pub(crate) targets: Value,
    pub(crate) expiration: Value,
    pub(crate) requestor_settings: Value,
    pub(crate) approval: Value,
    pub(crate) review: Value,
    pub(crate) created_by: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Modified,
}

/// The words of `allowedTargetScope`.
const SCOPES: [&str; 10] = [
    "notSpecified",
    "specificDirectoryUsers",
    "specificConnectedOrganizationUsers",
    "specificDirectoryServicePrincipals",
    "allMemberUsers",
    "allDirectoryUsers",
    "allDirectoryServicePrincipals",
    "allConfiguredConnectedOrganizationUsers",
    "allExternalUsers",
    "allDirectoryAgentIdentities",
];

/// A policy is marked as changed a moment after it was made, even in the answer that makes it
/// (15.6 ms in the tutorial's capture, up to 80 ms in live runs).
const TOUCHED_AFTER: SignedDuration = SignedDuration::from_micros(15_574);

impl Policy {
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "accessPackageId": self.package_id,
            "displayName": self.display_name,
            "description": self.description,
            "allowedTargetScope": self.scope,
            "specificAllowedTargets": self.targets,
            "expiration": self.expiration,
            "createdBy": self.created_by,
            "createdDateTime": time::read(self.created),
            "modifiedBy": self.modified.by,
            "modifiedDateTime": time::read(self.modified.at),
            "reviewSettings": self.review,
            "requestorSettings": self.requestor_settings,
            "requestApprovalSettings": self.approval,
            "automaticRequestSettings": null,
        })
    }

    /// Whether targets may ask themselves.
    pub(crate) fn accepts_requests(&self) -> bool {
        self.requestor_settings["enableTargetsToSelfAddAccess"] == true
    }

    /// Whether a request needs somebody's approval.
    pub(crate) fn needs_approval(&self) -> bool {
        self.approval["isApprovalRequiredForAdd"] == true
    }

    /// When access that begins at `start` ends; `None` for never.
    pub(crate) fn end(&self, start: Timestamp) -> Option<Timestamp> {
        match self.expiration["type"].as_str()? {
            "afterDateTime" => self.expiration["endDateTime"].as_str()?.parse().ok(),
            "afterDuration" => {
                let span: jiff::Span = self.expiration["duration"].as_str()?.parse().ok()?;
                start
                    .to_zoned(jiff::tz::TimeZone::UTC)
                    .checked_add(span)
                    .ok()
                    .map(|z| z.timestamp())
            }
            _ => None,
        }
    }

    /// How narrowly it names who may ask; the narrowest policy that covers somebody is theirs
    /// (order of the troubleshooting page).
    pub(crate) fn breadth(&self) -> u8 {
        match self.scope {
            "specificDirectoryUsers" | "specificConnectedOrganizationUsers" => 1,
            "allMemberUsers" => 2,
            "allDirectoryUsers" => 3,
            _ => 4,
        }
    }
}

impl State {
    pub(crate) fn policy(&self, id: &str) -> Result<&Policy, Refusal> {
        let found = self.entitlement.policies.get(id);
        found.ok_or_else(|| not_found(&POLICY_NOT_FOUND, "policy"))
    }

    pub(crate) fn create_policy(
        &mut self,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<String, Refusal> {
        let mut policy = self.read_policy(body, caller)?;
        policy.id = self.ids.next();
        let id = policy.id.clone();
        self.entitlement.policies.insert(id.clone(), policy);
        Ok(id)
    }

    /// Puts the whole of a policy in the place of what was there: what the body leaves out is gone
    /// (PUT is the one update that the metadata allows). The package stays, which must be named all
    /// the same (microsoft-graph-docs-contrib issue 1462).
    pub(crate) fn replace_policy(
        &mut self,
        id: &str,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<(), Refusal> {
        let known = self.policy(id)?;
        let (package_id, created_by) = (known.package_id.clone(), known.created_by.clone());
        let created = known.created;
        let read = self.read_policy(body, caller)?;
        let modified = self.modified(caller);
        let policy =
            Policy { id: id.to_owned(), package_id, created_by, created, modified, ..read };
        self.entitlement.policies.insert(id.to_owned(), policy);
        Ok(())
    }

    /// A policy as a body describes it, without an id.
    fn read_policy(&self, body: &Value, caller: Caller<'_>) -> Result<Policy, Refusal> {
        let name = body["displayName"].as_str().ok_or_else(invalid_model)?;
        not_honoured(
            body,
            &[
                "automaticRequestSettings",
                "questions",
                "notificationSettings",
                "customExtensionStageSettings",
                "customExtensionHandlers",
                "reviewSettings",
            ],
        )?;
        not_honoured(&body["requestorSettings"], &["onBehalfRequestors"])?;
        let Some(package_id) = body["accessPackage"]["id"].as_str() else {
            return Err(argument_null("Id"));
        };
        self.package(package_id)?;
        let targets = targets(&body["specificAllowedTargets"]).ok_or_else(invalid_model)?;
        let expiration = expiration(&body["expiration"]).ok_or_else(invalid_model)?;
        let approval = approval(&body["requestApprovalSettings"])?;
        let requestor_settings =
            requestor_settings(&body["requestorSettings"]).ok_or_else(invalid_model)?;
        let scope = body["allowedTargetScope"].as_str().unwrap_or("notSpecified");
        let scope = SCOPES.iter().find(|known| known.eq_ignore_ascii_case(scope));
        // v1.0 does not know beta's words (live run of 2026: NoSubjects).
        let scope = *scope.ok_or_else(invalid_model)?;
        let asks = requestor_settings["enableTargetsToSelfAddAccess"] == true;
        if scope == "allExternalUsers" && asks && approval["isApprovalRequiredForAdd"] != true {
            return Err(ANY_USER_POLICY.says(
                "An access package policy with Any User option must have an approval configured.",
            ));
        }
        let made = self.modified(caller);
        let touched = caller.now.saturating_add(TOUCHED_AFTER).unwrap_or(caller.now);
        Ok(Policy {
            id: String::new(),
            package_id: package_id.to_owned(),
            display_name: name.to_owned(),
            description: body["description"].as_str().map(str::to_owned),
            scope,
            targets,
            expiration,
            requestor_settings,
            approval,
            review: body["reviewSettings"].clone(),
            created_by: made.by.clone(),
            created: caller.now,
            modified: Modified { at: touched, ..made },
        })
    }

    /// Deletes a policy; refused while anybody has access through it.
    pub(crate) fn delete_policy(&mut self, id: &str) -> Result<(), Refusal> {
        let policy = self.policy(id)?;
        let held =
            self.entitlement.assignments.values().any(|a| a.policy_id == id && a.is_current());
        // What is on its way counts as well.
        let asked = self.entitlement.requests.values().any(|r| r.policy_id == id && r.is_open());
        if held || asked {
            return Err(POLICY_IN_USE.says(format!(
                "The policy: {} can not be deleted because there are active assignments.",
                policy.display_name
            )));
        }
        self.entitlement.policies.shift_remove(id);
        Ok(())
    }

    /// Whether a policy names or covers a user.
    pub(crate) fn covers(&self, policy: &Policy, user: &str) -> bool {
        let Some(found) = self.directory.users.get(user) else { return false };
        let mut targets = policy.targets.as_array().into_iter().flatten();
        match policy.scope {
            "specificDirectoryUsers" => targets.any(|target| {
                let named = target["userId"].as_str() == Some(user);
                let group = target["groupId"].as_str().and_then(|g| self.directory.groups.get(g));
                named || group.is_some_and(|group| group.members.iter().any(|m| m == user))
            }),
            "allMemberUsers" => !found.is_guest,
            "allExternalUsers" => found.is_guest,
            "allDirectoryUsers" => true,
            _ => false,
        }
    }
}

/// Whom a policy names, each by its type; the service takes the type with and without `#` and
/// sends it with.
fn targets(given: &Value) -> Option<Value> {
    let targets = given.as_array().into_iter().flatten().map(|target| {
        let named = target["@odata.type"].as_str()?;
        let mut target = target.clone();
        target["@odata.type"] = Value::String(format!("#{}", named.trim_start_matches('#')));
        Some(target)
    });
    targets.collect::<Option<Vec<_>>>().map(Value::Array)
}

/// An expiration that can be kept, `noExpiration` where none is given.
fn expiration(given: &Value) -> Option<Value> {
    if given.is_null() {
        return Some(json!({"endDateTime": null, "duration": null, "type": "noExpiration"}));
    }
    let kind = given["type"].as_str().unwrap_or("notSpecified");
    let kinds = ["notSpecified", "noExpiration", "afterDateTime", "afterDuration"];
    let kind = *kinds.iter().find(|known| known.eq_ignore_ascii_case(kind))?;
    // What cannot be read is refused whatever the type says (a body that does not bind).
    let duration = given["duration"].as_str();
    let end = given["endDateTime"].as_str();
    let fine = match kind {
        "afterDuration" => duration.is_some(),
        "afterDateTime" => end.is_some(),
        _ => true,
    };
    let fine =
        fine && duration.is_none_or(|text| {
            // Only ISO 8601; the parser would take plain English too.
            text.starts_with('P') && text.parse::<jiff::Span>().is_ok_and(|span| span.is_positive())
        }) && end.is_none_or(|text| text.parse::<Timestamp>().is_ok());
    fine.then(|| {
        json!({"endDateTime": given["endDateTime"], "duration": given["duration"], "type": kind})
    })
}

/// The settings, those not given false; nothing where one is no flag.
fn requestor_settings(given: &Value) -> Option<Value> {
    let mut flags =
        given.as_object().into_iter().flatten().filter(|(name, _)| name.starts_with("enable"));
    if flags.any(|(_, value)| !value.is_boolean() && !value.is_null()) {
        return None;
    }
    let flag = |name: &str| given[name].as_bool().unwrap_or(false);
    Some(json!({
        "enableTargetsToSelfAddAccess": flag("enableTargetsToSelfAddAccess"),
        "enableTargetsToSelfUpdateAccess": flag("enableTargetsToSelfUpdateAccess"),
        "enableTargetsToSelfRemoveAccess": flag("enableTargetsToSelfRemoveAccess"),
        "allowCustomAssignmentSchedule": flag("allowCustomAssignmentSchedule"),
        "enableOnBehalfRequestorsToAddAccess": flag("enableOnBehalfRequestorsToAddAccess"),
        "enableOnBehalfRequestorsToUpdateAccess": flag("enableOnBehalfRequestorsToUpdateAccess"),
        "enableOnBehalfRequestorsToRemoveAccess": flag("enableOnBehalfRequestorsToRemoveAccess"),
        "onBehalfRequestors": [],
    }))
}

/// Either flag demands stages (live runs of 6 September 2026).
fn approval(given: &Value) -> Result<Value, Refusal> {
    for name in ["isApprovalRequiredForAdd", "isApprovalRequiredForUpdate"] {
        if !given[name].is_boolean() && !given[name].is_null() {
            return Err(invalid_model());
        }
    }
    let flag = |name: &str| given[name].as_bool().unwrap_or(false);
    let stages = given["stages"].as_array().cloned().unwrap_or_default();
    let required = flag("isApprovalRequiredForAdd") || flag("isApprovalRequiredForUpdate");
    if required && stages.is_empty() {
        return Err(APPROVAL_STAGES
            .says("If approval is required, a valid list of stages must be provided."));
    }
    not_honoured(given, &["stages"])?;
    Ok(json!({
        "isApprovalRequiredForAdd": flag("isApprovalRequiredForAdd"),
        "isApprovalRequiredForUpdate": flag("isApprovalRequiredForUpdate"),
        "isRequestorJustificationRequired": flag("isRequestorJustificationRequired"),
        "stages": stages,
    }))
}
