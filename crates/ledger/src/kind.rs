use std::fmt::{self, Display};

use model::dialect::{Noun, noun};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Kinds of objects that are made in a tenant, each with its own way to find it and to take it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A user.
    User,
    /// A group.
    Group,
    /// The assignment of a directory role.
    DirectoryRole,
    /// A catalog.
    Catalog,
    /// A resource in a catalog: made by one request, taken out by another.
    Resource,
    /// An access package.
    Package,
    /// A role of a resource in a package.
    RoleScope,
    /// An assignment policy.
    Policy,
    /// A request for an assignment, or for its end.
    Request,
}

/// What an object is found by and recognised by: a name, and where a body has it in canonical names.
type Marks = &'static [(&'static str, &'static [&'static str])];

impl Kind {
    pub(crate) fn noun(self) -> &'static Noun {
        match self {
            Self::User => &noun::USER,
            Self::Group => &noun::GROUP,
            Self::DirectoryRole => &noun::ROLE_ASSIGNMENT,
            Self::Catalog => &noun::CATALOG,
            Self::Resource => &noun::RESOURCE_REQUEST,
            Self::Package => &noun::PACKAGE,
            Self::RoleScope => &noun::ROLE_SCOPE,
            Self::Policy => &noun::POLICY,
            Self::Request => &noun::REQUEST,
        }
    }

    /// No mark is a secret, or tells of anybody who was there before: names are of the run's own
    /// making, and everything else is an id.
    fn marks(self) -> Marks {
        match self {
            Self::User | Self::Group => {
                &[("displayName", &["/displayName"]), ("mailNickname", &["/mailNickname"])]
            }
            Self::DirectoryRole => {
                &[("principal", &["/principalId"]), ("definition", &["/roleDefinitionId"])]
            }
            Self::Catalog => &[("displayName", &["/displayName"])],
            Self::Resource => {
                &[("catalog", &["/catalog/id", "/catalogId"]), ("origin", &["/resource/originId"])]
            }
            Self::Package => {
                &[("displayName", &["/displayName"]), ("catalog", &["/catalog/id", "/catalogId"])]
            }
            Self::RoleScope => &[("role", &["/role/originId"]), ("scope", &["/scope/originId"])],
            Self::Policy => &[
                ("displayName", &["/displayName"]),
                ("package", &["/accessPackage/id", "/accessPackageId"]),
            ],
            Self::Request => &[
                ("type", &["/requestType"]),
                ("assignment", &["/assignment/id"]),
                ("policy", &["/assignment/assignmentPolicyId", "/assignment/assignmentPolicy/id"]),
                ("package", &["/assignment/accessPackageId", "/assignment/accessPackage/id"]),
            ],
        }
    }

    /// The marks of an object that `body` asks for, in canonical names.
    pub(crate) fn marked(self, body: &Value) -> Vec<(&'static str, String)> {
        let text = |pointers: &[&str]| {
            pointers.iter().find_map(|pointer| body.pointer(pointer)?.as_str()).map(str::to_owned)
        };
        let marks = self.marks().iter();
        marks.filter_map(|(name, pointers)| Some((*name, text(pointers)?))).collect()
    }

    /// What it is called in sentences.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::DirectoryRole => "directory role assignment",
            Self::Catalog => "catalog",
            Self::Resource => "resource",
            Self::Package => "access package",
            Self::RoleScope => "resource role",
            Self::Policy => "assignment policy",
            Self::Request => "assignment request",
        }
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
