use crate::Direction;

/// A member that the service takes or sends though its metadata does not declare it.
#[derive(Debug)]
pub struct Exception {
    /// The version.
    pub version: &'static str,
    /// The type.
    pub type_name: &'static str,
    /// The member.
    pub member: &'static str,
    /// The half of the exchange in which it is known.
    pub direction: Direction,
    /// How it is known.
    pub source: &'static str,
}

const fn flat_id(member: &'static str) -> Exception {
    Exception {
        version: "v1.0",
        type_name: "accessPackageAssignment",
        member,
        direction: Direction::Request,
        source: "documentation of POST assignmentRequests (v1.0), example 1: the ids stand flat in the request",
    }
}

/// The known exceptions.
pub static EXCEPTIONS: [Exception; 4] = [
    flat_id("targetId"),
    flat_id("assignmentPolicyId"),
    flat_id("accessPackageId"),
    Exception {
        version: "v1.0",
        type_name: "accessPackageResource",
        member: "resourceType",
        direction: Direction::Request,
        source: "documentation of POST resourceRoleScopes (v1.0), examples 4 to 6; tutorial, step 1.6",
    },
];
