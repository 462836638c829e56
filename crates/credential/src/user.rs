use std::fmt::{self, Display};
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use transport::{BoxFuture, TokenSource, TransportError};
use url::form_urlencoded;

use crate::error::explained;
use crate::kept::{Grant, Kept, end_of};
use crate::{CredentialError, Platform, Settings};

/// How the user signs in who asks for access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserKind {
    /// A token that somebody got elsewhere (`REQUESTOR_TOKEN`).
    Token,
    /// `REQUESTOR_USERNAME` and `REQUESTOR_PASSWORD`, of a test user without multi-factor
    /// authentication.
    Password,
    /// Somebody enters a code on another device (`REQUESTOR_SIGN_IN=device-code`).
    DeviceCode,
}

impl Display for UserKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token => "token",
            Self::Password => "password",
            Self::DeviceCode => "device code",
        })
    }
}

/// Is told the sentence that says where to enter which code.
pub type Announce = Arc<dyn Fn(&str) + Send + Sync>;

/// Scopes that a user's token is asked for beside Graph's own: a refresh token.
const BESIDE: &str = "offline_access openid";

/// A user of the tenant. The tokens are kept in memory and renewed before they end.
pub struct User {
    platform: Platform,
    tenant: String,
    client: String,
    by: By,
    kept: Kept,
}

enum By {
    Token(SecretString),
    Password { name: String, password: SecretString },
    DeviceCode(Announce),
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: i64,
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Begun {
    device_code: String,
    message: String,
    interval: Option<i64>,
    expires_in: i64,
}

/// What the token endpoint said.
enum Answer {
    Granted(Granted),
    /// The code of OAuth, and the platform's words.
    Refused(String, String),
}

impl User {
    /// The user that the settings name; `None` where they name none.
    ///
    /// # Errors
    /// [`CredentialError`] where a setting is missing or contradicts another. Nobody is asked for a
    /// token yet.
    pub fn from(
        settings: &Settings,
        platform: &Platform,
        announce: Announce,
    ) -> Result<Option<Self>, CredentialError> {
        let (token, name) =
            (settings.secret("REQUESTOR_TOKEN"), settings.get("REQUESTOR_USERNAME"));
        let password = settings.secret("REQUESTOR_PASSWORD");
        let by_code = match settings.get("REQUESTOR_SIGN_IN") {
            None => false,
            Some("device-code") => true,
            Some(other) => {
                return Err(CredentialError::Unusable {
                    place: "REQUESTOR_SIGN_IN".to_owned(),
                    why: format!("expected device-code, found '{other}'"),
                });
            }
        };
        let by = match (token, password, by_code) {
            (None, None, false) => return Ok(None),
            (Some(token), None, false) => By::Token(token.clone()),
            (None, Some(password), false) => {
                let name = name.ok_or_else(|| CredentialError::Missing {
                    needs: "REQUESTOR_USERNAME".to_owned(),
                    remedy: "REQUESTOR_PASSWORD is a password of nobody without it".to_owned(),
                })?;
                By::Password { name: name.to_owned(), password: password.clone() }
            }
            (None, None, true) => By::DeviceCode(announce),
            _ => {
                let set = [
                    ("REQUESTOR_TOKEN", token.is_some()),
                    ("REQUESTOR_PASSWORD", password.is_some()),
                    ("REQUESTOR_SIGN_IN", by_code),
                ];
                let set: Vec<&str> = set.iter().filter(|(_, set)| *set).map(|(n, _)| *n).collect();
                return Err(CredentialError::Contradictory { found: set.join(" and ") });
            }
        };
        let needed = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| settings.get(name)).map(str::to_owned);
            found.ok_or_else(|| CredentialError::Missing {
                needs: names[1].to_owned(),
                remedy: "a user signs in to a tenant by way of an application that allows public client flows".to_owned(),
            })
        };
        let (tenant, client) = match &by {
            By::Token(_) => (String::new(), String::new()),
            _ => (
                needed(["REQUESTOR_TENANT_ID", "AZURE_TENANT_ID"])?,
                needed(["REQUESTOR_CLIENT_ID", "AZURE_CLIENT_ID"])?,
            ),
        };
        let platform = platform.clone();
        Ok(Some(Self { platform, tenant, client, by, kept: Kept::default() }))
    }

    /// How they sign in.
    pub fn kind(&self) -> UserKind {
        match &self.by {
            By::Token(_) => UserKind::Token,
            By::Password { .. } => UserKind::Password,
            By::DeviceCode(_) => UserKind::DeviceCode,
        }
    }

    async fn signed_in(&self) -> Result<SecretString, CredentialError> {
        if let By::Token(token) = &self.by {
            let ended = end_of(token.expose_secret()).is_some_and(|end| end <= self.now());
            return match ended {
                true => Err(CredentialError::Unusable {
                    place: "REQUESTOR_TOKEN".to_owned(),
                    why: "expected a token that holds, found one whose time is over; get another"
                        .to_owned(),
                }),
                false => Ok(token.clone()),
            };
        }
        self.kept.or(&self.platform, |before| self.renewed(before)).await
    }

    fn now(&self) -> jiff::Timestamp {
        self.platform.clock.now()
    }

    /// By the refresh token as long as one holds, else from the start.
    async fn renewed(&self, before: Option<Grant>) -> Result<Grant, CredentialError> {
        let scope = self.scope();
        if let Some(refresh) = before.and_then(|before| before.refresh) {
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh.expose_secret()),
                ("scope", &scope),
            ];
            if let Answer::Granted(granted) = self.asked("token", &form).await? {
                return Ok(self.grant(granted));
            }
        }
        let answer = match &self.by {
            By::Password { name, password } => {
                let form = [
                    ("grant_type", "password"),
                    ("username", name.as_str()),
                    ("password", password.expose_secret()),
                    ("scope", &scope),
                ];
                self.asked("token", &form).await?
            }
            By::DeviceCode(announce) => self.by_code(announce).await?,
            By::Token(_) => unreachable!("a given token is not renewed"),
        };
        match answer {
            Answer::Granted(granted) => Ok(self.grant(granted)),
            Answer::Refused(_, why) => Err(self.refused(&why)),
        }
    }

    fn scope(&self) -> String {
        format!("{} {BESIDE}", self.platform.scope)
    }

    fn grant(&self, granted: Granted) -> Grant {
        let holds = SignedDuration::from_secs(granted.expires_in.clamp(0, 24 * 3600));
        Grant {
            token: SecretString::from(granted.access_token),
            refresh: granted.refresh_token.map(SecretString::from),
            expires: self.now() + holds,
        }
    }

    async fn by_code(&self, announce: &Announce) -> Result<Answer, CredentialError> {
        let scope = self.scope();
        let begun = self.sent("devicecode", &[("scope", &scope)]).await?;
        let begun: Begun = serde_json::from_value(begun.1.clone())
            .map_err(|_| self.refused(text(&begun.1, "error_description")))?;
        announce(&begun.message);
        let interval = SignedDuration::from_secs(begun.interval.unwrap_or(5).clamp(1, 60));
        let end = self.now() + SignedDuration::from_secs(begun.expires_in.clamp(0, 3600));
        loop {
            self.platform.clock.wait(interval).await;
            let form = [
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("device_code", &begun.device_code),
            ];
            match self.asked("token", &form).await? {
                Answer::Refused(code, _)
                    if ["authorization_pending", "slow_down"].contains(&code.as_str())
                        && self.now() < end => {}
                answer => return Ok(answer),
            }
        }
    }

    async fn asked(&self, what: &str, form: &[(&str, &str)]) -> Result<Answer, CredentialError> {
        let (status, body) = self.sent(what, form).await?;
        if status < 300
            && let Ok(granted) = serde_json::from_value(body.clone())
        {
            return Ok(Answer::Granted(granted));
        }
        let (code, why) = (text(&body, "error"), text(&body, "error_description"));
        match code.is_empty() {
            true => Err(self.refused(&format!("it answered {status}, and no token"))),
            false => Ok(Answer::Refused(code.to_owned(), why.to_owned())),
        }
    }

    async fn sent(
        &self,
        what: &str,
        form: &[(&str, &str)],
    ) -> Result<(u16, Value), CredentialError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.client)
            .extend_pairs(form)
            .finish();
        let url = format!("{}/{}/oauth2/v2.0/{what}", self.platform.authority, self.tenant);
        let request = Request::post(url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .map_err(|error| self.refused(&error.to_string()))?;
        let answer = self.platform.transport.exchange(request).await;
        let answer = answer.map_err(|error| self.refused(&error.to_string()))?;
        let body = serde_json::from_slice(answer.body()).unwrap_or_default();
        Ok((answer.status().as_u16(), body))
    }

    fn refused(&self, why: &str) -> CredentialError {
        CredentialError::Refused {
            who: format!("the requestor (by {})", self.kind()),
            authority: self.platform.authority.clone(),
            why: explained(why),
        }
    }
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_default()
}

impl TokenSource for User {
    fn token(&self) -> BoxFuture<'_, Result<SecretString, TransportError>> {
        Box::pin(async move { self.signed_in().await.map_err(TransportError::from) })
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("kind", &self.kind()).finish_non_exhaustive()
    }
}
