use jiff::Timestamp;
use odata::Field;
use serde::Serialize;

use super::nouns;
use crate::{GroupId, RoleAssignmentId, RoleDefinitionId, ServicePrincipalId, UserId};

nouns! {
    /// A user of the directory, member or guest.
    User(UserId) in USER {
        /// Their name.
        display_name: String,
        /// Their sign-in name.
        user_principal_name: String,
        /// The local part of their address.
        mail_nickname: String,
        /// Their address.
        mail: String,
        /// `Member` or `Guest`.
        user_type: String,
        /// Whether they can sign in.
        account_enabled: bool,
    }

    /// A group of the directory.
    Group(GroupId) in GROUP {
        /// Its name.
        display_name: String,
        /// Its description.
        description: String,
        /// When it was made, UTC, whole seconds.
        created_date_time: Timestamp,
    }

    /// A member of a group: a user, a group or another object, told apart by `@odata.type`.
    DirectoryObject(String) in DIRECTORY_OBJECT {
        /// Its name, where it has one.
        display_name: String,
        /// A user's sign-in name.
        user_principal_name: String,
    }

    /// An application's identity in the tenant.
    ServicePrincipal(ServicePrincipalId) in SERVICE_PRINCIPAL {
        /// Its name.
        display_name: String,
        /// The application's id.
        app_id: String,
    }

    /// A directory role that can be assigned.
    RoleDefinition(RoleDefinitionId) in ROLE_DEFINITION {
        /// Its name: `Global Administrator` today, `Company Administrator` in the 2020 tutorial.
        display_name: String,
        /// Its template, the same in every tenant.
        template_id: String,
        /// Whether the service made it.
        is_built_in: bool,
    }

    /// Somebody's directory role.
    RoleAssignment(RoleAssignmentId) in ROLE_ASSIGNMENT {
        /// Who has it.
        principal_id: String,
        /// Which role.
        role_definition_id: RoleDefinitionId,
        /// Where: `/` is the whole tenant.
        directory_scope_id: String,
    }
}

impl User {
    /// Filter by sign-in name.
    pub const PRINCIPAL_NAME: Field = Field::new("userPrincipalName");
}

impl Group {
    /// Filter by name.
    pub const DISPLAY_NAME: Field = Field::new("displayName");
}

impl ServicePrincipal {
    /// Filter by name.
    pub const DISPLAY_NAME: Field = Field::new("displayName");
}

impl RoleDefinition {
    /// Filter by name (2020 tutorial, "Get role definitions").
    pub const DISPLAY_NAME: Field = Field::new("displayName");
}

/// A user to be made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewUser {
    account_enabled: bool,
    display_name: String,
    mail_nickname: String,
    user_principal_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_type: Option<&'static str>,
    password_profile: PasswordProfile,
}

/// The first password of a user to be made.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordProfile {
    force_change_password_next_sign_in: bool,
    password: String,
}

impl std::fmt::Debug for PasswordProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordProfile(…)")
    }
}

impl NewUser {
    /// A member named `nickname` at `domain`, who must change `password` at the first sign-in.
    pub fn member(nickname: &str, domain: &str, password: String) -> Self {
        Self {
            account_enabled: true,
            display_name: nickname.to_owned(),
            mail_nickname: nickname.to_owned(),
            user_principal_name: format!("{nickname}@{domain}"),
            user_type: None,
            password_profile: PasswordProfile {
                force_change_password_next_sign_in: true,
                password,
            },
        }
    }

    /// The same user as a guest.
    #[must_use]
    pub fn guest(self) -> Self {
        Self { user_type: Some("Guest"), ..self }
    }
}

/// A security group to be made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewGroup {
    description: String,
    display_name: String,
    mail_enabled: bool,
    mail_nickname: String,
    security_enabled: bool,
}

impl NewGroup {
    /// A security group without a mailbox.
    pub fn security(display_name: &str, mail_nickname: &str, description: &str) -> Self {
        Self {
            description: description.to_owned(),
            display_name: display_name.to_owned(),
            mail_enabled: false,
            mail_nickname: mail_nickname.to_owned(),
            security_enabled: true,
        }
    }
}

/// A directory role to be given for the whole tenant.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewRoleAssignment {
    #[serde(rename = "@odata.type")]
    odata_type: &'static str,
    role_definition_id: RoleDefinitionId,
    principal_id: String,
    directory_scope_id: &'static str,
}

impl NewRoleAssignment {
    /// Gives `role` to `user`.
    pub fn of(role: &RoleDefinition, user: &User) -> Self {
        Self {
            odata_type: "#microsoft.graph.unifiedRoleAssignment",
            role_definition_id: role.id.clone(),
            principal_id: user.id.0.clone(),
            directory_scope_id: "/",
        }
    }
}
