//! The tenant over HTTP: who calls, what they call, and how the answer is written.

mod answer;
mod binding;
mod call;
mod catalog_roles;
mod control;
mod directory;
mod entitlement;
mod permission;
mod query;
mod row;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State as Shared;
use http::{Request, Response};
use jiff::SignedDuration;

use crate::refusal::{
    BODY_UNREADABLE, IDENTITY_DISABLED, Refusal, STATE_NOT_KEPT, TOKEN_EMPTY, TOKEN_EXPIRED,
    TOKEN_INVALID, not_implemented,
};
use crate::sign_in::{self, Unfit};
use crate::state::{Caller, Receipt};
use crate::tenant::{Inner, Session};
use answer::Answer;
use call::Call;

/// A body larger than this is refused (the documented limit of a Graph request).
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// How long entitlement management still answers an application that was switched off (a live run of
/// 2026: answered after 55 s, refused after 158 s).
const ENTITLEMENT_NOTICES_AFTER: SignedDuration = SignedDuration::from_secs(120);

pub(crate) fn router(tenant: Arc<Inner>) -> Router {
    Router::new().fallback(serve).with_state(tenant)
}

async fn serve(Shared(tenant): Shared<Arc<Inner>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await;
    let now = tenant.clock.now();
    let request_id = tenant.request_id();
    let path = call::segments(parts.uri.path());
    if let Ok(body) = &body
        && let Some(answered) =
            sign_in::answer(&tenant, &parts, &path, || call::origin(&parts), body)
    {
        return answered;
    }
    let (mut outcome, receipt) = match body {
        Ok(body) => answer(&tenant, &parts, &path, &body),
        Err(_) => {
            let why = "The request body is larger than 4 MB, or it broke off.";
            (Err(BODY_UNREADABLE.says(why)), None)
        }
    };
    // What is acknowledged is in the state file.
    if let Some(receipt) = receipt
        && let Some(why) =
            receipt.await.unwrap_or_else(|_| Err("its writer has ended".into())).err()
    {
        outcome = Err(STATE_NOT_KEPT.says(format!("The state file cannot be written: {why}.")));
    }
    tracing::debug!(method = %parts.method, uri = %parts.uri, refused = outcome.is_err(), "answered");
    answer::write(outcome, &parts, &path, &request_id, now)
}

/// `path` is the request's, in segments with the version.
fn answer(
    tenant: &Inner,
    parts: &http::request::Parts,
    path: &[String],
    body: &[u8],
) -> (Result<Answer, Refusal>, Option<Receipt>) {
    let mut receipt = None;
    let outcome = called(tenant, parts, path, body, &mut receipt);
    (outcome, receipt)
}

fn called(
    tenant: &Inner,
    parts: &http::request::Parts,
    path: &[String],
    body: &[u8],
    receipt: &mut Option<Receipt>,
) -> Result<Answer, Refusal> {
    let session = identify(tenant, parts)?;
    let (identity, grants) = (&session.identity, &session.grants);
    if let Some((first, below)) = path.split_first()
        && first == "_emulator"
    {
        return control::answer(tenant, identity, parts, below, body);
    }
    // Azure's command line lists its subscriptions before it does anything; there is none.
    if path == ["subscriptions"] {
        return Ok(Answer::ok(serde_json::json!({"value": []})));
    }
    let call = Call::read(parts, path, body)?;
    let mut state = tenant.lock();
    let caller = Caller { user: &identity.user, client: &session.client, now: tenant.clock.now() };
    let special = |segment: &&String| {
        segment.starts_with('$') && !["$ref", "$count"].contains(&segment.as_str())
    };
    if let Some(special) = call.segments.iter().find(special) {
        return Err(not_implemented(special));
    }
    if !state.directory.has(&identity.user) {
        return Err(unfit(&Unfit::Foreign));
    }
    let below = call::below_entitlement(&call.segments);
    let waits = if below.is_some() { ENTITLEMENT_NOTICES_AFTER } else { SignedDuration::ZERO };
    let caller_application = state.directory.service_principals.get(identity.user.as_str());
    let disabled = caller_application.and_then(|application| application.disabled);
    if disabled.is_some_and(|since| caller.now.duration_since(since) >= waits) {
        return Err(IDENTITY_DISABLED.says("The authenticating application principal is disabled."));
    }
    let outcome = match below {
        Some(below) => entitlement::answer(&mut state, &call, caller, grants, below),
        None => directory::answer(&mut state, &call, caller, grants),
    };
    *receipt = tenant.keep(&mut state);
    outcome
}

fn identify(tenant: &Inner, parts: &http::request::Parts) -> Result<Arc<Session>, Refusal> {
    let header = parts.headers.get(http::header::AUTHORIZATION);
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer "));
    match token.map(str::trim) {
        None | Some("") => Err(TOKEN_EMPTY.says("Access token is empty.")),
        Some(token) => tenant.session(token).map_err(|unfit_token| unfit(&unfit_token)),
    }
}

fn unfit(why: &Unfit) -> Refusal {
    match why {
        Unfit::Foreign => {
            TOKEN_INVALID.says("CompactToken parsing failed with error code: 80049217")
        }
        Unfit::Expired => TOKEN_EXPIRED.says("Access token has expired or is not yet valid."),
    }
}
