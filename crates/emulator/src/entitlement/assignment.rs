use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::indexed::{By, Referring};
use super::{Request, known_word};
use crate::behaviour::TARGET_ID;
use crate::ids::Id;
use crate::refusal::{ASSIGNMENT_NOT_FOUND, Refusal, SUBJECT_MISSING, invalid_model, not_found};
use crate::state::{State, Word};
use crate::time;

/// Somebody's access to a package.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Assignment {
    pub(crate) id: Id,
    pub(crate) catalog_id: Id,
    pub(crate) package_id: Id,
    pub(crate) policy_id: Id,
    pub(crate) subject_id: Id,
    /// The object id of whoever asked for it; nothing where the service did.
    pub(crate) created_by: Option<Id>,
    #[serde(deserialize_with = "crate::state::word::one")]
    pub(crate) state: Word,
    #[serde(deserialize_with = "crate::state::word::one")]
    pub(crate) status: Word,
    pub(crate) is_extended: bool,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) expired: Option<Timestamp>,
    pub(crate) given: Vec<Given>,
}

/// A resource's role that an assignment gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Given {
    pub(crate) id: Id,
    pub(crate) resource_id: Id,
    /// The object that the resource stands for, which may be part of several catalogs.
    pub(crate) resource_origin_id: Id,
    pub(crate) role_origin_id: Id,
}

crate::state::keyed!(Assignment, Subject);

impl Given {
    /// Whether it is the same role of the same object.
    pub(crate) fn is_same_role(&self, other: &Self) -> bool {
        self.resource_origin_id == other.resource_origin_id
            && self.role_origin_id == other.role_origin_id
    }
}

/// A user as entitlement management knows them; its id is not the user's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Subject {
    pub(crate) id: Id,
    pub(crate) object_id: Id,
    pub(crate) display_name: String,
    pub(crate) principal_name: String,
    /// The address of a guest; nothing of others (samples).
    #[serde(default)]
    pub(crate) email: String,
    /// A word of `accessPackageSubjectLifecycle`.
    #[serde(deserialize_with = "crate::state::word::one")]
    pub(crate) lifecycle: Word,
}

impl Referring for Assignment {
    const WAYS: &'static [By] = &[By::Package, By::Policy, By::Subject];

    fn id(&self) -> &Id {
        &self.id
    }

    fn refers_to(&self, by: By) -> Option<&Id> {
        match by {
            By::Package => Some(&self.package_id),
            By::Policy => Some(&self.policy_id),
            By::Subject => Some(&self.subject_id),
            By::Assignment | By::Object => None,
        }
    }
}

impl Referring for Subject {
    const WAYS: &'static [By] = &[By::Object];

    fn id(&self) -> &Id {
        &self.id
    }

    fn refers_to(&self, by: By) -> Option<&Id> {
        (by == By::Object).then_some(&self.object_id)
    }
}

impl Assignment {
    /// Whether it counts as somebody's access, given or on the way.
    pub(crate) fn is_current(&self) -> bool {
        self.state != "expired"
    }

    /// `targetId` is the user's object id: so in the live runs of 2021 and later; in 2020 it was
    /// the subject's.
    pub(crate) fn row(&self, target: &str) -> Value {
        let expiration = match self.end {
            // A duration of the policy is shown as the time it comes to (reference samples).
            Some(end) => {
                json!({"endDateTime": time::read(end), "duration": null, "type": "afterDateTime"})
            }
            None => json!({"endDateTime": null, "duration": null, "type": "noExpiration"}),
        };
        json!({
            "id": self.id,
            "catalogId": self.catalog_id,
            "accessPackageId": self.package_id,
            "assignmentPolicyId": self.policy_id,
            "targetId": target,
            "status": self.status,
            "state": self.state,
            "isExtended": self.is_extended,
            "expiredDateTime": time::read_option(self.expired),
            "schedule": {
                "startDateTime": time::read_option(self.start),
                "recurrence": null,
                "expiration": expiration,
            },
            "customExtensionCalloutInstances": [],
            "$subject": self.subject_id,
        })
    }
}

impl Subject {
    pub(crate) fn row(&self) -> Value {
        json!({
            "id": self.id,
            "objectId": self.object_id,
            "altSecId": null,
            "displayName": self.display_name,
            "principalName": self.principal_name,
            "email": self.email,
            "onPremisesSecurityIdentifier": null,
            "subjectType": "user",
            "subjectLifecycle": self.lifecycle,
            "cleanupScheduledDateTime": null,
            "connectedOrganizationId": null,
        })
    }
}

impl State {
    pub(crate) fn assignment(&self, id: &str) -> Result<&Assignment, Refusal> {
        let found = self.entitlement.assignments.get(id);
        found.ok_or_else(|| not_found(&ASSIGNMENT_NOT_FOUND, "assignment"))
    }

    /// Whether a subject has a package, or is about to.
    pub(crate) fn has_package(&self, subject_id: &str, package_id: &str) -> bool {
        let mut held = self.entitlement.assignments.of(By::Subject, subject_id);
        held.any(|held| held.is_current() && *held.package_id == *package_id)
    }

    /// Whether anybody has access by a package or a policy; what is on its way counts as well.
    pub(super) fn is_in_use(&self, by: By, id: &str) -> bool {
        self.entitlement.assignments.of(by, id).any(Assignment::is_current)
            || self.entitlement.requests.of(by, id).any(Request::is_open)
    }

    pub(crate) fn assignment_row(&self, assignment: &Assignment) -> Value {
        let subject = self.entitlement.subjects.get(&assignment.subject_id);
        let target = subject.map(|subject| match self.rules.apply(&TARGET_ID) {
            true => &subject.object_id,
            false => &subject.id,
        });
        assignment.row(target.map_or("", |id| id))
    }

    /// The subject of that id, or `objectId='…'` of the user it stands for.
    pub(crate) fn subject(&self, named: &str) -> Result<&Subject, Refusal> {
        let subjects = &self.entitlement.subjects;
        let object = named.strip_prefix("objectId=").map(|object| object.trim_matches('\''));
        let found = match object {
            Some(object) => subjects.of(By::Object, &object.to_lowercase()).next(),
            None => subjects.get(named),
        };
        found.ok_or_else(|| not_found(&SUBJECT_MISSING, "subject"))
    }

    /// Changes whether a guest is governed, the one thing that can be changed (reference page).
    pub(crate) fn update_subject(&mut self, id: &str, body: &Value) -> Result<(), Refusal> {
        let word = body["subjectLifecycle"].as_str().ok_or_else(invalid_model)?;
        let word = known_word(word, &["notDefined", "notGoverned", "governed"])?;
        if let Some(subject) = self.entitlement.subjects.get_mut(id) {
            subject.lifecycle = word;
        }
        Ok(())
    }

    /// The subject that stands for a user, made where it is the first time.
    pub(crate) fn subject_of(&mut self, user: &str) -> Id {
        let known = self.entitlement.subjects.of(By::Object, user).next();
        if let Some(subject) = known {
            return subject.id.clone();
        }
        let id = self.ids.next();
        let found = self.directory.users.get(user);
        self.entitlement.subjects.insert(Subject {
            id: id.clone(),
            object_id: user.into(),
            display_name: found.map(|user| user.display_name.clone()).unwrap_or_default(),
            principal_name: found.map(|user| user.principal_name.clone()).unwrap_or_default(),
            email: found
                .filter(|user| user.is_guest)
                .and_then(|user| user.mail())
                .unwrap_or_default()
                .to_owned(),
            lifecycle: "notDefined",
        });
        id
    }
}
