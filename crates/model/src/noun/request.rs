use jiff::Timestamp;
use odata::Field;
use serde::Serialize;

use super::nouns;
use crate::{
    AccessPackage, Assignment, AssignmentId, AssignmentPolicy, PackageId, PolicyId, RequestId,
    RequestState, RequestType, Schedule, Subject, User, UserId,
};

nouns! {
    /// A request for access, a change of it or its removal; carried out asynchronously.
    AssignmentRequest(RequestId) in REQUEST {
        /// What is asked.
        request_type: RequestType,
        /// Where it stands.
        state: RequestState,
        /// A finer word, such as `FulfilledNotificationTriggered`.
        status: String,
        /// When it was made, UTC; null in the answer that makes it.
        created_date_time: Timestamp,
        /// When it ended, UTC.
        completed_date_time: Timestamp,
        /// When access is wanted.
        schedule: Schedule,
        /// Why, in the requestor's words.
        justification: String,
        /// The package, where expanded.
        access_package: Box<AccessPackage>,
        /// The assignment, where expanded.
        assignment: Box<Assignment>,
        /// Who asked, where expanded.
        requestor: Subject,
    }
}

impl AssignmentRequest {
    /// Filter by state.
    pub const STATE: Field = Field::new("state");
}

/// A request to be made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewAssignmentRequest {
    request_type: RequestType,
    assignment: Wanted,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<AssignmentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignment_policy_id: Option<PolicyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_package_id: Option<PackageId>,
}

impl NewAssignmentRequest {
    fn add(
        request_type: RequestType,
        user: &User,
        policy: &AssignmentPolicy,
        package: &AccessPackage,
    ) -> Self {
        Self {
            request_type,
            assignment: Wanted {
                id: None,
                target_id: Some(user.id.clone()),
                assignment_policy_id: Some(policy.id.clone()),
                access_package_id: Some(package.id.clone()),
            },
        }
    }

    /// The signed-in user asks for themselves.
    pub fn user_add(user: &User, policy: &AssignmentPolicy, package: &AccessPackage) -> Self {
        Self::add(RequestType::UserAdd, user, policy, package)
    }

    /// An administrator assigns to `user`.
    pub fn admin_add(user: &User, policy: &AssignmentPolicy, package: &AccessPackage) -> Self {
        Self::add(RequestType::AdminAdd, user, policy, package)
    }

    /// An administrator takes an assignment away; assignments have no `DELETE`.
    pub fn admin_remove(assignment: &Assignment) -> Self {
        Self {
            request_type: RequestType::AdminRemove,
            assignment: Wanted { id: Some(assignment.id.clone()), ..Wanted::default() },
        }
    }
}
