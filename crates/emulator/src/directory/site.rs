use jiff::Timestamp;
use serde_json::{Value, json};

use crate::ids::Id;
use crate::time;

/// A SharePoint Online site, known by its address.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) url: String,
    pub(crate) title: String,
}

/// A geolocation of SharePoint Online.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    pub(crate) id: Id,
    pub(crate) display_name: String,
    /// Its address.
    pub(crate) origin_id: String,
    pub(crate) is_default: bool,
    pub(crate) created: Timestamp,
}

impl Environment {
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "displayName": self.display_name,
            "description": null,
            "originId": self.origin_id,
            "originSystem": "SharePointOnline",
            "isDefaultEnvironment": self.is_default,
            "connectionInfo": {"url": self.origin_id},
            "createdBy": "Azure AD",
            "createdDateTime": time::read(self.created),
            "modifiedBy": "Azure AD",
            "modifiedDateTime": time::read(self.created),
        })
    }
}
