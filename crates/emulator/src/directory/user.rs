use jiff::Timestamp;
use model::Version;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::directory::{Directory, given, not_emptied, required, with_given};
use crate::ids::{Id, Ids};
use crate::refusal::{PRINCIPAL_NAME_TAKEN, Refusal, invalid_model, object_not_found};
use crate::time;

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: Id,
    pub(crate) display_name: String,
    pub(crate) principal_name: String,
    pub(crate) mail_nickname: String,
    pub(crate) is_guest: bool,
    pub(crate) created: Timestamp,
    /// The id of whoever they report to.
    pub(crate) manager: Option<Id>,
    /// By which they sign in; some only ever get a token.
    #[serde(default, with = "crate::state::secret")]
    pub(crate) password: Option<SecretString>,
    /// Properties that were given and mean nothing here.
    pub(crate) others: Map<String, Value>,
}

/// Properties that a new user must have (reference page of `POST users`).
const REQUIRED: [&str; 5] =
    ["accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"];

/// Properties that v1.0 sends unless others are selected (documented default set).
const DEFAULT: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];

crate::state::keyed!(User);

impl Directory {
    pub(crate) fn create_user(
        &mut self,
        body: &Value,
        ids: &mut Ids,
        now: Timestamp,
    ) -> Result<Id, Refusal> {
        // Who signs in elsewhere needs no name here: the service makes one (reference page).
        let is_local = body["identities"].as_array().is_none_or(Vec::is_empty);
        match is_local {
            true => required(body, "User", &REQUIRED)?,
            false => required(body, "User", &["displayName", "passwordProfile"])?,
        }
        let id = ids.next();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let principal_name = match text("userPrincipalName") {
            name if name.is_empty() => format!("{id}@{}", self.domain),
            name => name,
        };
        self.principal_name_is_free(&principal_name, None)?;
        let mut others = given(body);
        others.shift_remove("userPrincipalName");
        // A password is taken and never given back.
        let profile = others.shift_remove("passwordProfile");
        let password = profile.as_ref().and_then(|profile| profile["password"].as_str());
        self.users.insert(
            id.clone(),
            User {
                id: id.clone(),
                display_name: text("displayName"),
                principal_name,
                mail_nickname: text("mailNickname"),
                is_guest: text("userType").eq_ignore_ascii_case("guest"),
                created: now,
                manager: None,
                password: password.map(SecretString::from),
                others,
            },
        );
        Ok(id)
    }

    /// Whoever has an address, as their mail or their sign-in name.
    pub(crate) fn user_of_address(&self, address: &str) -> Option<Id> {
        let has = |user: &&User| {
            user.principal_name.eq_ignore_ascii_case(address)
                || user.mail().is_some_and(|mail| mail.eq_ignore_ascii_case(address))
        };
        self.users.values().find(has).map(|user| user.id.clone())
    }

    /// Makes a guest of somebody from elsewhere; they have not accepted yet (reference page of
    /// invitations).
    pub(crate) fn invite(
        &mut self,
        address: &str,
        ids: &mut Ids,
        now: Timestamp,
    ) -> Result<Id, Refusal> {
        let (nickname, domain) = address.split_once('@').unwrap_or_default();
        if nickname.is_empty() || domain.is_empty() || address.contains(char::is_whitespace) {
            return Err(invalid_model());
        }
        let name = format!("{nickname}_{domain}#EXT#@{}", self.domain);
        self.principal_name_is_free(&name, None)?;
        let id = ids.next();
        let mut guest = User::known(&id, nickname, &name, true, now);
        guest.others = Map::from_iter([
            ("mail".to_owned(), address.into()),
            ("creationType".to_owned(), "Invitation".into()),
            ("externalUserState".to_owned(), "PendingAcceptance".into()),
        ]);
        self.users.insert(id.clone(), guest);
        Ok(id)
    }

    /// Names are unique in the tenant; `but` is the user who is renamed.
    pub(super) fn principal_name_is_free(
        &self,
        name: &str,
        but: Option<&str>,
    ) -> Result<(), Refusal> {
        let taken = |user: &User| {
            user.principal_name.eq_ignore_ascii_case(name) && Some(user.id.as_str()) != but
        };
        match self.users.values().any(taken) {
            false => Ok(()),
            true => Err(PRINCIPAL_NAME_TAKEN.says(
                "Another object with the same value for property userPrincipalName already exists.",
            )),
        }
    }

    /// Changes what the body names, and nothing else.
    pub(crate) fn update_user(&mut self, id: &str, body: &Value) -> Result<(), Refusal> {
        if !self.users.contains_key(id) {
            return Err(object_not_found(id));
        }
        not_emptied(body, "User", &REQUIRED)?;
        if let Some(name) = body["userPrincipalName"].as_str() {
            self.principal_name_is_free(name, Some(id))?;
        }
        let mut others = given(body);
        let profile = others.shift_remove("passwordProfile");
        let Some(user) = self.users.get_mut(id) else { return Err(object_not_found(id)) };
        for (name, property) in [
            ("displayName", &mut user.display_name),
            ("userPrincipalName", &mut user.principal_name),
            ("mailNickname", &mut user.mail_nickname),
        ] {
            if let Some(text) = body[name].as_str() {
                text.clone_into(property);
            }
        }
        if let Some(kind) = body["userType"].as_str() {
            user.is_guest = kind.eq_ignore_ascii_case("guest");
        }
        if let Some(password) = profile.as_ref().and_then(|profile| profile["password"].as_str()) {
            user.password = Some(SecretString::from(password));
        }
        user.others.extend(others);
        Ok(())
    }

    /// Whom a user reports to.
    pub(crate) fn set_manager(&mut self, id: &str, manager: Option<Id>) {
        if let Some(user) = self.users.get_mut(id) {
            user.manager = manager;
        }
    }
}

impl User {
    /// A user that was there before anybody called.
    pub(crate) fn known(
        id: &str,
        nickname: &str,
        principal_name: &str,
        is_guest: bool,
        created: Timestamp,
    ) -> Self {
        Self {
            id: id.into(),
            display_name: nickname.to_owned(),
            principal_name: principal_name.to_owned(),
            mail_nickname: nickname.to_owned(),
            is_guest,
            created,
            manager: None,
            password: None,
            others: Map::new(),
        }
    }

    /// Their address, where they were given one.
    pub(crate) fn mail(&self) -> Option<&str> {
        self.others.get("mail")?.as_str()
    }

    /// All properties that are known of the user, in the order in which beta sends them.
    pub(crate) fn row(&self) -> Value {
        let row = json!({
            "id": self.id,
            "deletedDateTime": null,
            "accountEnabled": true,
            "ageGroup": null,
            "businessPhones": [],
            "city": null,
            "createdDateTime": time::directory(self.created),
            "creationType": null,
            "companyName": null,
            "consentProvidedForMinor": null,
            "country": null,
            "department": null,
            "displayName": self.display_name,
            "employeeId": null,
            "faxNumber": null,
            "givenName": null,
            "imAddresses": [],
            "infoCatalogs": [],
            "isResourceAccount": null,
            "jobTitle": null,
            "legalAgeGroupClassification": null,
            "mail": null,
            "mailNickname": self.mail_nickname,
            "mobilePhone": null,
            "officeLocation": null,
            "preferredLanguage": null,
            "surname": null,
            "userPrincipalName": self.principal_name,
            "userType": if self.is_guest { "Guest" } else { "Member" },
        });
        with_given(row, &self.others)
    }

    /// What an answer of `version` has where nothing is selected.
    pub(crate) fn default_selection(version: Version) -> Option<Vec<String>> {
        match version {
            Version::V1 => Some(DEFAULT.map(str::to_owned).to_vec()),
            Version::Beta => None,
        }
    }
}
