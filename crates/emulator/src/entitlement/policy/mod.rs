//! Assignment policies: who gets a package, who approves, for how long.

mod approval;
mod question;
mod review;
mod settings;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{By, Modified, not_honoured};
use crate::behaviour::POLICY_TOUCHED;
use crate::ids::Id;
use crate::refusal::{
    ANY_USER_POLICY, POLICY_IN_USE, POLICY_NOT_FOUND, Refusal, argument_null, invalid_model,
    not_found,
};
use crate::state::{Caller, State, Word};
use crate::time;

pub(super) use settings::{end, expiration};

/// An assignment policy. Its settings are kept in canonical form, as they were given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub(crate) id: Id,
    pub(crate) package_id: Id,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    #[serde(deserialize_with = "crate::state::word::one")]
    pub(crate) scope: Word,
    pub(crate) targets: Value,
    pub(crate) expiration: Value,
    pub(crate) requestor_settings: Value,
    pub(crate) approval: Value,
    pub(crate) review: Value,
    pub(crate) questions: Value,
    pub(crate) notification: Value,
    pub(crate) created_by: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Modified,
}

/// The words of `allowedTargetScope`.
const SCOPES: [&str; 11] = [
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
    ALL_EXISTING_ORGANIZATIONS,
];

/// A word of beta that v1.0's enum does not have.
pub(crate) const ALL_EXISTING_ORGANIZATIONS: &str = "AllExistingConnectedOrganizationSubjects";

/// A policy is marked as changed a moment after it was made, even in the answer that makes it
/// (15.6 ms in the tutorial's capture, up to 80 ms in live runs).
const TOUCHED_AFTER: SignedDuration = SignedDuration::from_micros(15_574);

crate::state::keyed!(Policy);

impl Policy {
    pub(crate) fn row(&self) -> Value {
        let mut row = json!({
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
            "questions": self.questions,
        });
        if !self.notification.is_null() {
            row["notificationSettings"] = self.notification.clone();
        }
        row
    }

    /// Whether targets may ask themselves.
    pub(crate) fn accepts_requests(&self) -> bool {
        self.requestor_settings["enableTargetsToSelfAddAccess"] == true
    }

    /// Whether a request of this kind needs somebody's approval.
    pub(crate) fn needs_approval(&self, kind: &str) -> bool {
        let name = match kind {
            "userUpdate" => "isApprovalRequiredForUpdate",
            _ => "isApprovalRequiredForAdd",
        };
        self.approval[name] == true
    }

    /// The stages of an approval, in order.
    pub(crate) fn stages(&self) -> &[Value] {
        self.approval["stages"].as_array().map_or(&[], Vec::as_slice)
    }

    /// When access that begins at `start` ends; `None` for never.
    pub(crate) fn end(&self, start: Timestamp) -> Option<Timestamp> {
        settings::end(&self.expiration, start)
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
    ) -> Result<Id, Refusal> {
        let mut policy = self.read_policy(body, caller)?;
        policy.id = self.ids.next();
        policy.questions = question::read(&body["questions"], &Value::Null, &mut self.ids)?;
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
        let known = self.policy(id)?.clone();
        let (package_id, created_by) = (known.package_id.clone(), known.created_by.clone());
        let (created, asked) = (known.created, known.questions.clone());
        let read = self.read_policy(body, caller)?;
        let questions = question::read(&body["questions"], &asked, &mut self.ids)?;
        let modified = self.modified(caller);
        let id = known.id.clone();
        let policy = Policy { id, package_id, questions, created_by, created, modified, ..read };
        self.entitlement.policies.insert(policy.id.clone(), policy);
        Ok(())
    }

    /// A policy as a body describes it, without an id.
    fn read_policy(&self, body: &Value, caller: Caller<'_>) -> Result<Policy, Refusal> {
        let name = body["displayName"].as_str().ok_or_else(invalid_model)?;
        not_honoured(
            body,
            &[
                "automaticRequestSettings",
                "customExtensionStageSettings",
                "customExtensionHandlers",
                "verifiableCredentialSettings",
            ],
        )?;
        let Some(package_id) = body["accessPackage"]["id"].as_str() else {
            return Err(argument_null("Id"));
        };
        self.package(package_id)?;
        let targets = settings::subjects(&body["specificAllowedTargets"]);
        let targets = targets.ok_or_else(invalid_model)?;
        let expiration = settings::expiration(&body["expiration"]).ok_or_else(invalid_model)?;
        let approval = approval::read(&body["requestApprovalSettings"])?;
        let requestor_settings =
            settings::requestors(&body["requestorSettings"]).ok_or_else(invalid_model)?;
        let review = review::read(&body["reviewSettings"]).ok_or_else(invalid_model)?;
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
        let touched = match self.rules.apply(&POLICY_TOUCHED) {
            true => caller.now.saturating_add(TOUCHED_AFTER).unwrap_or(caller.now),
            false => caller.now,
        };
        Ok(Policy {
            id: Id::default(),
            package_id: package_id.into(),
            display_name: name.to_owned(),
            description: body["description"].as_str().map(str::to_owned),
            scope,
            targets,
            expiration,
            requestor_settings,
            approval,
            review,
            questions: json!([]),
            notification: body["notificationSettings"].clone(),
            created_by: made.by.clone(),
            created: caller.now,
            modified: Modified { at: touched, ..made },
        })
    }

    /// Deletes a policy; refused while anybody has access through it.
    pub(crate) fn delete_policy(&mut self, id: &str) -> Result<(), Refusal> {
        let policy = self.policy(id)?;
        if self.is_in_use(By::Policy, id) {
            return Err(POLICY_IN_USE.says(format!(
                "The policy: {} can not be deleted because there are active assignments.",
                policy.display_name
            )));
        }
        self.entitlement.policies.remove(id);
        Ok(())
    }

    /// Whether a policy names or covers a user.
    pub(crate) fn covers(&self, policy: &Policy, user: &str) -> bool {
        let Some(found) = self.directory.users.get(user) else { return false };
        let mut targets = policy.targets.as_array().into_iter().flatten();
        match policy.scope {
            "specificDirectoryUsers" => targets.any(|target| {
                let named = target["userId"].as_str() == Some(user);
                let group = target["groupId"].as_str();
                named || group.is_some_and(|group| self.directory.is_member(group, user))
            }),
            "allMemberUsers" => !found.is_guest,
            "allExternalUsers" => found.is_guest,
            "allDirectoryUsers" => true,
            _ => false,
        }
    }
}
