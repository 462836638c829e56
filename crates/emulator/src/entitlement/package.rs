use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::resource::{AZURE_RESOURCES, role_id};
use super::{By, Modified, changed_name, not_honoured};
use crate::behaviour::{PACKAGE_WITH_POLICIES, UNUSED_ROLE};
use crate::ids::Id;
use crate::refusal::{
    DUPLICATE_PACKAGE, PACKAGE_IN_USE, PACKAGE_NOT_FOUND, ROLE_NOT_FOUND, ROLE_SCOPE_NOT_FOUND,
    Refusal, SCOPE_NOT_FOUND, argument_null, invalid_model, not_found, not_implemented,
};
use crate::state::{Caller, State};
use crate::time;

/// An access package.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: Id,
    pub(crate) catalog_id: Id,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    pub(crate) is_hidden: bool,
    pub(crate) is_role_scopes_visible: bool,
    pub(crate) created_by: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Modified,
    pub(crate) role_scopes: IndexMap<Id, RoleScope>,
    /// Ids of what nobody may have beside it.
    pub(crate) incompatible_packages: Vec<Id>,
    pub(crate) incompatible_groups: Vec<Id>,
}

/// A resource role that a package grants.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RoleScope {
    pub(crate) id: Id,
    pub(crate) resource_id: Id,
    pub(crate) role_origin_id: Id,
    pub(crate) created_by: String,
    pub(crate) created: Timestamp,
}

/// What a package has and no call of its own body sets here.
const CONTAINED: [&str; 4] = [
    "resourceRoleScopes",
    "assignmentPolicies",
    "incompatibleAccessPackages",
    "incompatibleGroups",
];

crate::state::keyed!(Package);

impl Package {
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "catalogId": self.catalog_id,
            "displayName": self.display_name,
            "description": self.description,
            "isHidden": self.is_hidden,
            "isRoleScopesVisible": self.is_role_scopes_visible,
            "createdBy": self.created_by,
            "createdDateTime": time::read(self.created),
            "modifiedBy": self.modified.by,
            "modifiedDateTime": time::read(self.modified.at),
        })
    }
}

impl RoleScope {
    /// The row, and the whole of the answer that creates one.
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "createdBy": self.created_by,
            "createdDateTime": time::read(self.created),
            "modifiedBy": self.created_by,
            "modifiedDateTime": time::read(self.created),
            "$resource": self.resource_id,
            "$role": self.role_origin_id,
        })
    }
}

impl State {
    pub(crate) fn package(&self, id: &str) -> Result<&Package, Refusal> {
        let found = self.entitlement.packages.get(id);
        found.ok_or_else(|| not_found(&PACKAGE_NOT_FOUND, "access package"))
    }

    pub(crate) fn create_package(
        &mut self,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<Id, Refusal> {
        let Some(name) = body["displayName"].as_str() else {
            return Err(invalid_model());
        };
        not_honoured(body, &CONTAINED)?;
        let catalog_id = body["catalog"]["id"].as_str().unwrap_or_default();
        self.catalog(catalog_id)?;
        self.name_is_free(catalog_id, name, None)?;
        let id = self.ids.next();
        let modified = self.modified(caller);
        self.entitlement.packages.insert(
            id.clone(),
            Package {
                id: id.clone(),
                catalog_id: catalog_id.into(),
                display_name: name.to_owned(),
                description: body["description"].as_str().map(str::to_owned),
                is_hidden: body["isHidden"] == true,
                is_role_scopes_visible: body["isRoleScopesVisible"] == true,
                created_by: modified.by.clone(),
                created: caller.now,
                modified,
                role_scopes: IndexMap::new(),
                incompatible_packages: Vec::new(),
                incompatible_groups: Vec::new(),
            },
        );
        Ok(id)
    }

    /// Names are unique within a catalog; `but` is the package that is renamed.
    fn name_is_free(&self, catalog: &str, name: &str, but: Option<&str>) -> Result<(), Refusal> {
        let same = |package: &Package| {
            package.catalog_id == catalog
                && package.display_name.eq_ignore_ascii_case(name)
                && Some(package.id.as_str()) != but
        };
        match self.entitlement.packages.values().any(same) {
            false => Ok(()),
            true => Err(DUPLICATE_PACKAGE.says(format!(
                "There's an existing access package with name \"{name}\" in the catalog."
            ))),
        }
    }

    /// Changes what the body names, and nothing else. A catalog in the body is a reference, as
    /// Terraform's provider sends it.
    pub(crate) fn update_package(
        &mut self,
        id: &str,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<(), Refusal> {
        let catalog = self.package(id)?.catalog_id.clone();
        not_honoured(body, &CONTAINED)?;
        let name = changed_name(body)?;
        if let Some(name) = &name {
            self.name_is_free(&catalog, name, Some(id))?;
        }
        let modified = self.modified(caller);
        if let Some(package) = self.entitlement.packages.get_mut(id) {
            if let Some(name) = name {
                package.display_name = name;
            }
            if let Some(hidden) = body["isHidden"].as_bool() {
                package.is_hidden = hidden;
            }
            if let Some(visible) = body["isRoleScopesVisible"].as_bool() {
                package.is_role_scopes_visible = visible;
            }
            if let Some(description) = body.get("description") {
                package.description = description.as_str().map(str::to_owned);
            }
            package.modified = modified;
        }
        Ok(())
    }

    /// Deletes a package with its policies and role scopes; refused while anybody has it.
    pub(crate) fn delete_package(&mut self, id: &str) -> Result<(), Refusal> {
        let package = self.package(id)?;
        if self.is_in_use(By::Package, id) {
            return Err(PACKAGE_IN_USE.says(format!(
                "The access package: {} can not be deleted because there are active assignments.",
                package.display_name
            )));
        }
        let has_policy = self.entitlement.policies.values().any(|policy| policy.package_id == *id);
        if has_policy && !self.rules.apply(&PACKAGE_WITH_POLICIES) {
            return Err(PACKAGE_IN_USE.says(format!(
                "The access package: {} can not be deleted because there are policies.",
                package.display_name
            )));
        }
        self.entitlement.policies.retain(|policy| policy.package_id != id);
        self.entitlement.packages.remove(id);
        Ok(())
    }

    /// Adds a resource's role to a package; whoever has the package gets it.
    pub(crate) fn add_role_scope(
        &mut self,
        package_id: &str,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<Id, Refusal> {
        let catalog_id = self.package(package_id)?.catalog_id.clone();
        for name in ["role", "scope"] {
            if body[name].is_null() {
                return Err(argument_null(name));
            }
        }
        let role = &body["role"];
        if role["originSystem"].as_str().is_some_and(|s| s.eq_ignore_ascii_case(AZURE_RESOURCES)) {
            return Err(not_implemented("originSystem AzureResources"));
        }
        let resource = self.resource_of(&catalog_id, &role["resource"])?;
        let origin = role["originId"].as_str().unwrap_or_default();
        let system = role["originSystem"].as_str();
        let has = system.is_none_or(|system| system.eq_ignore_ascii_case(resource.origin_system))
            && resource.roles(&self.directory).iter().any(|role| role.origin_id == origin);
        if !has {
            return Err(not_found(&ROLE_NOT_FOUND, "role"));
        }
        let scope = &body["scope"];
        let fits = |given: &Value, known: &str| {
            given.as_str().is_none_or(|given| given.eq_ignore_ascii_case(known))
        };
        if !fits(&scope["id"], &resource.scope_id) || !fits(&scope["originId"], &resource.origin_id)
        {
            return Err(not_found(&SCOPE_NOT_FOUND, "scope"));
        }
        let (resource_id, scope_id) = (resource.id.clone(), resource.scope_id.clone());
        let role_id = self.role_id_in_use(&resource_id, origin);
        let id = Id::from(model::role_scope_id(&role_id, &scope_id).0);
        let scope = RoleScope {
            id: id.clone(),
            resource_id,
            role_origin_id: origin.into(),
            created_by: self.directory.principal_name(caller.user),
            created: caller.now,
        };
        if let Some(package) = self.entitlement.packages.get_mut(package_id) {
            package.role_scopes.entry(id.clone()).or_insert_with(|| scope.clone());
        }
        self.give_to_holders(package_id, &scope);
        Ok(id)
    }

    /// A role gets its id when a package first uses it.
    fn role_id_in_use(&mut self, resource_id: &str, origin: &str) -> Id {
        let fresh = match self.rules.apply(&UNUSED_ROLE) {
            true => self.ids.next(),
            false => role_id(resource_id, origin),
        };
        let Some(resource) = self.entitlement.resources.get_mut(resource_id) else { return fresh };
        if let Some((_, id)) = resource.role_ids.iter().find(|(known, _)| known == origin) {
            return id.clone();
        }
        resource.role_ids.push((origin.into(), fresh.clone()));
        fresh
    }

    /// Takes a resource's role out of a package, and from whoever had it by the package alone.
    pub(crate) fn remove_role_scope(&mut self, package_id: &str, id: &str) -> Result<(), Refusal> {
        self.package(package_id)?;
        let package = self.entitlement.packages.get_mut(package_id);
        let removed = package.and_then(|package| package.role_scopes.shift_remove(id));
        let removed =
            removed.ok_or_else(|| not_found(&ROLE_SCOPE_NOT_FOUND, "resource role scope"))?;
        self.take_from_holders(package_id, &removed);
        Ok(())
    }

    /// Moves a package to another catalog, which must have its resources; their role scopes follow.
    /// Whether it went.
    pub(crate) fn move_package(&mut self, id: &str, catalog_id: &str) -> bool {
        let e = &self.entitlement;
        let Some(package) = e.packages.get(id) else { return false };
        let there = |scope: &RoleScope| {
            let origin = &e.resources.get(&scope.resource_id)?.origin_id;
            let mut resources = e.resources.values();
            let twin = resources.find(|r| r.catalog_id == catalog_id && r.origin_id == *origin)?;
            Some((scope.id.clone(), twin.id.clone()))
        };
        let Some(moved) = package.role_scopes.values().map(there).collect::<Option<Vec<_>>>()
        else {
            return false;
        };
        if let Some(package) = self.entitlement.packages.get_mut(id) {
            package.catalog_id = catalog_id.into();
            for (scope, resource) in moved {
                if let Some(scope) = package.role_scopes.get_mut(&scope) {
                    scope.resource_id = resource;
                }
            }
        }
        true
    }
}
