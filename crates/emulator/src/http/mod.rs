//! The tenant over HTTP: who calls, what they call, and how the answer is written.

mod answer;
mod binding;
mod call;
mod catalog_roles;
mod control;
mod deleted_items;
mod directory;
mod entitlement;
mod log;
mod permission;
mod query;
mod row;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State as Shared};
use http::request::Parts;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};

use crate::behaviour::{ERROR_DETAILS, LOCATION};
use crate::fault::Fault;
use crate::ids::Id;
use crate::refusal::{
    self, BODY_TOO_LARGE, EMULATOR_TOKEN, IDENTITY_DISABLED, ROUTE_MISS, ROUTE_MISS_WRAPPED,
    Refusal, Rule, STATE_NOT_KEPT, TOKEN_AUDIENCE, TOKEN_EMPTY, TOKEN_EXPIRED, TOKEN_INVALID,
    not_implemented,
};
use crate::sign_in::{self, Grants, Unfit};
use crate::state::{Caller, Receipt, State};
use crate::tenant::{Inner, Session, lock};
use answer::Answer;
use call::Call;
use log::Entry;
pub(crate) use log::Log;

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
    if path.first().is_some_and(|first| first == "_emulator") {
        let outcome = match body {
            Ok(body) if is_local(&parts) => control::answer(&tenant, &parts, &path[1..], &body),
            Ok(_) => {
                Err(EMULATOR_TOKEN.says("The emulator is controlled from this machine alone."))
            }
            Err(_) => Err(too_large()),
        };
        let done = Done { outcome, ..Done::default() };
        return answer::write(&done, &parts, &path, &request_id, now);
    }
    let fault = lock(&tenant.faults).befalls(parts.method.as_str(), parts.uri.path());
    if let Some(delay) = fault.as_ref().and_then(Fault::held_back) {
        tenant.clock.wait(delay).await;
    }
    if fault.as_ref().is_some_and(|fault| fault.drop) {
        note(&tenant, &parts, now, &request_id, (0, Vec::new()), true);
        hang_up();
    }
    let mut response = match fault.as_ref().filter(|fault| fault.status.is_some()) {
        Some(fault) => answer::fault(fault, &parts, &request_id, now),
        None => match body {
            Ok(body) => answered(&tenant, &parts, &path, &body, &request_id, now).await,
            Err(_) => {
                let outcome = Err(tenant.lock().rules.refuse(too_large()));
                let done = Done { outcome, ..Done::default() };
                answer::write(&done, &parts, &path, &request_id, now)
            }
        },
    };
    let rules = fired(&response);
    let status = response.status().as_u16();
    note(&tenant, &parts, now, &request_id, (status, rules), fault.is_some());
    if let Some(fault) = fault {
        if fault.lose_answer {
            hang_up();
        }
        if let Some(bytes) = fault.truncate {
            response = answer::truncated(response, bytes).await;
        }
    }
    response
}

/// What a call is answered where no fault befalls it.
async fn answered(
    tenant: &Inner,
    parts: &Parts,
    path: &[String],
    body: &[u8],
    request_id: &Id,
    now: Timestamp,
) -> Response<Body> {
    let done = match sign_in::answer(tenant, parts, path, || call::origin(parts), body) {
        Some(Ok(signed)) => return signed,
        Some(Err(refusal)) => Done { outcome: Err(refusal), ..Done::default() },
        None => {
            let mut done = called(tenant, parts, path, body);
            done.is_kept().await;
            done
        }
    };
    answer::write(&done, parts, path, request_id, now)
}

/// The rules that an answer names.
fn fired(response: &Response<Body>) -> Vec<String> {
    let rules = response.headers().get_all(refusal::HEADER).iter();
    rules.filter_map(|rule| rule.to_str().ok()).map(str::to_owned).collect()
}

fn too_large() -> Refusal {
    BODY_TOO_LARGE.says("The request body is larger than 4 MB, or it broke off.")
}

/// Ends the connection without an answer: its task ends here, and nobody is told of it.
fn hang_up() -> ! {
    std::panic::resume_unwind(Box::new("a fault ends the connection"))
}

/// Whether a call came from this machine; one within the process did.
fn is_local(parts: &Parts) -> bool {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.is_none_or(|ConnectInfo(peer)| peer.ip().is_loopback())
}

fn note(
    tenant: &Inner,
    parts: &Parts,
    at: Timestamp,
    request_id: &Id,
    (status, rules): (u16, Vec<String>),
    fault: bool,
) {
    tracing::debug!(method = %parts.method, uri = %parts.uri, status, "answered");
    lock(&tenant.log).add(Entry {
        at,
        request_id: request_id.clone(),
        method: parts.method.clone(),
        uri: parts.uri.clone(),
        status,
        rules,
        fault,
    });
}

/// What became of a call.
#[derive(Debug)]
pub(crate) struct Done {
    outcome: Result<Answer, Refusal>,
    /// Rules by which an answer that is no error has its form.
    fired: Vec<&'static Rule>,
    /// Whether the address of the backend's collection is told.
    location: bool,
    /// Whether an error of the backend has a list of details.
    details: bool,
    receipt: Option<Receipt>,
}

impl Default for Done {
    fn default() -> Self {
        Self {
            outcome: Ok(Answer::no_content()),
            fired: Vec::new(),
            location: false,
            details: true,
            receipt: None,
        }
    }
}

impl Done {
    /// What is acknowledged is in the state file.
    async fn is_kept(&mut self) {
        let Some(receipt) = self.receipt.take() else { return };
        let kept = receipt.await.unwrap_or_else(|_| Err("its writer has ended".to_owned()));
        if let Err(why) = kept {
            let words = format!("The state file cannot be written: {why}.");
            self.outcome = Err(STATE_NOT_KEPT.says(words));
        }
    }
}

/// `path` is the request's, in segments with the version.
fn called(tenant: &Inner, parts: &Parts, path: &[String], body: &[u8]) -> Done {
    let read = identify(tenant, parts).and_then(|session| {
        // Azure's command line lists its subscriptions before it does anything; there is none.
        match path == ["subscriptions"] {
            true => Ok((session, None)),
            false => Ok((session, Some(Call::read(parts, path, body, tenant.options.lenient)?))),
        }
    });
    let (session, call) = match read {
        Ok((session, Some(call))) => (session, call),
        Ok((_, None)) => {
            let none = Answer::ok(serde_json::json!({"value": []}));
            return Done { outcome: Ok(none), ..Done::default() };
        }
        Err(refusal) => {
            let outcome = Err(tenant.lock().rules.refuse(refusal));
            return Done { outcome, ..Done::default() };
        }
    };
    let mut state = tenant.lock();
    let now = tenant.clock.now();
    let caller = Caller { user: &session.identity.user, client: &session.client, now };
    let outcome = routed(&mut state, &call, caller, &session.grants);
    let outcome = outcome.map_err(|refusal| state.rules.refuse(refusal));
    let of_backend = call::below_entitlement(&call.segments).is_some();
    let told = |refusal: &Refusal| {
        let id = refusal.rule.id;
        refusal.rule.backend || [ROUTE_MISS.id, ROUTE_MISS_WRAPPED.id].contains(&id)
    };
    let posted = of_backend && call.method == http::Method::POST;
    let location = posted && outcome.as_ref().map_or_else(told, |_| true);
    let details = outcome.as_ref().err().is_some_and(|refusal| refusal.rule.backend);
    let location = location && state.rules.apply(&LOCATION);
    let details = details && state.rules.apply(&ERROR_DETAILS);
    let fired = state.rules.take_fired();
    let receipt = tenant.keep(&mut state);
    Done { outcome, fired, location, details, receipt }
}

fn routed(
    state: &mut State,
    call: &Call,
    caller: Caller<'_>,
    grants: &Grants,
) -> Result<Answer, Refusal> {
    let special = |segment: &&String| {
        segment.starts_with('$') && !["$ref", "$count"].contains(&segment.as_str())
    };
    if let Some(special) = call.segments.iter().find(special) {
        return Err(not_implemented(special));
    }
    if !state.directory.has(caller.user) {
        return Err(unfit(Unfit::Foreign));
    }
    let below = call::below_entitlement(&call.segments);
    let waits = if below.is_some() { ENTITLEMENT_NOTICES_AFTER } else { SignedDuration::ZERO };
    let application = state.directory.service_principals.get(caller.user);
    let disabled = application.and_then(|application| application.disabled);
    if disabled.is_some_and(|since| caller.now.duration_since(since) >= waits) {
        return Err(IDENTITY_DISABLED.says("The authenticating application principal is disabled."));
    }
    match below {
        Some(below) => entitlement::answer(state, call, caller, grants, below),
        None => directory::answer(state, call, caller, grants),
    }
}

fn identify(tenant: &Inner, parts: &Parts) -> Result<Arc<Session>, Refusal> {
    let header = parts.headers.get(http::header::AUTHORIZATION);
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer "));
    match token.map(str::trim) {
        None | Some("") => Err(TOKEN_EMPTY.says("Access token is empty.")),
        Some(token) => tenant.session(token).map_err(unfit),
    }
}

fn unfit(why: Unfit) -> Refusal {
    match why {
        Unfit::Foreign => {
            TOKEN_INVALID.says("CompactToken parsing failed with error code: 80049217")
        }
        Unfit::Elsewhere => {
            TOKEN_AUDIENCE.says("Access token validation failure. Invalid audience.")
        }
        Unfit::Expired => TOKEN_EXPIRED.says("Access token has expired or is not yet valid."),
    }
}
