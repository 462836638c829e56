use indexmap::IndexSet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::directory::{Directory, given, not_emptied, required, typed, with_given};
use crate::ids::{Id, Ids};
use crate::refusal::{LAST_OWNER, REFERENCE_EXISTS, Refusal, object_not_found};
use crate::state::Caller;
use crate::time;

/// A group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) id: Id,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    pub(crate) mail_nickname: String,
    pub(crate) created: Timestamp,
    /// The application id of the client that made it.
    pub(crate) created_by: Option<Id>,
    pub(crate) members: IndexSet<Id>,
    pub(crate) owners: IndexSet<Id>,
    /// Properties that were given and mean nothing here.
    pub(crate) others: Map<String, Value>,
}

/// Properties that a new group must have (reference page of `POST groups`).
const REQUIRED: [&str; 4] = ["displayName", "mailEnabled", "mailNickname", "securityEnabled"];

crate::state::keyed!(Group);

impl Directory {
    /// Makes a group. A signed-in user owns what they create, an application does not (documented).
    pub(crate) fn create_group(
        &mut self,
        body: &Value,
        caller: Caller<'_>,
        ids: &mut Ids,
    ) -> Result<Id, Refusal> {
        required(body, "Group", &REQUIRED)?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let members = self.bound(&body["members@odata.bind"])?;
        let mut owners = self.bound(&body["owners@odata.bind"])?;
        if owners.is_empty() && self.users.contains_key(caller.user) {
            owners.insert(caller.user.into());
        }
        let id = ids.next();
        self.groups.insert(
            id.clone(),
            Group {
                id: id.clone(),
                display_name: text("displayName").unwrap_or_default(),
                description: text("description"),
                mail_nickname: text("mailNickname").unwrap_or_default(),
                created: caller.now,
                created_by: Some(caller.client.into()),
                members,
                owners,
                others: given(body),
            },
        );
        Ok(id)
    }

    /// The objects that a list of addresses names, all of them there.
    fn bound(&self, links: &Value) -> Result<IndexSet<Id>, Refusal> {
        let links = links.as_array().into_iter().flatten();
        let ids = links.map(|link| {
            let id = link.as_str().and_then(|link| link.rsplit('/').next()).unwrap_or_default();
            self.has(id).then(|| Id::from(id)).ok_or_else(|| object_not_found(id))
        });
        ids.collect()
    }

    /// Changes what the body names, and nothing else.
    pub(crate) fn update_group(&mut self, id: &str, body: &Value) -> Result<(), Refusal> {
        not_emptied(body, "Group", &REQUIRED)?;
        let added = self.bound(&body["members@odata.bind"])?;
        let group = self.groups.get_mut(id).ok_or_else(|| object_not_found(id))?;
        // Any error in the body means that none is added (reference page).
        if added.iter().any(|object| group.members.contains(object)) {
            return Err(REFERENCE_EXISTS.says(
                "One or more added object references already exist for the following modified properties: 'members'.",
            ));
        }
        group.members.extend(added);
        if let Some(name) = body["displayName"].as_str() {
            name.clone_into(&mut group.display_name);
        }
        if let Some(nickname) = body["mailNickname"].as_str() {
            nickname.clone_into(&mut group.mail_nickname);
        }
        if let Some(description) = body.get("description") {
            group.description = description.as_str().map(str::to_owned);
        }
        group.others.extend(given(body));
        Ok(())
    }

    /// Puts an object on a group's `members` or `owners`.
    pub(crate) fn add_to_group(
        &mut self,
        id: &str,
        list: &str,
        object: &str,
    ) -> Result<(), Refusal> {
        if self.object(object).is_none() {
            return Err(object_not_found(object));
        }
        let held = self.held(id, list)?;
        if !held.insert(object.into()) {
            return Err(REFERENCE_EXISTS.says(format!(
                "One or more added object references already exist for the following modified properties: '{list}'."
            )));
        }
        Ok(())
    }

    /// Takes an object off a group's `members` or `owners`.
    pub(crate) fn remove_from_group(
        &mut self,
        id: &str,
        list: &str,
        object: &str,
    ) -> Result<(), Refusal> {
        let held = self.held(id, list)?;
        if !held.contains(object) {
            return Err(object_not_found(object));
        }
        if list == "owners" && held.len() == 1 {
            return Err(LAST_OWNER.says(
                "The group must have at least one owner, hence this owner cannot be removed.",
            ));
        }
        held.shift_remove(object);
        Ok(())
    }

    fn held(&mut self, id: &str, list: &str) -> Result<&mut IndexSet<Id>, Refusal> {
        let group = self.groups.get_mut(id).ok_or_else(|| object_not_found(id))?;
        Ok(match list {
            "owners" => &mut group.owners,
            _ => &mut group.members,
        })
    }

    /// Whether somebody is a member of a group, by their own name on its list.
    pub(crate) fn is_member(&self, group: &str, object: &str) -> bool {
        self.groups.get(group).is_some_and(|group| group.members.contains(object))
    }

    /// The groups that somebody is a member of.
    pub(crate) fn groups_of(&self, id: &str) -> Vec<Value> {
        let groups = self.groups.values().filter(|group| group.members.contains(id));
        groups.map(|group| typed("group", group.row())).collect()
    }

    /// The groups that somebody is a member of, those through another group too, nearest first.
    pub(crate) fn all_groups_of(&self, id: &str) -> IndexSet<Id> {
        let mut found: IndexSet<Id> = IndexSet::new();
        let mut asked = Id::from(id);
        for next in 0.. {
            let of = self.groups.values().filter(|group| group.members.contains(&asked));
            found.extend(of.map(|group| group.id.clone()));
            match found.get_index(next) {
                Some(group) => asked = group.clone(),
                None => break,
            }
        }
        found
    }

    /// Deletes a group; it was there where it is returned.
    pub(crate) fn delete_group(&mut self, id: &str) -> Option<Group> {
        self.groups.change(|group| group.members.shift_remove(id));
        self.groups.remove(id)
    }
}

impl Group {
    /// A security group that was there before anybody called.
    pub(crate) fn known(id: &str, name: &str, created: Timestamp) -> Self {
        Self {
            id: id.into(),
            display_name: name.to_owned(),
            description: Some(name.to_owned()),
            mail_nickname: name.replace(' ', ""),
            created,
            created_by: None,
            members: IndexSet::new(),
            owners: IndexSet::new(),
            others: Map::new(),
        }
    }

    /// All properties, in the order in which the service sends them.
    pub(crate) fn row(&self) -> Value {
        let row = json!({
            "id": self.id,
            "deletedDateTime": null,
            "classification": null,
            "createdDateTime": time::directory(self.created),
            "createdByAppId": self.created_by,
            "description": self.description,
            "displayName": self.display_name,
            "expirationDateTime": null,
            "groupTypes": [],
            "infoCatalogs": [],
            "isAssignableToRole": null,
            "mail": null,
            "mailEnabled": false,
            "mailNickname": self.mail_nickname,
            "membershipRule": null,
            "membershipRuleProcessingState": null,
            "onPremisesDomainName": null,
            "onPremisesLastSyncDateTime": null,
            "onPremisesNetBiosName": null,
            "onPremisesSamAccountName": null,
            "onPremisesSecurityIdentifier": null,
            "onPremisesSyncEnabled": null,
            "preferredDataLocation": null,
            "preferredLanguage": null,
            "proxyAddresses": [],
            "renewedDateTime": time::directory(self.created),
            "resourceBehaviorOptions": [],
            "resourceProvisioningOptions": [],
            "securityEnabled": true,
            "securityIdentifier": security_identifier(&self.id),
            "theme": null,
            "visibility": null,
            "onPremisesProvisioningErrors": [],
        });
        with_given(row, &self.others)
    }
}

/// The security identifier that an object's id comes to: its four words in little-endian order, as
/// in every id and identifier that reference pages show together.
fn security_identifier(id: &str) -> Option<String> {
    let bytes = uuid::Uuid::try_parse(id).ok()?.to_bytes_le();
    let words = bytes.chunks_exact(4).map(|word| {
        let word = word.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        format!("-{word}")
    });
    Some(format!("S-1-12-1{}", words.collect::<String>()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_identifier_is_that_of_the_reference_page() {
        let id = "21d05557-b7b6-418f-86fa-a3118d751be4";
        assert_eq!(
            super::security_identifier(id).as_deref(),
            Some("S-1-12-1-567301463-1099937718-295959174-3827004813")
        );
    }
}
