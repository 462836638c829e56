//! Sign-in as Microsoft's identity platform does it, as far as Graph's clients ask for it: what is
//! found where ([`discovery`]), grants for tokens ([`grant`], [`assertion`], [`device`]), and the
//! tokens themselves ([`token`]).
//!
//! Tokens are signed with a key that everybody can read: they prove nothing outside a test.

mod assertion;
mod device;
mod discovery;
mod grant;
mod grants;
mod token;

use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::refusal::{Refusal, SIGN_IN_METHOD};
use crate::tenant::Inner;

pub(crate) use device::Device;
pub(crate) use grant::REFRESH;
pub(crate) use grants::Grants;
pub(crate) use token::{Unfit, of_another_graph, verified};

/// A refusal in the words of the identity platform: its number stands behind `AADSTS`.
#[derive(Debug)]
struct Refused {
    number: u32,
    refusal: Refusal,
}

/// Answers what needs no token because it leads to one; `None` where `path` is none of it. `origin`
/// tells scheme and host that the caller used. What would refuse by a rule that is switched off is
/// an error.
pub(crate) fn answer(
    tenant: &Inner,
    parts: &Parts,
    path: &[String],
    origin: impl Fn() -> String,
    body: &[u8],
) -> Option<Result<Response<Body>, Refusal>> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let get = |document: Result<Value, Refused>| match parts.method {
        Method::GET => document,
        _ => Err(wrong_method(&parts.method)),
    };
    let outcome = match path.as_slice() {
        [of, "v2.0", ".well-known", "openid-configuration"]
        | [of, ".well-known", "openid-configuration"] => {
            get(discovery::openid_configuration(tenant, &origin(), of))
        }
        [_, "discovery", "v2.0", "keys"] | [_, "discovery", "keys"] => get(Ok(token::jwks())),
        ["common", "discovery", "instance"] => get(Ok(discovery::instance(tenant, &origin()))),
        ["common", "userrealm", name] => get(Ok(discovery::user_realm(tenant, name))),
        ["metadata", "endpoints"] => get(Ok(discovery::endpoints(&origin()))),
        [of, "oauth2", "v2.0", "token"] => match parts.method {
            Method::POST => grant::answer(tenant, parts, of, body),
            _ => Err(wrong_method(&parts.method)),
        },
        [of, "oauth2", "v2.0", "devicecode"] => match parts.method {
            Method::POST => device::begun(tenant, of, &origin(), body),
            _ => Err(wrong_method(&parts.method)),
        },
        ["common", "oauth2", "deviceauth"] => return Some(Ok(device::page(tenant, parts, body))),
        _ => return None,
    };
    Some(write(tenant, outcome))
}

fn wrong_method(method: &Method) -> Refused {
    let message = format!("Endpoint only accepts other requests. Received a {method} request.");
    Refused { number: 900_561, refusal: SIGN_IN_METHOD.says(message) }
}

fn write(tenant: &Inner, outcome: Result<Value, Refused>) -> Result<Response<Body>, Refusal> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
    let (status, body) = match outcome {
        Ok(body) => (StatusCode::OK, body),
        Err(Refused { number, refusal }) => {
            let state = &mut *tenant.lock();
            let rule = refusal.rule;
            let refusal = state.rules.refuse(refusal);
            if refusal.rule.id != rule.id {
                return Err(refusal);
            }
            let refused = Refused { number, refusal };
            if let Ok(rule) = HeaderValue::from_str(&refused.refusal.rule.told()) {
                headers.insert(crate::refusal::HEADER, rule);
            }
            let status = StatusCode::from_u16(refused.refusal.rule.status);
            let ids = &mut state.ids;
            let login = tenant.options.cloud.login();
            let body = error(&refused, &ids.next(), &ids.next(), tenant.signs_in_by.now(), login);
            (status.unwrap_or(StatusCode::BAD_REQUEST), body)
        }
    };
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// The platform's error: every client shows the text, and some read the numbers.
fn error(refused: &Refused, trace: &str, correlation: &str, now: Timestamp, login: &str) -> Value {
    let Refused { number, refusal } = refused;
    let at = now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    json!({
        "error": refusal.rule.code,
        "error_description": format!(
            "AADSTS{number}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}",
            refusal.message
        ),
        "error_codes": [number],
        "timestamp": at,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": format!("https://{login}/error?code={number}"),
    })
}
