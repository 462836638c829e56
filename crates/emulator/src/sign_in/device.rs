//! Sign-in by a code that somebody types in on another device (RFC 8628).

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::{Value, json};

use super::Refused;
use super::discovery::known;
use super::grant::{self, Form, refused};
use crate::ids::Id;
use crate::refusal::{SIGN_IN_CODE, SIGN_IN_PENDING};
use crate::tenant::{Inner, lock};

/// The grant's two names: the standard's, and the one that Microsoft's older clients send.
pub(super) const GRANTS: [&str; 2] =
    ["urn:ietf:params:oauth:grant-type:device_code", "device_code"];

/// Seconds for which a code holds (documented: 15 minutes).
const HOLDS: i64 = 900;
/// Seconds between two questions of a client (documented).
const INTERVAL: i64 = 5;
/// Letters of a code that nobody takes for another.
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A code that was given, and who answered for it.
#[derive(Debug)]
pub(crate) struct Device {
    /// What the client asks with.
    asked_with: Id,
    user_code: String,
    client: String,
    scope: String,
    /// Second of the epoch.
    until: i64,
    user: Option<Id>,
}

/// Gives a client a code for its user.
pub(super) fn begun(tenant: &Inner, of: &str, origin: &str, body: &[u8]) -> Result<Value, Refused> {
    known(tenant, of)?;
    let form = Form::of(body);
    let client = form.demanded("client_id")?.to_lowercase();
    let scope = form.demanded("scope")?.to_owned();
    let now = tenant.signs_in_by.now().as_second();
    let ids = &mut tenant.lock().ids;
    let (asked_with, words) = (ids.next(), ids.next());
    let letters = words.bytes().filter(|byte| *byte != b'-').take(9);
    let user_code: String =
        letters.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])).collect();
    let at = format!("{origin}/common/oauth2/deviceauth");
    let message =
        format!("To sign in, open the page {at} and enter the code {user_code} to authenticate.");
    let mut devices = lock(&tenant.devices);
    devices.retain(|device| now < device.until);
    let until = now + HOLDS;
    let (given, code) = (asked_with.clone(), user_code.clone());
    devices.push(Device { asked_with, user_code, client, scope, until, user: None });
    Ok(json!({
        "user_code": code,
        "device_code": &*given,
        "verification_uri": at,
        "expires_in": HOLDS,
        "interval": INTERVAL,
        "message": message,
    }))
}

/// Who has answered for a client's code, and with which scope; a code opens once.
pub(super) fn answered(tenant: &Inner, form: &Form, client: &str) -> Result<(Id, String), Refused> {
    let code = form.demanded("device_code")?;
    let now = tenant.signs_in_by.now().as_second();
    let mut devices = lock(&tenant.devices);
    let found = devices.iter().position(|d| &*d.asked_with == code && d.client == client);
    let Some(index) = found else {
        let words =
            "Invalid verification code due to User typing in wrong user code for device code flow.";
        return Err(refused(70_018, &SIGN_IN_CODE, words));
    };
    if devices[index].until <= now {
        let words = "Verification code expired. Have the user retry the sign-in.";
        return Err(refused(70_019, &SIGN_IN_CODE, words));
    }
    match devices[index].user.take() {
        Some(user) => Ok((user, devices.swap_remove(index).scope)),
        None => {
            let words = "OAuth 2.0 device flow error. Authorization is pending. Continue polling.";
            Err(refused(70_016, &SIGN_IN_PENDING, words))
        }
    }
}

/// The page on which a user answers for a code, by name and password.
pub(super) fn page(tenant: &Inner, parts: &Parts, body: &[u8]) -> Response<Body> {
    let (status, words) = match parts.method {
        Method::POST => match taken(tenant, &Form::of(body)) {
            Ok(()) => {
                (StatusCode::OK, "You have signed in. Return to your application.".to_owned())
            }
            Err(words) => (StatusCode::BAD_REQUEST, words),
        },
        _ => (StatusCode::OK, "Enter the code that your application shows.".to_owned()),
    };
    // What somebody typed comes back in it.
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let field = |name: &str, kind: &str| {
        format!("<p><label>{name} <input name=\"{name}\" type=\"{kind}\" required></label></p>")
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sign in</title>\
         <style>body{{font:1rem/1.5 system-ui;max-width:28rem;margin:4rem auto;padding:0 1rem}}\
         label{{display:grid}}input,button{{font:inherit;padding:.4rem}}</style>\
         <h1>Sign in to the emulator</h1><p role=\"status\">{words}</p><form method=\"post\">{}{}{}\
         <button>Sign in</button></form></html>",
        field("code", "text"),
        field("username", "text"),
        field("password", "password"),
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    response
}

fn taken(tenant: &Inner, form: &Form) -> Result<(), String> {
    let wrong = |refused: Refused| refused.refusal.message;
    let code = form.demanded("code").map_err(wrong)?.trim().to_uppercase();
    let now = tenant.signs_in_by.now().as_second();
    let user = grant::by_password(&tenant.lock().directory, form).map_err(wrong)?.id.clone();
    let mut devices = lock(&tenant.devices);
    let device = devices.iter_mut().find(|d| d.user_code == code && now < d.until);
    let device = device.ok_or("That code is not known, or its time is over.")?;
    device.user = Some(user);
    Ok(())
}
