use jiff::Timestamp;
use odata::Field;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::nouns;
use crate::{
    Catalog, CatalogId, EnvironmentId, GroupId, OriginSystem, RequestState, RequestType,
    ResourceId, ResourceRequestId, RoleId, ScopeId, ServicePrincipalId,
};

nouns! {
    /// A group, application or site as part of a catalog. Its id is not the object's id.
    Resource(ResourceId) in RESOURCE {
        /// Its name, from the origin.
        display_name: String,
        /// Its description, from the origin.
        description: String,
        /// The object it stands for: a group's or service principal's id, a site's URL.
        origin_id: String,
        /// The system it comes from.
        origin_system: OriginSystem,
        /// When it was added, UTC.
        created_date_time: Timestamp,
        /// What is asked of a requestor and sent to the resource.
        attributes: Vec<ResourceAttribute>,
        /// Its roles, where expanded. An expansion can stay empty; see [`Role`].
        roles: Vec<Role>,
        /// Its scopes, where expanded.
        scopes: Vec<Scope>,
        /// Its environment, where expanded.
        environment: Environment,
    }

    /// A role that a resource has, such as a group's `Member`.
    Role(RoleId) in ROLE {
        /// Its name.
        display_name: String,
        /// Its description.
        description: String,
        /// `Member_{groupId}`, an application role's id, a site role's number.
        origin_id: String,
        /// The system it comes from.
        origin_system: OriginSystem,
        /// The resource, where expanded.
        resource: Box<Resource>,
    }

    /// The part of a resource in which a role is given; `Root` is all of it.
    Scope(ScopeId) in SCOPE {
        /// Its name.
        display_name: String,
        /// Its description.
        description: String,
        /// The resource's origin id.
        origin_id: String,
        /// The system it comes from.
        origin_system: OriginSystem,
        /// Whether it is all of the resource.
        is_root_scope: bool,
    }

    /// A geolocation of SharePoint Online.
    Environment(EnvironmentId) in ENVIRONMENT {
        /// Its name.
        display_name: String,
        /// Its address.
        origin_id: String,
        /// The system it comes from.
        origin_system: OriginSystem,
        /// Whether it is where new sites go.
        is_default_environment: bool,
    }

    /// A request to add, update or remove a catalog's resource; done in the answer that makes it.
    ResourceRequest(ResourceRequestId) in RESOURCE_REQUEST {
        /// What is asked.
        request_type: RequestType,
        /// `delivered` at once, in every live run.
        state: RequestState,
    }
}

impl Resource {
    /// Filter by origin id (step 1.3 of the tutorial).
    pub const ORIGIN_ID: Field = Field::new("originId");
    /// Filter by name (2020 tutorial, "Get catalog resources").
    pub const DISPLAY_NAME: Field = Field::new("displayName");
}

impl Role {
    /// The origin system must be in every filter on a catalog's roles (PowerShell SDK issue 505).
    pub const ORIGIN_SYSTEM: Field = Field::new("originSystem");
    /// And so must the resource.
    pub const RESOURCE_ID: Field = Field::new("resource/id");
    /// Filter by name.
    pub const DISPLAY_NAME: Field = Field::new("displayName");
}

impl Environment {
    /// The origin system must be in every filter on environments.
    pub const ORIGIN_SYSTEM: Field = Field::new("originSystem");
}

/// What is asked of a requestor and sent to the resource. Source and destination are typed objects
/// of many kinds, kept as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceAttribute {
    /// The attribute's name in the resource's directory.
    pub name: String,
    /// Whether the requestor may change it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_editable: Option<bool>,
    /// Whether it stays when the assignment goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_persisted_on_assignment_removal: Option<bool>,
    /// Where the value comes from.
    #[serde(default)]
    pub source: Value,
    /// Where the value goes.
    #[serde(default)]
    pub destination: Value,
}

impl ResourceAttribute {
    /// The answer to a one-line text question, stored as the user attribute `name` (example 6 of
    /// the resource-request page).
    pub fn asked(name: &str, question: &str) -> Self {
        Self {
            name: name.to_owned(),
            is_editable: Some(true),
            is_persisted_on_assignment_removal: Some(true),
            source: json!({
                "@odata.type": "#microsoft.graph.accessPackageResourceAttributeQuestion",
                "question": {
                    "@odata.type": "#microsoft.graph.accessPackageTextInputQuestion",
                    "isRequired": false,
                    "sequence": 0,
                    "isSingleLineQuestion": true,
                    "text": question,
                },
            }),
            destination: json!({
                "@odata.type": "#microsoft.graph.accessPackageUserDirectoryAttributeStore",
            }),
        }
    }
}

/// A request to add or remove a resource, not yet sent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewResourceRequest {
    catalog: Reference<CatalogId>,
    request_type: RequestType,
    resource: NewResource,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reference<T> {
    pub(crate) id: T,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct NewResource {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ResourceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin_system: Option<OriginSystem>,
    #[serde(rename = "environment@odata.bind", skip_serializing_if = "Option::is_none")]
    environment_bind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<EnvironmentByOrigin>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<ResourceAttribute>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct EnvironmentByOrigin {
    origin_id: String,
}

impl NewResourceRequest {
    fn add(catalog: &Catalog, origin_id: String, origin_system: OriginSystem) -> Self {
        Self {
            catalog: Reference { id: catalog.id.clone() },
            request_type: RequestType::AdminAdd,
            resource: NewResource {
                origin_id: Some(origin_id),
                origin_system: Some(origin_system),
                ..NewResource::default()
            },
        }
    }

    /// Adds a group.
    pub fn group(catalog: &Catalog, group: &GroupId) -> Self {
        Self::add(catalog, group.0.clone(), OriginSystem::AadGroup)
    }

    /// Adds an application by its service principal.
    pub fn application(catalog: &Catalog, principal: &ServicePrincipalId) -> Self {
        Self::add(catalog, principal.0.clone(), OriginSystem::AadApplication)
    }

    /// Adds a SharePoint Online site by its address.
    pub fn site(catalog: &Catalog, url: &str) -> Self {
        Self::add(catalog, url.to_owned(), OriginSystem::SharePointOnline)
    }

    /// Removes a resource from its catalog.
    pub fn remove(catalog: &Catalog, resource: &Resource) -> Self {
        Self {
            catalog: Reference { id: catalog.id.clone() },
            request_type: RequestType::AdminRemove,
            resource: NewResource { id: Some(resource.id.clone()), ..NewResource::default() },
        }
    }

    /// With a name and a description of the resource.
    #[must_use]
    pub fn named(mut self, display_name: &str, description: &str) -> Self {
        self.resource.display_name = Some(display_name.to_owned());
        self.resource.description = Some(description.to_owned());
        self
    }

    /// In an environment, bound by its id (example 2 of the page).
    #[must_use]
    pub fn bound_to(mut self, environment: &EnvironmentId) -> Self {
        self.resource.environment_bind = Some(format!("resourceEnvironments/{environment}"));
        self
    }

    /// In an environment, named by its address (example 3 of the page).
    #[must_use]
    pub fn in_environment(mut self, origin_id: &str) -> Self {
        self.resource.environment = Some(EnvironmentByOrigin { origin_id: origin_id.to_owned() });
        self
    }

    /// With an attribute to ask for.
    #[must_use]
    pub fn with_attribute(mut self, attribute: ResourceAttribute) -> Self {
        self.resource.attributes.push(attribute);
        self
    }
}
