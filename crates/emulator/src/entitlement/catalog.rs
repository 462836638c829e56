use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Modified, changed_name, known_word, not_honoured};
use crate::ids::Id;
use crate::refusal::{
    CATALOG_BUILT_IN, CATALOG_IN_USE, CATALOG_NOT_FOUND, Refusal, invalid_model, not_found,
};
use crate::state::{Caller, State};
use crate::time;

/// A catalog.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Catalog {
    pub(crate) id: Id,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    pub(crate) is_built_in: bool,
    pub(crate) is_published: bool,
    pub(crate) is_externally_visible: bool,
    pub(crate) created_by: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Modified,
}

crate::state::keyed!(Catalog);

impl Catalog {
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "displayName": self.display_name,
            "description": self.description,
            "catalogType": if self.is_built_in { "serviceDefault" } else { "userManaged" },
            "state": if self.is_published { "published" } else { "unpublished" },
            "isExternallyVisible": self.is_externally_visible,
            "createdBy": self.created_by,
            "createdDateTime": time::read(self.created),
            "modifiedBy": self.modified.by,
            "modifiedDateTime": time::read(self.modified.at),
        })
    }
}

impl State {
    pub(crate) fn catalog(&self, id: &str) -> Result<&Catalog, Refusal> {
        let found = self.entitlement.catalogs.get(id);
        found.ok_or_else(|| not_found(&CATALOG_NOT_FOUND, "catalog"))
    }

    pub(crate) fn create_catalog(
        &mut self,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<Id, Refusal> {
        let Some(name) = body["displayName"].as_str() else {
            return Err(invalid_model());
        };
        not_honoured(body, &["customWorkflowExtensions", "accessPackages", "resources"])?;
        let state = known_word(
            body["state"].as_str().unwrap_or("published"),
            &["published", "unpublished"],
        )?;
        let id = self.ids.next();
        let modified = self.modified(caller);
        self.entitlement.catalogs.insert(
            id.clone(),
            Catalog {
                id: id.clone(),
                display_name: name.to_owned(),
                description: body["description"].as_str().map(str::to_owned),
                is_built_in: false,
                is_published: state == "published",
                is_externally_visible: body["isExternallyVisible"] == true,
                created_by: modified.by.clone(),
                created: caller.now,
                modified,
            },
        );
        self.own_catalog(&id, caller.user);
        Ok(id)
    }

    /// Changes what the body names, and nothing else.
    pub(crate) fn update_catalog(
        &mut self,
        id: &str,
        body: &Value,
        caller: Caller<'_>,
    ) -> Result<(), Refusal> {
        self.catalog(id)?;
        not_honoured(body, &["customWorkflowExtensions", "accessPackages", "resources"])?;
        let name = changed_name(body)?;
        let state = body["state"].as_str();
        let state =
            state.map(|word| known_word(word, &["published", "unpublished"])).transpose()?;
        let modified = self.modified(caller);
        if let Some(catalog) = self.entitlement.catalogs.get_mut(id) {
            if let Some(name) = name {
                catalog.display_name = name;
            }
            if let Some(state) = state {
                catalog.is_published = state == "published";
            }
            if let Some(visible) = body["isExternallyVisible"].as_bool() {
                catalog.is_externally_visible = visible;
            }
            if let Some(description) = body.get("description") {
                catalog.description = description.as_str().map(str::to_owned);
            }
            catalog.modified = modified;
        }
        Ok(())
    }

    pub(crate) fn delete_catalog(&mut self, id: &str) -> Result<(), Refusal> {
        let catalog = self.catalog(id)?;
        if catalog.is_built_in {
            return Err(CATALOG_BUILT_IN.says("The default catalog cannot be deleted."));
        }
        if self.entitlement.packages.values().any(|package| package.catalog_id == id) {
            return Err(CATALOG_IN_USE.says(format!(
                "The catalog: {} can not be deleted because there are access packages in it.",
                catalog.display_name
            )));
        }
        self.entitlement.resources.retain(|resource| resource.catalog_id != id);
        self.entitlement.catalogs.remove(id);
        self.forget_catalog_roles(id);
        Ok(())
    }
}
