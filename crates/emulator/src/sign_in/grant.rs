use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::AUTHORIZATION;
use http::request::Parts;
use indexmap::IndexMap;
use model::Cloud;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::discovery::{ANY_TENANT, known};
use super::token::{signed, verified};
use super::{Refused, assertion, device};
use crate::directory::{Directory, ServicePrincipal, User};
use crate::refusal::{
    Rule, SIGN_IN_APPLICATION, SIGN_IN_ASSERTION, SIGN_IN_CREDENTIALS, SIGN_IN_GRANT,
    SIGN_IN_PARAMETER, SIGN_IN_REFRESH, SIGN_IN_SCOPE, SIGN_IN_SECRET, SIGN_IN_SECRET_MISSING,
    SIGN_IN_TENANT,
};
use crate::tenant::Inner;

/// Seconds for which a token holds, less the one that answers name.
const HOLDS: i64 = 3600;
/// Seconds for which a refresh token holds (documented: 90 days).
const REFRESHES: i64 = 90 * 24 * 3600;
/// Marks a refresh token, which opens nothing but this endpoint.
pub(crate) const REFRESH: &str = "entitle_refresh";

/// Clients of Microsoft that every tenant knows: Azure's command line and Graph's PowerShell.
const WELL_KNOWN_CLIENTS: [&str; 2] =
    ["04b07795-8ddb-461a-bbee-02f9e1bf7b46", "14d82eec-204b-4c2f-b7e8-296a70dab67e"];

/// What a user has consented to where a client asks for `.default`.
const CONSENTED: &str = "Directory.Read.All EntitlementManagement.ReadWrite.All Group.ReadWrite.All User.Read User.ReadWrite.All";

/// Scopes of OpenID Connect, which are about the answer and not about Graph.
const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];

pub(super) fn refused(number: u32, rule: &'static Rule, message: impl Into<String>) -> Refused {
    Refused { number, refusal: rule.says(message) }
}

/// What a client sends: a form, and its own name and secret there or in `Authorization: Basic`.
pub(super) struct Form {
    fields: IndexMap<String, String>,
}

impl Form {
    pub(super) fn of(body: &[u8]) -> Self {
        Self { fields: form_urlencoded::parse(body).into_owned().collect() }
    }

    fn read(parts: &Parts, body: &[u8]) -> Self {
        let mut form = Self::of(body);
        if let Some((id, secret)) = basic(parts) {
            form.fields.insert("client_id".to_owned(), id);
            form.fields.insert("client_secret".to_owned(), secret);
        }
        form
    }

    pub(super) fn demanded(&self, name: &str) -> Result<&str, Refused> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.is_empty()).ok_or_else(
            || {
                let message =
                    format!("The request body must contain the following parameter: '{name}'.");
                refused(900_144, &SIGN_IN_PARAMETER, message)
            },
        )
    }
}

fn basic(parts: &Parts) -> Option<(String, String)> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(encoded))?;
    let text = String::from_utf8(decoded.ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    // Both are form-encoded before they are joined (RFC 6749, 2.3.1).
    let plain = |text: &str| odata::decode_component(text);
    Some((plain(id), plain(secret)))
}

pub(super) fn answer(
    tenant: &Inner,
    parts: &Parts,
    of: &str,
    body: &[u8],
) -> Result<Value, Refused> {
    let tenant_id = known(tenant, of)?;
    let form = Form::read(parts, body);
    let grant = form.demanded("grant_type")?;
    let client = form.demanded("client_id")?.to_lowercase();
    let now = tenant.signs_in_by.now().as_second();
    let state = &mut *tenant.lock();
    let (cloud, id) = (tenant.options.cloud, state.ids.next().into());
    let issue = Issue { tenant: &tenant_id, client: &client, cloud, now, id };
    let directory = &state.directory;
    match grant {
        "client_credentials" => {
            if ANY_TENANT.contains(&of) {
                return Err(refused(
                    90_002,
                    &SIGN_IN_TENANT,
                    format!("Tenant '{of}' not found. A client that acts for itself names one."),
                ));
            }
            let principal = application(directory, &issue)?;
            match form.fields.get("client_assertion") {
                Some(given) => {
                    let kind = form.demanded("client_assertion_type")?;
                    if kind != assertion::KIND {
                        let words = format!("Client assertion type '{kind}' is not supported.");
                        return Err(refused(50_027, &SIGN_IN_ASSERTION, words));
                    }
                    let certificate = tenant.options.client_certificate.as_deref();
                    // It is the one application's that the tenant was founded with.
                    let certificate =
                        certificate.filter(|_| principal.app_id == tenant.client_id());
                    let names = [directory.tenant_id.as_str(), of];
                    let now = tenant.signs_in_by.now();
                    assertion::verified(given, certificate, &client, &names, now)?;
                }
                None => secret(&form, principal)?,
            }
            issue.to_application(principal, form.demanded("scope")?)
        }
        "password" => {
            public_client(directory, &issue)?;
            let user = by_password(directory, &form)?;
            issue.to_user(user, form.demanded("scope")?)
        }
        "refresh_token" => {
            public_client(directory, &issue)?;
            let refresh = form.demanded("refresh_token")?;
            let claims = verified(refresh, tenant.signs_in_by.now()).ok();
            let user = claims
                .as_ref()
                .filter(|claims| claims[REFRESH] == true && claims["appid"] == *client)
                .and_then(|claims| directory.users.get(claims["oid"].as_str()?));
            let user = user.ok_or_else(|| {
                let words = "Provided grant is invalid or malformed.";
                refused(70_000, &SIGN_IN_REFRESH, words)
            })?;
            issue.to_user(user, form.fields.get("scope").map_or(CONSENTED, String::as_str))
        }
        kind if device::GRANTS.contains(&kind) => {
            public_client(directory, &issue)?;
            let (user, scope) = device::answered(tenant, &form, &client)?;
            let user = directory.users.get(&user).ok_or_else(|| {
                let words = "The user account does not exist in the directory.";
                refused(50_034, &SIGN_IN_CREDENTIALS, words)
            })?;
            issue.to_user(user, &scope)
        }
        other => Err(refused(
            70_003,
            &SIGN_IN_GRANT,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

fn application<'a>(
    directory: &'a Directory,
    issue: &Issue<'_>,
) -> Result<&'a ServicePrincipal, Refused> {
    let found = directory.service_principals.values().find(|p| p.app_id == issue.client);
    found.ok_or_else(|| {
        refused(
            700_016,
            &SIGN_IN_APPLICATION,
            format!(
                "Application with identifier '{}' was not found in the directory '{}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
                issue.client, directory.domain
            ),
        )
    })
}

/// A client that may sign users in; it needs no secret.
fn public_client(directory: &Directory, issue: &Issue<'_>) -> Result<(), Refused> {
    match WELL_KNOWN_CLIENTS.contains(&issue.client) {
        true => Ok(()),
        false => application(directory, issue).map(|_| ()),
    }
}

fn secret(form: &Form, principal: &ServicePrincipal) -> Result<(), Refused> {
    let Some(given) = form.fields.get("client_secret") else {
        return Err(refused(
            7_000_218,
            &SIGN_IN_SECRET_MISSING,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ));
    };
    match principal.secret.as_ref().is_some_and(|secret| secret.expose_secret() == given) {
        true => Ok(()),
        false => Err(refused(
            7_000_215,
            &SIGN_IN_SECRET,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{}'.",
                principal.app_id
            ),
        )),
    }
}

pub(super) fn by_password<'a>(directory: &'a Directory, form: &Form) -> Result<&'a User, Refused> {
    let (name, password) = (form.demanded("username")?, form.demanded("password")?);
    let mut users = directory.users.values();
    let user = users.find(|user| user.principal_name.eq_ignore_ascii_case(name));
    let user = user.ok_or_else(|| {
        refused(
            50_034,
            &SIGN_IN_CREDENTIALS,
            format!(
                "The user account {name} does not exist in the {} directory. To sign into this application, the account must be added to the directory.",
                directory.domain
            ),
        )
    })?;
    let right = user.password.as_ref().is_some_and(|known| known.expose_secret() == password);
    right.then_some(user).ok_or_else(|| {
        let words = "Error validating credentials due to invalid username or password.";
        refused(50_126, &SIGN_IN_CREDENTIALS, words)
    })
}

/// A token in the making.
struct Issue<'a> {
    tenant: &'a str,
    client: &'a str,
    cloud: Cloud,
    /// Seconds of the epoch.
    now: i64,
    id: String,
}

impl Issue<'_> {
    fn to_application(&self, principal: &ServicePrincipal, scope: &str) -> Result<Value, Refused> {
        let resource = scope.strip_suffix("/.default").ok_or_else(|| {
            refused(
                1_002_012,
                &SIGN_IN_SCOPE,
                format!(
                    "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
                ),
            )
        })?;
        let claims = json!({
            "app_displayname": principal.display_name,
            "appidacr": "1",
            "idtyp": "app",
            "oid": principal.id,
            "roles": principal.permissions,
            "sub": principal.id,
        });
        Ok(json!({
            "token_type": "Bearer",
            "expires_in": HOLDS - 1,
            "ext_expires_in": HOLDS - 1,
            "access_token": self.signed(resource, HOLDS, claims)?,
        }))
    }

    fn to_user(&self, user: &User, scope: &str) -> Result<Value, Refused> {
        let asked: Vec<&str> = scope.split_whitespace().collect();
        let resource = asked.iter().find_map(|one| Some(one.rsplit_once('/')?.0));
        let resource =
            resource.map_or_else(|| format!("https://{}", self.cloud.graph()), str::to_owned);
        let mut scopes: Vec<&str> = Vec::new();
        for one in asked.iter().filter(|one| !OPENID.contains(one)) {
            match one.rsplit('/').next() {
                Some(".default") | None => scopes.extend(CONSENTED.split(' ')),
                Some(scope) => scopes.push(scope),
            }
        }
        let granted = scopes.join(" ");
        let access = json!({
            "appidacr": "0",
            "idtyp": "user",
            "name": user.display_name,
            "oid": user.id,
            "scp": granted,
            "sub": user.id,
            "unique_name": user.principal_name,
            "upn": user.principal_name,
        });
        let identity = json!({
            "name": user.display_name,
            "oid": user.id,
            "preferred_username": user.principal_name,
            "sub": user.id,
        });
        let mut answer = json!({
            "token_type": "Bearer",
            "scope": granted,
            "expires_in": HOLDS - 1,
            "ext_expires_in": HOLDS - 1,
            "access_token": self.signed(&resource, HOLDS, access)?,
        });
        if asked.contains(&"offline_access") {
            let claims = json!({"oid": user.id, REFRESH: true});
            let refresh = self.signed(&resource, REFRESHES, claims)?;
            answer["refresh_token"] = Value::String(refresh);
        }
        if asked.contains(&"openid") {
            answer["id_token"] = Value::String(self.signed(self.client, HOLDS, identity)?);
        }
        Ok(answer)
    }

    fn signed(&self, audience: &str, holds: i64, about: Value) -> Result<String, Refused> {
        let mut claims = json!({
            "aud": audience.trim_end_matches('/'),
            "iss": format!("https://sts.windows.net/{}/", self.tenant),
            "iat": self.now,
            "nbf": self.now,
            "exp": self.now + holds,
            "appid": self.client,
            "tid": self.tenant,
            "uti": self.id,
            "ver": "1.0",
        });
        if let (Value::Object(claims), Value::Object(about)) = (&mut claims, about) {
            claims.extend(about);
        }
        signed(&claims).ok_or_else(|| {
            refused(90_033, &SIGN_IN_GRANT, "A transient error has occurred. Please try again.")
        })
    }
}
