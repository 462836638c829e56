use jiff::Timestamp;
use odata::Field;

use super::nouns;
use crate::{
    AccessPackage, AssignmentId, AssignmentPolicy, AssignmentState, PackageId, PolicyId, Schedule,
    Subject,
};

nouns! {
    /// Somebody's access to a package.
    Assignment(AssignmentId) in ASSIGNMENT {
        /// Where it stands.
        state: AssignmentState,
        /// A finer word, such as `Delivered`.
        status: String,
        /// When it ended, UTC.
        expired_date_time: Timestamp,
        /// From when to when.
        schedule: Schedule,
        /// The package's id; beta only.
        access_package_id: PackageId,
        /// The policy's id; beta only.
        assignment_policy_id: PolicyId,
        /// In beta the user's object id (2021 and later) or the subject's id (2020): expand
        /// `target` and use its `objectId`.
        target_id: String,
        /// The package, where expanded.
        access_package: AccessPackage,
        /// The policy, where expanded.
        assignment_policy: AssignmentPolicy,
        /// Who has it, where expanded.
        target: Subject,
        /// What was given, where expanded; beta only.
        access_package_assignment_resource_roles: Vec<AssignmentResourceRole>,
    }

    /// A resource role that an assignment gave; beta only.
    AssignmentResourceRole(String) in ASSIGNMENT_RESOURCE_ROLE {
        /// The role's origin id.
        origin_id: String,
        /// The system it comes from.
        origin_system: String,
        /// `Fulfilled` once given.
        status: String,
    }
}

impl Assignment {
    /// Filter by policy (step 3.2 of the tutorial).
    pub const POLICY_ID: Field = Field::new("assignmentPolicy/id");
    /// Filter by state.
    pub const STATE: Field = Field::new("state");
}
