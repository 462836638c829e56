use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{known_word, not_honoured};
use crate::behaviour::OWNER_STATUS;
use crate::directory::{
    APPLICATION_ADMINISTRATOR, Directory, GLOBAL_ADMINISTRATOR, GROUPS_ADMINISTRATOR,
    SHAREPOINT_ADMINISTRATOR,
};
use crate::ids::Id;
use crate::refusal::{
    ALREADY_ONBOARDED, ENVIRONMENT_NOT_FOUND, NOT_RESOURCE_OWNER, NOT_RESOURCE_OWNER_FORBIDDEN,
    ORIGIN_NOT_FOUND, RESOURCE_IN_USE, RESOURCE_NOT_FOUND, Refusal, argument_null, not_found,
    not_implemented,
};
use crate::state::{Caller, State, Word};
use crate::time;

/// A group, application or site as part of a catalog.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) id: Id,
    pub(crate) catalog_id: Id,
    pub(crate) origin_id: Id,
    #[serde(deserialize_with = "crate::state::word::one")]
    pub(crate) origin_system: Word,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) added_by: String,
    pub(crate) added: Timestamp,
    pub(crate) attributes: Value,
    pub(crate) environment_id: Option<Id>,
    pub(crate) scope_id: Id,
    /// Ids of roles that packages use, by the role's origin id.
    pub(crate) role_ids: Vec<(Id, Id)>,
}

/// A role of a resource.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) origin_id: Id,
    pub(crate) display_name: String,
}

/// A request to add or remove a resource, carried out when it was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ResourceRequest {
    pub(crate) id: Id,
    pub(crate) catalog_id: Id,
    pub(crate) resource_id: Id,
    #[serde(deserialize_with = "crate::state::word::one")]
    pub(crate) kind: Word,
    pub(crate) justification: Option<String>,
    pub(crate) created: Timestamp,
}

/// An origin system of 2026 that this emulator has nothing of.
pub(super) const AZURE_RESOURCES: &str = "AzureResources";

/// The id of a role that no package uses yet (tutorial, step 1.4).
pub(super) const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

crate::state::keyed!(Resource, ResourceRequest);

impl Resource {
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "displayName": self.display_name,
            "description": self.description,
            "url": self.url,
            "resourceType": resource_type(self.origin_system),
            "originId": self.origin_id,
            "originSystem": self.origin_system,
            "isPendingOnboarding": false,
            "addedBy": self.added_by,
            "createdDateTime": time::read(self.added),
            "attributes": self.attributes,
            "$environment": self.environment_id,
        })
    }

    /// The resource's roles, as its origin has them now: none where the origin is gone.
    pub(crate) fn roles(&self, directory: &Directory) -> Vec<Role> {
        let role = |origin_id: String, name: &str| Role {
            origin_id: origin_id.into(),
            display_name: name.to_owned(),
        };
        let origin = self.origin_id.as_str();
        match self.origin_system {
            "AadGroup" if directory.groups.contains_key(origin) => {
                vec![
                    role(format!("Member_{origin}"), "Member"),
                    role(format!("Owner_{origin}"), "Owner"),
                ]
            }
            "AadApplication" => {
                let principal = directory.service_principals.get(origin);
                let roles = principal.into_iter().flat_map(|p| &p.app_roles);
                // Every application has it (a client that leaves it out says so); the directory's
                // id for it is all zeros.
                let default = principal.map(|_| role(NO_ID.to_owned(), "Default Access"));
                roles.map(|(id, name)| role(id.clone(), name)).chain(default).collect()
            }
            // The numbers that a new site gives its three groups.
            "SharePointOnline" => directory.sites.get(origin).map_or_else(Vec::new, |site| {
                [("3", "Owners"), ("4", "Visitors"), ("5", "Members")]
                    .map(|(id, name)| role(id.to_owned(), &format!("{} {name}", site.title)))
                    .to_vec()
            }),
            _ => Vec::new(),
        }
    }

    /// `unused` is the id of a role that no package uses yet.
    pub(crate) fn role_row(&self, role: &Role, unused: &str) -> Value {
        json!({
            "id": self.role_id(&role.origin_id).unwrap_or(unused),
            "displayName": role.display_name,
            "description": null,
            "originSystem": self.origin_system,
            "originId": role.origin_id,
            "$resource": self.id,
        })
    }

    pub(crate) fn scope_row(&self) -> Value {
        json!({
            "id": self.scope_id,
            "displayName": "Root",
            "description": "Root Scope",
            "originId": self.origin_id,
            "originSystem": self.origin_system,
            "isRootScope": true,
            "roleOriginId": null,
            "url": null,
            "$resource": self.id,
        })
    }

    fn role_id(&self, origin_id: &str) -> Option<&str> {
        let used = self.role_ids.iter().find(|(origin, _)| *origin == *origin_id);
        used.map(|(_, id)| id.as_str())
    }
}

/// The id that a role has from the first, where it has one.
pub(super) fn role_id(resource_id: &str, origin_id: &str) -> Id {
    let name = format!("{resource_id}/{origin_id}");
    Id::from(uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes()).to_string())
}

fn not_in_origin() -> Refusal {
    ORIGIN_NOT_FOUND.says("The resource was not found in the origin system.")
}

fn resource_type(origin_system: &str) -> &'static str {
    match origin_system {
        "AadGroup" => "Security Group",
        "AadApplication" => "Application",
        _ => "SharePoint Online Site",
    }
}

impl ResourceRequest {
    /// The answer and the row. The resource is not in it: no live run saw one.
    pub(crate) fn row(&self) -> Value {
        json!({
            "catalogId": self.catalog_id,
            "executeImmediately": false,
            "id": self.id,
            "requestType": self.kind,
            "state": "delivered",
            "requestStatus": "Fulfilled",
            "isValidationOnly": false,
            "expirationDateTime": null,
            "justification": self.justification,
            "createdDateTime": time::read(self.created),
            "$resource": self.resource_id,
        })
    }
}

impl State {
    pub(crate) fn resource(&self, id: &str) -> Result<&Resource, Refusal> {
        let found = self.entitlement.resources.get(id);
        found.ok_or_else(|| not_found(&RESOURCE_NOT_FOUND, "resource"))
    }

    /// The resource of a catalog that a body names by its id, or by its origin's where it has none.
    pub(crate) fn resource_of(
        &self,
        catalog_id: &str,
        wanted: &Value,
    ) -> Result<&Resource, Refusal> {
        let (id, origin) = (wanted["id"].as_str(), wanted["originId"].as_str());
        let mut resources = self.entitlement.resources.values();
        let found = resources.find(|resource| {
            resource.catalog_id == catalog_id
                && id.map_or(Some(resource.origin_id.as_str()) == origin, |id| *id == *resource.id)
        });
        found.ok_or_else(|| not_found(&RESOURCE_NOT_FOUND, "resource"))
    }

    /// Carries out a resource request; the answer's id.
    pub(crate) fn request_resource(
        &mut self,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<Id, Refusal> {
        let kind = known_word(
            body["requestType"].as_str().unwrap_or("notSpecified"),
            &["adminAdd", "adminUpdate", "adminRemove"],
        )?;
        let Value::Object(_) = body["resource"] else {
            return Err(argument_null("resource"));
        };
        let catalog_id = body["catalog"]["id"].as_str().unwrap_or_default();
        self.catalog(catalog_id)?;
        not_honoured(body, &["isValidationOnly"])?;
        let catalog_id = catalog_id.to_owned();
        let resource_id = match kind {
            "adminAdd" => self.add_resource(&catalog_id, &body["resource"], caller)?,
            "adminUpdate" => self.update_resource(&catalog_id, &body["resource"])?,
            _ => self.remove_resource(&catalog_id, &body["resource"])?,
        };
        let id = self.ids.next();
        self.entitlement.resource_requests.insert(
            id.clone(),
            ResourceRequest {
                id: id.clone(),
                catalog_id: catalog_id.as_str().into(),
                resource_id,
                kind,
                justification: body["justification"].as_str().map(str::to_owned),
                created: caller.now,
            },
        );
        Ok(id)
    }

    fn add_resource(
        &mut self,
        catalog_id: &str,
        wanted: &Value,
        caller: Caller<'_>,
    ) -> Result<Id, Refusal> {
        if wanted["originSystem"].as_str().is_some_and(|s| s.eq_ignore_ascii_case(AZURE_RESOURCES))
        {
            return Err(not_implemented("originSystem AzureResources"));
        }
        let system = known_word(
            wanted["originSystem"].as_str().unwrap_or_default(),
            &["AadGroup", "AadApplication", "SharePointOnline"],
        )?;
        let origin = wanted["originId"].as_str().unwrap_or_default().to_owned();
        let (name, description, url) = self.origin(system, &origin, wanted)?;
        let group = self.directory.groups.get(origin.as_str()).filter(|_| system == "AadGroup");
        if group.is_some_and(|group| !self.lag.is_known(group, caller.now)) {
            return Err(not_in_origin());
        }
        if !self.may_add(system, &origin, caller.user) {
            let rule = match self.rules.apply(&OWNER_STATUS) {
                true => &NOT_RESOURCE_OWNER,
                false => &NOT_RESOURCE_OWNER_FORBIDDEN,
            };
            return Err(rule.says("The caller is not the resource owner."));
        }
        let same = |resource: &Resource| {
            resource.catalog_id == catalog_id
                && resource.origin_system == system
                && resource.origin_id.eq_ignore_ascii_case(&origin)
        };
        if self.entitlement.resources.values().any(same) {
            return Err(
                ALREADY_ONBOARDED.says("The specified resource is already onboarded to ELM.")
            );
        }
        let environment_id = self.environment(wanted)?;
        let id = self.ids.next();
        let scope_id = self.ids.next();
        let added_by = self.directory.principal_name(caller.user);
        let attributes = match &wanted["attributes"] {
            Value::Array(attributes) => Value::Array(attributes.clone()),
            _ => json!([]),
        };
        self.entitlement.resources.insert(
            id.clone(),
            Resource {
                id: id.clone(),
                catalog_id: catalog_id.into(),
                origin_id: origin.into(),
                origin_system: system,
                display_name: name,
                description,
                url,
                added_by,
                added: caller.now,
                attributes,
                environment_id,
                scope_id,
                role_ids: Vec::new(),
            },
        );
        Ok(id)
    }

    /// Name, description and address of an object in its origin system.
    fn origin(
        &self,
        system: &str,
        origin: &str,
        wanted: &Value,
    ) -> Result<(String, Option<String>, Option<String>), Refusal> {
        let given = |name: &str| wanted[name].as_str().map(str::to_owned);
        let found = match system {
            "AadGroup" => self.directory.groups.get(origin).map(|group| {
                let url = format!(
                    "https://account.activedirectory.windowsazure.com/r?tenantId={}#/manageMembership?objectType=Group&objectId={origin}",
                    self.directory.tenant_id
                );
                (group.display_name.clone(), group.description.clone(), Some(url))
            }),
            "AadApplication" => self.directory.service_principals.get(origin).map(|principal| {
                (principal.display_name.clone(), given("description"), given("url"))
            }),
            _ => self.directory.sites.get(origin).map(|site| {
                let name = given("displayName").unwrap_or_else(|| site.title.clone());
                (name, given("description"), Some(site.url.clone()))
            }),
        };
        found.ok_or_else(not_in_origin)
    }

    /// An owner of the object, a directory role that may change it, or an application with the
    /// permission to (reference page of `POST resourceRequests`).
    fn may_add(&self, system: &str, origin: &str, caller: &str) -> bool {
        let permission = match system {
            "AadGroup" => "Group.ReadWrite.All",
            "AadApplication" => "Application.ReadWrite.All",
            _ => "Sites.FullControl.All",
        };
        let (owners, role) = match system {
            "AadGroup" => {
                (self.directory.groups.get(origin).map(|g| &g.owners), GROUPS_ADMINISTRATOR)
            }
            "AadApplication" => {
                let principal = self.directory.service_principals.get(origin);
                (principal.map(|p| &p.owners), APPLICATION_ADMINISTRATOR)
            }
            _ => (None, SHAREPOINT_ADMINISTRATOR),
        };
        owners.is_some_and(|owners| owners.iter().any(|owner| owner == caller))
            || self.directory.has_role(caller, &[GLOBAL_ADMINISTRATOR, role])
            || self.directory.has_permission(caller, permission)
    }

    /// The environment that a request binds by id or names by address.
    fn environment(&self, wanted: &Value) -> Result<Option<Id>, Refusal> {
        let bound = wanted["environment@odata.bind"].as_str();
        let id = bound.map(|target| target.rsplit('/').next().unwrap_or(target));
        let named = &wanted["environment"];
        let id = id.or(named["id"].as_str());
        let origin = named["originId"].as_str();
        if id.is_none() && origin.is_none() {
            return Ok(None);
        }
        let found = self.directory.environments.values().find(|environment| {
            id.map_or_else(
                || Some(environment.origin_id.as_str()) == origin,
                |id| environment.id == id,
            )
        });
        let missing = || not_found(&ENVIRONMENT_NOT_FOUND, "resource environment");
        found.map(|environment| Some(environment.id.clone())).ok_or_else(missing)
    }

    fn remove_resource(&mut self, catalog_id: &str, wanted: &Value) -> Result<Id, Refusal> {
        let resource = self.resource_of(catalog_id, wanted)?;
        let id = resource.id.clone();
        let used = self
            .entitlement
            .packages
            .values()
            .any(|package| package.role_scopes.values().any(|scope| scope.resource_id == id));
        if used {
            return Err(RESOURCE_IN_USE.says(format!(
                "The resource: {} can not be deleted because there are active entitlements.",
                resource.display_name
            )));
        }
        self.entitlement.resources.remove(&id);
        Ok(id)
    }

    /// Takes name and description anew from the origin; what is gone there stays as it was.
    pub(crate) fn refresh_resource(&mut self, catalog_id: &str, id: &str) -> Result<(), Refusal> {
        let known = self.resource(id)?;
        if known.catalog_id != catalog_id {
            return Err(not_found(&RESOURCE_NOT_FOUND, "resource"));
        }
        let origin = self.origin(known.origin_system, &known.origin_id, &Value::Null);
        if let (Ok((name, description, _)), Some(resource)) =
            (origin, self.entitlement.resources.get_mut(id))
        {
            resource.display_name = name;
            resource.description = description.or(resource.description.take());
        }
        Ok(())
    }

    /// Changes what the body says of a resource that is in the catalog: its attributes.
    fn update_resource(&mut self, catalog_id: &str, wanted: &Value) -> Result<Id, Refusal> {
        let id = self.resource_of(catalog_id, wanted)?.id.clone();
        if let (Value::Array(attributes), Some(resource)) =
            (&wanted["attributes"], self.entitlement.resources.get_mut(&id))
        {
            resource.attributes = Value::Array(attributes.clone());
        }
        Ok(id)
    }

    /// Removes what stands for an object that is gone from every catalog and package.
    pub(crate) fn forget_origin(&mut self, origin_id: &str) {
        let resources = self.entitlement.resources.values();
        let gone: Vec<Id> =
            resources.filter(|r| r.origin_id == *origin_id).map(|r| r.id.clone()).collect();
        self.entitlement.packages.change(|package| {
            let before = package.role_scopes.len();
            package.role_scopes.retain(|_, scope| !gone.contains(&scope.resource_id));
            package.role_scopes.len() != before
        });
        self.entitlement.resources.retain(|resource| !gone.contains(&resource.id));
    }
}
