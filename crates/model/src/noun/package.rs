use jiff::Timestamp;
use odata::Field;
use serde::Serialize;

use super::nouns;
use super::resource::Reference;
use crate::{
    AssignmentPolicy, Catalog, CatalogId, OriginSystem, PackageId, Resource, ResourceId, Role,
    RoleScopeId, Scope,
};

nouns! {
    /// A bundle of resource roles that can be requested.
    AccessPackage(PackageId) in PACKAGE {
        /// Its name, unique within its catalog.
        display_name: String,
        /// Its description.
        description: String,
        /// Whether requestors cannot see it.
        is_hidden: bool,
        /// When it was made, UTC.
        created_date_time: Timestamp,
        /// When it was last changed, UTC.
        modified_date_time: Timestamp,
        /// Its catalog; beta gives the id always, v1.0 only where expanded.
        catalog: Box<Catalog>,
        /// Its policies, where expanded.
        assignment_policies: Vec<AssignmentPolicy>,
        /// Its resource roles, where expanded.
        resource_role_scopes: Vec<RoleScope>,
    }

    /// A resource's role in a scope, as a package grants it. Its id is `{roleId}_{scopeId}`.
    RoleScope(RoleScopeId) in ROLE_SCOPE {
        /// When it was added, UTC.
        created_date_time: Timestamp,
        /// The role, where expanded.
        role: Role,
        /// The scope, where expanded.
        scope: Scope,
    }
}

impl AccessPackage {
    /// Filter by name.
    pub const DISPLAY_NAME: Field = Field::new("displayName");
}

/// A package to be made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPackage {
    catalog: Reference<CatalogId>,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl NewPackage {
    /// A package in `catalog`.
    pub fn in_catalog(catalog: &Catalog, display_name: &str) -> Self {
        Self {
            catalog: Reference { id: catalog.id.clone() },
            display_name: display_name.to_owned(),
            description: None,
        }
    }

    /// With a description.
    #[must_use]
    pub fn described(self, description: &str) -> Self {
        Self { description: Some(description.to_owned()), ..self }
    }
}

/// A resource's role to be added to a package, in the resource's root scope.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewRoleScope {
    role: NewRole,
    scope: NewScope,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct NewRole {
    origin_id: Option<String>,
    display_name: Option<String>,
    origin_system: Option<OriginSystem>,
    resource: RoleResource,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleResource {
    id: ResourceId,
    origin_id: Option<String>,
    origin_system: Option<OriginSystem>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct NewScope {
    origin_id: Option<String>,
    origin_system: Option<OriginSystem>,
}

impl NewRoleScope {
    /// `role` of `resource`.
    pub fn of(role: &Role, resource: &Resource) -> Self {
        Self {
            role: NewRole {
                origin_id: role.origin_id.clone(),
                display_name: role.display_name.clone(),
                origin_system: role.origin_system.clone(),
                resource: RoleResource {
                    id: resource.id.clone(),
                    origin_id: resource.origin_id.clone(),
                    origin_system: resource.origin_system.clone(),
                },
            },
            scope: NewScope {
                origin_id: resource.origin_id.clone(),
                origin_system: resource.origin_system.clone(),
            },
        }
    }
}
