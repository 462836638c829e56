use serde_json::Value;

/// What a token lets its holder ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Grants {
    /// A token without a sign-in: everything.
    Everything,
    /// Scopes to which a user has consented.
    Delegated(Vec<String>),
    /// Roles that an administrator has given an application.
    Application(Vec<String>),
}

impl Grants {
    /// What the claims of a token say.
    pub(crate) fn of(claims: &Value) -> Self {
        match claims["idtyp"].as_str() {
            Some("app") => {
                let roles = claims["roles"].as_array().into_iter().flatten();
                Self::Application(roles.filter_map(Value::as_str).map(str::to_owned).collect())
            }
            _ => {
                let scopes = claims["scp"].as_str().unwrap_or_default();
                Self::Delegated(scopes.split_whitespace().map(str::to_owned).collect())
            }
        }
    }

    /// Whether one of `accepted` was granted.
    pub(crate) fn allow(&self, accepted: &[&str]) -> bool {
        match self {
            Self::Everything => true,
            Self::Delegated(granted) | Self::Application(granted) => {
                granted.iter().any(|one| accepted.iter().any(|a| a.eq_ignore_ascii_case(one)))
            }
        }
    }

    /// Whether an application acts for itself.
    pub(crate) fn is_application(&self) -> bool {
        matches!(self, Self::Application(_))
    }
}
