use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::known_word;
use crate::refusal::{Refusal, invalid_model};
use crate::state::{State, Word};
use crate::time;

/// What becomes of guests who lose their last access; one for the tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// A word of `accessPackageExternalUserLifecycleAction`.
    #[serde(deserialize_with = "crate::state::word::one")]
    action: Word,
    /// ISO 8601.
    deleted_after: String,
}

impl Default for Settings {
    /// Blocked, and deleted after thirty days (the portal's defaults).
    fn default() -> Self {
        Self { action: "blockSignInAndDelete", deleted_after: "P30D".to_owned() }
    }
}

impl Settings {
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": "singleton",
            "durationUntilExternalUserDeletedAfterBlocked": self.deleted_after,
            "externalUserLifecycleAction": self.action,
        })
    }
}

impl State {
    /// Changes what the body names.
    pub(crate) fn update_settings(&mut self, body: &Value) -> Result<(), Refusal> {
        let action = body["externalUserLifecycleAction"].as_str();
        let words = ["none", "blockSignIn", "blockSignInAndDelete"];
        let action = action.map(|word| known_word(word, &words)).transpose()?;
        let lasts = match &body["durationUntilExternalUserDeletedAfterBlocked"] {
            Value::Null => None,
            Value::String(text) if time::duration(text).is_some() => Some(text.clone()),
            _ => return Err(invalid_model()),
        };
        self.meta_changed = true;
        let settings = &mut self.entitlement.settings;
        settings.action = action.unwrap_or(settings.action);
        if let Some(lasts) = lasts {
            settings.deleted_after = lasts;
        }
        Ok(())
    }
}
