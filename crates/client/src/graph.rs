use std::fmt;
use std::sync::Arc;

use model::dialect::{Inexpressible, segments_to_wire};
use model::{
    AccessPackage, Assignment, AssignmentPolicy, AssignmentRequest, Catalog, CatalogId,
    DirectoryObject, Environment, Group, GroupId, PackageId, Resource, ResourceRequest, Role,
    RoleAssignment, RoleDefinition, RoleScope, ServicePrincipal, User, Version,
};
use serde_json::Value;
use transport::SharedTransport;

use crate::call::Call;
use crate::collection::Collection;

/// Where Microsoft serves the global cloud.
const GLOBAL: &str = "https://graph.microsoft.com";
const USER_AGENT: &str = concat!("entitle/", env!("CARGO_PKG_VERSION"));

/// A handle on the API: a transport, a version and how requests are marked. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) transport: SharedTransport,
    pub(crate) version: Version,
    pub(crate) base: Arc<str>,
    pub(crate) request_ids: Arc<dyn Fn() -> String + Send + Sync>,
    pub(crate) prefer: Option<&'static str>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("version", &self.version)
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

/// A path in canonical names, behind the version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Below `identityGovernance/entitlementManagement`.
    Entitlement(Vec<String>),
    /// The directory's, the same in both versions.
    Directory(Vec<String>),
}

impl Place {
    fn entitlement(segments: &[&str]) -> Self {
        Self::Entitlement(segments.iter().map(|s| (*s).to_owned()).collect())
    }

    fn directory(segments: &[&str]) -> Self {
        Self::Directory(segments.iter().map(|s| (*s).to_owned()).collect())
    }

    /// The place one segment further down.
    #[must_use]
    pub fn below(&self, segment: &str) -> Self {
        let mut below = self.clone();
        match &mut below {
            Self::Entitlement(segments) | Self::Directory(segments) => {
                segments.push(segment.to_owned());
            }
        }
        below
    }

    /// The path in the tongue of `version`, with it.
    pub(crate) fn path(&self, version: Version) -> Result<String, Inexpressible> {
        let encode = |segment: &String| odata::encode_component(segment).replace('/', "%2F");
        Ok(match self {
            Self::Entitlement(segments) => {
                let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
                let wire = segments_to_wire(version, &segments)?;
                let wire: Vec<String> = wire.iter().map(encode).collect();
                format!("/{version}/identityGovernance/entitlementManagement/{}", wire.join("/"))
            }
            Self::Directory(segments) => {
                let segments: Vec<String> = segments.iter().map(encode).collect();
                format!("/{version}/{}", segments.join("/"))
            }
        })
    }
}

impl Client {
    /// Calls go through `transport` to the global cloud, in the tongue of `version`, each with a
    /// random `client-request-id`.
    pub fn new(transport: SharedTransport, version: Version) -> Self {
        Self {
            transport,
            version,
            base: Arc::from(GLOBAL),
            request_ids: Arc::new(|| uuid::Uuid::new_v4().to_string()),
            prefer: None,
        }
    }

    /// The same handle in another version.
    #[must_use]
    pub fn on(&self, version: Version) -> Self {
        Self { version, ..self.clone() }
    }

    /// The version that calls are made in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Another address than the global cloud's: scheme and host, without a path.
    #[must_use]
    pub fn at(self, base: &str) -> Self {
        Self { base: Arc::from(base.trim_end_matches('/')), ..self }
    }

    /// Ids of requests from `source` instead of random ones.
    #[must_use]
    pub fn with_request_ids(self, source: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self { request_ids: Arc::new(source), ..self }
    }

    /// Enum members behind `unknownFutureValue` come by their own names
    /// (`Prefer: include-unknown-enum-members`).
    #[must_use]
    pub fn with_unknown_enum_members(self) -> Self {
        Self { prefer: Some("include-unknown-enum-members"), ..self }
    }

    pub(crate) fn user_agent() -> &'static str {
        USER_AGENT
    }

    /// The signed-in user.
    pub fn me(&self) -> Call<User> {
        Call::entity(self, http::Method::GET, &Place::directory(&["me"]), None)
    }

    /// `users`
    pub fn users(&self) -> Collection<User> {
        Collection::new(self, Place::directory(&["users"]))
    }

    /// `groups`
    pub fn groups(&self) -> Collection<Group> {
        Collection::new(self, Place::directory(&["groups"]))
    }

    /// The members of a group.
    pub fn members(&self, group: &GroupId) -> Collection<DirectoryObject> {
        Collection::new(self, Place::directory(&["groups", group.as_str(), "members"]))
    }

    /// `servicePrincipals`
    pub fn service_principals(&self) -> Collection<ServicePrincipal> {
        Collection::new(self, Place::directory(&["servicePrincipals"]))
    }

    /// Definitions of directory roles.
    pub fn role_definitions(&self) -> Collection<RoleDefinition> {
        Collection::new(self, Place::directory(&["roleManagement", "directory", "roleDefinitions"]))
    }

    /// Assignments of directory roles.
    pub fn role_assignments(&self) -> Collection<RoleAssignment> {
        Collection::new(self, Place::directory(&["roleManagement", "directory", "roleAssignments"]))
    }

    /// Catalogs.
    pub fn catalogs(&self) -> Collection<Catalog> {
        Collection::new(self, Place::entitlement(&["catalogs"]))
    }

    /// The resources of a catalog.
    pub fn resources(&self, catalog: &CatalogId) -> Collection<Resource> {
        Collection::new(self, Place::entitlement(&["catalogs", catalog.as_str(), "resources"]))
    }

    /// The roles of a catalog's resources; a filter on origin system and resource is demanded.
    pub fn resource_roles(&self, catalog: &CatalogId) -> Collection<Role> {
        Collection::new(self, Place::entitlement(&["catalogs", catalog.as_str(), "resourceRoles"]))
    }

    /// Requests to add or remove resources.
    pub fn resource_requests(&self) -> Collection<ResourceRequest> {
        Collection::new(self, Place::entitlement(&["resourceRequests"]))
    }

    /// Environments of resources; a filter on the origin system is demanded.
    pub fn environments(&self) -> Collection<Environment> {
        Collection::new(self, Place::entitlement(&["resourceEnvironments"]))
    }

    /// Access packages.
    pub fn packages(&self) -> Collection<AccessPackage> {
        Collection::new(self, Place::entitlement(&["accessPackages"]))
    }

    /// The resource roles of a package.
    pub fn role_scopes(&self, package: &PackageId) -> Collection<RoleScope> {
        let place = Place::entitlement(&["accessPackages", package.as_str(), "resourceRoleScopes"]);
        Collection::new(self, place)
    }

    /// Assignment policies.
    pub fn policies(&self) -> Collection<AssignmentPolicy> {
        Collection::new(self, Place::entitlement(&["assignmentPolicies"]))
    }

    /// Assignment requests.
    pub fn requests(&self) -> Collection<AssignmentRequest> {
        Collection::new(self, Place::entitlement(&["assignmentRequests"]))
    }

    /// Assignments.
    pub fn assignments(&self) -> Collection<Assignment> {
        Collection::new(self, Place::entitlement(&["assignments"]))
    }

    /// Any call: `path` behind the version, with its query, in the version's own words. A whole URL
    /// must be on the host that is called, as links of the service's answers are.
    pub fn raw(&self, method: http::Method, path: &str, body: Option<Value>) -> Call<Value> {
        Call::raw(self, method, path, body)
    }
}
