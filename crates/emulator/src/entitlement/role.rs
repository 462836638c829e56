use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ids::Id;
use crate::refusal::{
    ROLE_DEFINITION_NOT_FOUND, Refusal, SUBJECT_NOT_FOUND, invalid_model, not_found,
    role_assignment_conflict,
};
use crate::state::{State, Word};

/// A role within entitlement management; its id is the same in every tenant.
#[derive(Debug)]
pub(crate) struct CatalogRole {
    pub(crate) id: &'static str,
    pub(crate) display_name: &'static str,
    /// What it allows, where that is known.
    actions: &'static [&'static str],
}

/// Somebody's role, for a catalog or for all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CatalogRoleAssignment {
    pub(crate) id: Id,
    pub(crate) principal_id: Id,
    #[serde(deserialize_with = "crate::state::word::one")]
    pub(crate) definition_id: Word,
    /// `/`, or `/AccessPackageCatalog/` and a catalog's id.
    pub(crate) app_scope: String,
    pub(crate) directory_scope: Option<String>,
}

pub(super) const CATALOG_OWNER: &str = "ae79f266-94d4-4dab-b730-feca7e132178";
pub(super) const CATALOG_READER: &str = "44272f93-9762-48e8-af59-1b5351b1d6b3";
pub(super) const CATALOG_CREATOR: &str = "ba92d953-d8e0-4e39-a797-0cbedb0a89e8";
pub(super) const ACCESS_PACKAGE_MANAGER: &str = "7f480852-ebdc-47d4-87de-0d8498384a83";
pub(super) const ASSIGNMENT_MANAGER: &str = "e2182095-804a-4656-ae11-64734e9b7ae5";

/// All of them (reference page of the role definitions of this provider; it shows the actions of
/// the first two).
pub(crate) const CATALOG_ROLES: [CatalogRole; 5] = [
    CatalogRole {
        id: CATALOG_OWNER,
        display_name: "Catalog owner",
        actions: &["microsoft.entitlementManagement/allEntities/allTasks"],
    },
    CatalogRole {
        id: CATALOG_READER,
        display_name: "Catalog reader",
        actions: &["microsoft.entitlementManagement/allEntities/Read"],
    },
    CatalogRole { id: CATALOG_CREATOR, display_name: "Catalog creator", actions: &[] },
    CatalogRole {
        id: ACCESS_PACKAGE_MANAGER,
        display_name: "Access package manager",
        actions: &[],
    },
    CatalogRole {
        id: ASSIGNMENT_MANAGER,
        display_name: "Access package assignment manager",
        actions: &[],
    },
];

crate::state::keyed!(CatalogRoleAssignment);

impl CatalogRole {
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "displayName": self.display_name,
            "description": self.display_name,
            "isBuiltIn": true,
            "isEnabled": true,
            "templateId": self.id,
            "version": "1.0",
            "rolePermissions": [{"allowedResourceActions": self.actions}],
        })
    }
}

impl CatalogRoleAssignment {
    pub(crate) fn row(&self) -> Value {
        let mut row = json!({
            "id": self.id,
            "principalId": self.principal_id,
            "roleDefinitionId": self.definition_id,
        });
        if let Some(scope) = &self.directory_scope {
            row["directoryScopeId"] = json!(scope);
        }
        row["appScopeId"] = json!(self.app_scope);
        row
    }
}

/// What stands before the id of a catalog that is a scope.
pub(super) const CATALOG_SCOPE: &str = "/AccessPackageCatalog/";

impl State {
    /// Gives somebody a role.
    pub(crate) fn assign_catalog_role(&mut self, body: &Value) -> Result<Id, Refusal> {
        let text = |name: &str| body[name].as_str().ok_or_else(invalid_model);
        let (definition, principal) = (text("roleDefinitionId")?, text("principalId")?);
        let scope = text("appScopeId")?;
        let definition = CATALOG_ROLES.iter().find(|role| role.id == definition);
        let definition =
            definition.ok_or_else(|| not_found(&ROLE_DEFINITION_NOT_FOUND, "role definition"))?.id;
        let directory = &self.directory;
        let known =
            directory.object(principal).is_some() || directory.groups.contains_key(principal);
        if !known {
            return Err(not_found(&SUBJECT_NOT_FOUND, "subject"));
        }
        let scope = match scope.get(..CATALOG_SCOPE.len()) {
            Some(prefix) if prefix.eq_ignore_ascii_case(CATALOG_SCOPE) => {
                let catalog = scope[CATALOG_SCOPE.len()..].to_lowercase();
                format!("{CATALOG_SCOPE}{}", self.catalog(&catalog)?.id)
            }
            _ if scope == "/" => scope.to_owned(),
            _ => return Err(invalid_model()),
        };
        let same = |known: &CatalogRoleAssignment| {
            known.principal_id == principal
                && known.definition_id == definition
                && known.app_scope == scope
        };
        if self.entitlement.role_assignments.values().any(same) {
            return Err(role_assignment_conflict());
        }
        let id = self.ids.next();
        self.entitlement.role_assignments.insert(
            id.clone(),
            CatalogRoleAssignment {
                id: id.clone(),
                principal_id: principal.into(),
                definition_id: definition,
                app_scope: scope,
                directory_scope: body["directoryScopeId"].as_str().map(str::to_owned),
            },
        );
        Ok(id)
    }

    /// The roles in a catalog go with it.
    pub(super) fn forget_catalog_roles(&mut self, catalog: &str) {
        let scope = format!("{CATALOG_SCOPE}{catalog}");
        self.entitlement.role_assignments.retain(|assignment| assignment.app_scope != scope);
    }

    /// Whoever makes a catalog is its first owner (documented).
    pub(super) fn own_catalog(&mut self, catalog: &Id, user: &str) {
        if !self.directory.users.contains_key(user) {
            return;
        }
        let id = self.ids.next();
        self.entitlement.role_assignments.insert(
            id.clone(),
            CatalogRoleAssignment {
                id,
                principal_id: user.into(),
                definition_id: CATALOG_OWNER,
                app_scope: format!("{CATALOG_SCOPE}{catalog}"),
                directory_scope: Some("/".to_owned()),
            },
        );
    }
}
