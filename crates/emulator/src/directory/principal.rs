use indexmap::IndexSet;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::directory::Directory;
use crate::ids::Id;
use crate::refusal::{Refusal, object_not_found};
use crate::state::Word;

/// An application's identity in the tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ServicePrincipal {
    pub(crate) id: Id,
    pub(crate) app_id: String,
    pub(crate) display_name: String,
    /// `(id, name)` of the roles that users can be given.
    pub(crate) app_roles: Vec<(String, String)>,
    pub(crate) owners: IndexSet<Id>,
    /// Application permissions that an administrator has granted.
    #[serde(deserialize_with = "crate::state::word::many")]
    pub(crate) permissions: Vec<Word>,
    /// By which it signs in for itself.
    #[serde(default, with = "crate::state::secret")]
    pub(crate) secret: Option<SecretString>,
    /// Since when it is switched off.
    pub(crate) disabled: Option<Timestamp>,
}

crate::state::keyed!(ServicePrincipal);

impl ServicePrincipal {
    pub(crate) fn row(&self) -> Value {
        let roles: Vec<Value> = self
            .app_roles
            .iter()
            .map(|(id, name)| {
                json!({
                    "allowedMemberTypes": ["User"],
                    "description": name,
                    "displayName": name,
                    "id": id,
                    "isEnabled": true,
                    "origin": "Application",
                    "value": name,
                })
            })
            .collect();
        json!({
            "id": self.id,
            "deletedDateTime": null,
            "accountEnabled": self.disabled.is_none(),
            "appDisplayName": self.display_name,
            "appId": self.app_id,
            "appRoles": roles,
            "displayName": self.display_name,
            "servicePrincipalType": "Application",
        })
    }
}

impl Directory {
    /// Switches an application on or off, the one thing that can be changed here.
    pub(crate) fn update_principal(
        &mut self,
        id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let principal = self.service_principals.get_mut(id).ok_or_else(|| object_not_found(id))?;
        match body["accountEnabled"].as_bool() {
            Some(true) => principal.disabled = None,
            Some(false) => principal.disabled = principal.disabled.or(Some(now)),
            None => {}
        }
        Ok(())
    }
}
