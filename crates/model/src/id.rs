//! Ids as types of their own, so that a policy's id cannot stand where a package's belongs.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&$name> for String {
            fn from(id: &$name) -> Self {
                id.0.clone()
            }
        }
    )*};
}

ids! {
    /// Object id of a user.
    UserId;
    /// Object id of a group.
    GroupId;
    /// Object id of a service principal.
    ServicePrincipalId;
    /// Id of a directory role definition.
    RoleDefinitionId;
    /// Id of a directory role assignment: see [`role_assignment_id`].
    RoleAssignmentId;
    /// Id of a catalog.
    CatalogId;
    /// Id of a resource within a catalog; not the id of the object it stands for.
    ResourceId;
    /// Id of a resource environment.
    EnvironmentId;
    /// Id of a request to add or remove a resource.
    ResourceRequestId;
    /// Id of a resource's role; all zeros until the role is first used in a package
    /// (tutorial, step 1.4).
    RoleId;
    /// Id of a resource's scope.
    ScopeId;
    /// Id of a role within a scope, as a package grants it: see [`role_scope_id`].
    RoleScopeId;
    /// Id of an access package.
    PackageId;
    /// Id of an assignment policy.
    PolicyId;
    /// Id of an assignment request.
    RequestId;
    /// Id of an assignment; differs from the id of the request that made it (three live runs,
    /// 2020 to 2022).
    AssignmentId;
    /// Id of a subject of entitlement management; not the object id of the user it stands for.
    SubjectId;
}

/// The id of a role scope: `{roleId}_{scopeId}` (seen in the 2020 tutorial and in two clients).
pub fn role_scope_id(role: &str, scope: &str) -> RoleScopeId {
    RoleScopeId(format!("{role}_{scope}"))
}

/// The id of a directory role assignment: the definition's and the principal's guid, 16 bytes each
/// in .NET's mixed byte order, base64url without padding, and the suffix `-1` (decoded from the
/// 2020 tutorial's `lAPpYvVpN0KRkAEhdxReEKUGIHljHWNNgcfsCAgYFIY-1`). `None` where either is no guid.
pub fn role_assignment_id(definition: &str, principal: &str) -> Option<RoleAssignmentId> {
    use base64::Engine;
    let mut bytes = guid_bytes(definition)?;
    bytes.extend(guid_bytes(principal)?);
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    Some(RoleAssignmentId(format!("{text}-1")))
}

fn guid_bytes(text: &str) -> Option<Vec<u8>> {
    let parts: Vec<&str> = text.split('-').collect();
    if parts.iter().map(|part| part.len()).ne([8, 4, 4, 4, 12]) || !text.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(16);
    for (index, part) in parts.iter().enumerate() {
        let digits: Option<Vec<u8>> = (0..part.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&part[at..at + 2], 16).ok())
            .collect();
        let mut digits = digits?;
        // The first three fields are stored with the smallest byte first.
        if index < 3 {
            digits.reverse();
        }
        bytes.extend(digits);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_assignments_id_is_made_of_definition_and_principal() {
        let id = role_assignment_id(
            "62e90394-69f5-4237-9190-012177145e10",
            "792006a5-1d63-4d63-81c7-ec0808181486",
        );
        assert_eq!(id.unwrap().as_str(), "lAPpYvVpN0KRkAEhdxReEKUGIHljHWNNgcfsCAgYFIY-1");
        assert_eq!(role_assignment_id("62e90394", "792006a5-1d63-4d63-81c7-ec0808181486"), None);
    }
}
