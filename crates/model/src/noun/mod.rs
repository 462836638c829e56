//! The nouns as types. What an answer may leave out (by `$select`, by version) is an `Option`;
//! members without a field are passed over.

mod assignment;
mod catalog;
mod directory;
mod package;
mod policy;
mod request;
mod resource;
mod schedule;
mod subject;

use serde::de::DeserializeOwned;

use crate::dialect::Noun;

pub use assignment::{Assignment, AssignmentResourceRole};
pub use catalog::Catalog;
pub use directory::{
    DirectoryObject, Group, NewGroup, NewRoleAssignment, NewUser, PasswordProfile, RoleAssignment,
    RoleDefinition, ServicePrincipal, User,
};
pub use package::{AccessPackage, NewPackage, NewRoleScope, RoleScope};
pub use policy::{ApprovalSettings, AssignmentPolicy, NewPolicy, RequestorSettings, SingleUser};
pub use request::{AssignmentRequest, NewAssignmentRequest};
pub use resource::{
    Environment, NewResourceRequest, Resource, ResourceAttribute, ResourceRequest, Role, Scope,
};
pub use schedule::{Expiration, Schedule};
pub use subject::Subject;

/// A noun that answers are read into.
pub trait Entity: DeserializeOwned + Send {
    /// Its table in the dialect.
    const NOUN: &'static Noun;
    /// The type of its id.
    type Id: ToString;

    /// Its id.
    fn id(&self) -> &Self::Id;
}

/// Defines nouns whose members, but for the id, may be absent.
macro_rules! nouns {
    ($($(#[$doc:meta])* $name:ident($id:ty) in $noun:ident {
        $($(#[$fdoc:meta])* $field:ident: $type:ty,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            /// The id that the service gave.
            pub id: $id,
            $($(#[$fdoc])*
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>,)*
        }

        impl $crate::Entity for $name {
            const NOUN: &'static $crate::dialect::Noun = &$crate::dialect::noun::$noun;
            type Id = $id;

            fn id(&self) -> &$id {
                &self.id
            }
        }
    )*};
}

pub(crate) use nouns;
