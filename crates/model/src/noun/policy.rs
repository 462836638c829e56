use jiff::Timestamp;
use odata::Field;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::nouns;
use super::resource::Reference;
use crate::{AccessPackage, Expiration, PackageId, PolicyId, TargetScope, User, UserId};

nouns! {
    /// Who gets a package, how, and for how long.
    AssignmentPolicy(PolicyId) in POLICY {
        /// Its name; two policies of a package may share one.
        display_name: String,
        /// Its description.
        description: String,
        /// Who may be assigned through it.
        allowed_target_scope: TargetScope,
        /// The users, groups and organizations it names, as typed objects.
        specific_allowed_targets: Vec<Value>,
        /// How long assignments last.
        expiration: Expiration,
        /// Who may ask for what.
        requestor_settings: RequestorSettings,
        /// Who must approve.
        request_approval_settings: ApprovalSettings,
        /// When it was made, UTC.
        created_date_time: Timestamp,
        /// When it was last changed, UTC; some milliseconds after it was made, even in the answer
        /// that makes it.
        modified_date_time: Timestamp,
        /// Its package; beta gives the id always, v1.0 only where expanded.
        access_package: Box<AccessPackage>,
    }
}

impl AssignmentPolicy {
    /// Filter by id (2020 tutorial, "Get access package assignment policies").
    pub const ID: Field = Field::new("id");
}

/// What targets may ask for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestorSettings {
    /// Whether they may ask for access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_targets_to_self_add_access: Option<bool>,
    /// Whether they may ask for more time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_targets_to_self_update_access: Option<bool>,
    /// Whether they may give access back; v1.0 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_targets_to_self_remove_access: Option<bool>,
}

/// Whether approval is needed. The stages' full shape is not modelled yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApprovalSettings {
    /// For new access.
    pub is_approval_required_for_add: Option<bool>,
    /// For more time.
    pub is_approval_required_for_update: Option<bool>,
    /// Whether the requestor must say why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_requestor_justification_required: Option<bool>,
    /// Who approves, in order.
    #[serde(default)]
    pub stages: Vec<Value>,
}

/// A user that a policy names.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SingleUser {
    #[serde(rename = "@odata.type")]
    odata_type: &'static str,
    user_id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl From<&User> for SingleUser {
    fn from(user: &User) -> Self {
        Self {
            odata_type: "#microsoft.graph.singleUser",
            user_id: user.id.clone(),
            description: user.display_name.clone(),
        }
    }
}

/// A policy to be made: without approval and without reviews, as the tutorials have it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPolicy {
    access_package: Reference<PackageId>,
    display_name: String,
    description: String,
    allowed_target_scope: TargetScope,
    specific_allowed_targets: Vec<SingleUser>,
    expiration: Expiration,
    requestor_settings: RequestorSettings,
    request_approval_settings: ApprovalSettings,
}

impl NewPolicy {
    /// `users` may ask for `package` themselves, without approval; access never ends.
    pub fn for_users(package: &AccessPackage, display_name: &str, users: &[&User]) -> Self {
        Self {
            access_package: Reference { id: package.id.clone() },
            display_name: display_name.to_owned(),
            description: String::new(),
            allowed_target_scope: TargetScope::SpecificDirectoryUsers,
            specific_allowed_targets: users.iter().map(|user| SingleUser::from(*user)).collect(),
            expiration: Expiration::never(),
            requestor_settings: RequestorSettings {
                enable_targets_to_self_add_access: Some(true),
                enable_targets_to_self_update_access: None,
                enable_targets_to_self_remove_access: None,
            },
            request_approval_settings: ApprovalSettings {
                is_approval_required_for_add: Some(false),
                is_approval_required_for_update: Some(false),
                is_requestor_justification_required: Some(false),
                stages: Vec::new(),
            },
        }
    }

    /// With a description.
    #[must_use]
    pub fn described(self, description: &str) -> Self {
        Self { description: description.to_owned(), ..self }
    }

    /// Access ends `days` days after it is given.
    #[must_use]
    pub fn lasting_days(self, days: u32) -> Self {
        Self { expiration: Expiration::after_days(days), ..self }
    }
}
