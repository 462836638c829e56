use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::directory::{Directory, Group, User, typed};
use crate::ids::Id;
use crate::refusal::{Refusal, object_not_found};
use crate::time;

/// How long a user can be restored (documented: 30 days).
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A user who was deleted, and what of theirs comes back with them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DeletedUser {
    id: Id,
    user: User,
    at: Timestamp,
    member_of: Vec<Id>,
    owner_of: Vec<Id>,
}

crate::state::keyed!(DeletedUser);

impl DeletedUser {
    /// The sign-in name makes room for another of that name (as deleted users are seen to have it).
    pub(crate) fn row(&self) -> Value {
        let mut row = self.user.row();
        let name = format!("{}{}", self.id.replace('-', ""), self.user.principal_name);
        row["userPrincipalName"] = Value::String(name);
        row["deletedDateTime"] = Value::String(time::directory(self.at));
        row
    }

    /// The row with its type, as an object among others.
    pub(crate) fn object(&self) -> Value {
        typed("user", self.row())
    }
}

impl Directory {
    /// Users who can be restored.
    pub(crate) fn deleted_users(&self, now: Timestamp) -> impl Iterator<Item = &DeletedUser> {
        self.deleted_users.values().filter(move |gone| now.duration_since(gone.at) < KEPT)
    }

    pub(crate) fn deleted_user(&self, id: &str, now: Timestamp) -> Result<&DeletedUser, Refusal> {
        let mut all = self.deleted_users(now);
        all.find(|gone| *gone.id == *id).ok_or_else(|| object_not_found(id))
    }

    /// Deletes a user, who can be restored for a while; whether there was one.
    pub(crate) fn delete_user(&mut self, id: &str, now: Timestamp) -> bool {
        let Some(user) = self.users.remove(id) else { return false };
        let of = |has: fn(&Group, &str) -> bool| {
            self.groups
                .values()
                .filter(|group| has(group, id))
                .map(|group| group.id.clone())
                .collect()
        };
        let at = now;
        let member_of = of(|group, id| group.members.contains(id));
        let owner_of = of(|group, id| group.owners.contains(id));
        let id = user.id.clone();
        self.groups.change(|group| {
            let member = group.members.shift_remove(&id);
            group.owners.shift_remove(&id) || member
        });
        self.users.change(|user| user.manager.take_if(|manager| *manager == id).is_some());
        self.role_assignments.retain(|assignment| assignment.principal_id != *id);
        self.deleted_users.retain(|gone| now.duration_since(gone.at) < KEPT);
        let gone = DeletedUser { id: id.clone(), user, at, member_of, owner_of };
        self.deleted_users.insert(id, gone);
        true
    }

    /// Brings a user back, with the groups that are still there (reference page of `restore`).
    pub(crate) fn restore_user(&mut self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        let name = self.deleted_user(id, now)?.user.principal_name.clone();
        self.principal_name_is_free(&name, None)?;
        let Some(gone) = self.deleted_users.remove(id) else { return Err(object_not_found(id)) };
        let DeletedUser { id, user, member_of, owner_of, .. } = gone;
        for group in member_of {
            if let Some(group) = self.groups.get_mut(&group) {
                group.members.insert(id.clone());
            }
        }
        for group in owner_of {
            if let Some(group) = self.groups.get_mut(&group) {
                group.owners.insert(id.clone());
            }
        }
        self.users.insert(id, user);
        Ok(())
    }

    /// From now on, they cannot be restored.
    pub(crate) fn forget_user(&mut self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        self.deleted_user(id, now)?;
        self.deleted_users.remove(id);
        Ok(())
    }
}
