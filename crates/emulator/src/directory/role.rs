use model::role_assignment_id;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::directory::{Directory, required};
use crate::ids::Id;
use crate::refusal::{Refusal, object_not_found, role_assignment_conflict};

/// A directory role that can be assigned; its template's id is its id, the same in every tenant.
#[derive(Debug, Clone)]
pub(crate) struct RoleDefinition {
    pub(crate) id: &'static str,
    pub(crate) display_name: &'static str,
}

/// Somebody's directory role for the whole tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RoleAssignment {
    pub(crate) id: Id,
    pub(crate) principal_id: Id,
    pub(crate) definition_id: Id,
    pub(crate) scope: String,
}

pub(crate) const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
pub(crate) const IDENTITY_GOVERNANCE_ADMINISTRATOR: &str = "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e";
pub(crate) const GROUPS_ADMINISTRATOR: &str = "fdd7a751-b60b-444a-984c-02652fe8fa1c";
pub(crate) const SHAREPOINT_ADMINISTRATOR: &str = "f28a1f50-f6e7-4571-818b-6a12f2af6b6c";
pub(crate) const APPLICATION_ADMINISTRATOR: &str = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3";

/// The role that built-in roles inherit from (reference page).
const DIRECTORY_READERS: &str = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";

/// Roles of every tenant (Microsoft's list of built-in roles). `Global Administrator` was named
/// `Company Administrator` when the 2020 tutorial was written.
pub(crate) static BUILT_IN_ROLES: [RoleDefinition; 5] = [
    RoleDefinition { id: GLOBAL_ADMINISTRATOR, display_name: "Global Administrator" },
    RoleDefinition { id: GROUPS_ADMINISTRATOR, display_name: "Groups Administrator" },
    RoleDefinition {
        id: IDENTITY_GOVERNANCE_ADMINISTRATOR,
        display_name: "Identity Governance Administrator",
    },
    RoleDefinition { id: SHAREPOINT_ADMINISTRATOR, display_name: "SharePoint Administrator" },
    RoleDefinition { id: APPLICATION_ADMINISTRATOR, display_name: "Application Administrator" },
];

crate::state::keyed!(RoleAssignment);

impl Directory {
    pub(crate) fn assign_role(&mut self, body: &Value) -> Result<Id, Refusal> {
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let (definition, principal) = (text("roleDefinitionId"), text("principalId"));
        required(body, "RoleAssignment", &["directoryScopeId"])?;
        if RoleDefinition::of(&definition).is_none() {
            return Err(object_not_found(&definition));
        }
        let known = self.has(&principal) || self.groups.contains_key(principal.as_str());
        let id = role_assignment_id(&definition, &principal).filter(|_| known);
        let id = id.ok_or_else(|| object_not_found(&principal))?;
        let id = Id::from(id.0);
        if self.role_assignments.contains_key(&id) {
            return Err(role_assignment_conflict());
        }
        self.role_assignments.insert(
            id.clone(),
            RoleAssignment {
                id: id.clone(),
                principal_id: principal.into(),
                definition_id: definition.into(),
                scope: text("directoryScopeId"),
            },
        );
        Ok(id)
    }
}

impl RoleDefinition {
    /// The role of that id.
    pub(crate) fn of(id: &str) -> Option<&'static Self> {
        BUILT_IN_ROLES.iter().find(|role| role.id == id)
    }

    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "description": null,
            "displayName": self.display_name,
            "isBuiltIn": true,
            "isEnabled": true,
            "resourceScopes": ["/"],
            "templateId": self.id,
            "version": "1",
            "rolePermissions": [{"allowedResourceActions": [], "condition": null}],
            "inheritsPermissionsFrom@odata.context": null,
            "inheritsPermissionsFrom": [{"id": DIRECTORY_READERS}],
        })
    }
}

impl RoleAssignment {
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "principalId": self.principal_id,
            "resourceScope": self.scope,
            "directoryScopeId": self.scope,
            "roleDefinitionId": self.definition_id,
        })
    }
}
