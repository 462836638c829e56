use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ids::Id;
use crate::time;

/// A SharePoint Online site, known by its address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Site {
    pub(crate) url: String,
    pub(crate) title: String,
}

/// A geolocation of SharePoint Online.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Environment {
    pub(crate) id: Id,
    pub(crate) display_name: String,
    /// Its address.
    pub(crate) origin_id: String,
    pub(crate) is_default: bool,
    pub(crate) created: Timestamp,
}

crate::state::keyed!(Environment);

/// A site's address is its id.
impl crate::state::Keyed for Site {
    fn key(&self) -> Id {
        Id::from(&self.url)
    }
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
