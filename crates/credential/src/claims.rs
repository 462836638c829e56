use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;

/// What a token says of itself. Nobody has verified it here: Graph does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// The tenant's id.
    #[serde(rename = "tid")]
    pub tenant: String,
    /// The object id of whoever it is for: a user or a service principal.
    #[serde(rename = "oid", default)]
    pub object: String,
    /// The client that asked for it.
    #[serde(rename = "appid", default)]
    pub client: String,
    /// Application permissions; none in a user's token.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Delegated permissions, divided by blanks; none in an application's token.
    #[serde(rename = "scp", default)]
    scopes: String,
    #[serde(rename = "exp")]
    expires: i64,
    #[serde(rename = "iat", default)]
    issued: Option<i64>,
}

impl Claims {
    /// Reads a token; `None` where it is no JSON Web Token with a tenant and an end.
    pub fn of(token: &str) -> Option<Self> {
        let part = token.split('.').nth(1)?;
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    }

    /// Delegated permissions.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.split_whitespace()
    }

    /// Whether it is a user's.
    pub fn is_delegated(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// When it was issued, where it says.
    pub fn issued(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.issued?).ok()
    }

    /// When it ends.
    pub fn expires(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.expires).ok()
    }
}
