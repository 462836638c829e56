use axum::body::Body;
use http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, VARY,
};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Done, call};
use crate::fault::Fault;
use crate::refusal::HEADER;

/// An answer that is no error.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<Value>,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body) }
    }

    /// A number, as text.
    pub(crate) fn count(count: usize) -> Self {
        Self::ok(count.into())
    }

    pub(crate) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body: Some(body) }
    }

    pub(crate) fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None }
    }

    pub(crate) fn accepted() -> Self {
        Self { status: StatusCode::ACCEPTED, body: None }
    }

    pub(crate) fn empty() -> Self {
        Self { status: StatusCode::OK, body: None }
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const DIAGNOSTIC: HeaderName = HeaderName::from_static("x-ms-ags-diagnostic");
/// In the form of the gateway's, with what is true here.
const DIAGNOSED: &str = r#"{"ServerInfo":{"DataCenter":"entitle","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"entitle"}}"#;
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");

/// The request's id and the client's, which comes back; without one, it is the request's (live GET
/// battery).
fn ids<'a>(request: &'a Parts, request_id: &'a str) -> (&'a str, &'a str) {
    let client_id = request.headers.get(CLIENT_REQUEST_ID).and_then(|id| id.to_str().ok());
    (request_id, client_id.unwrap_or(request_id))
}

/// A body as it is sent: an entity has about so many bytes.
fn bytes(body: &Value) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2048);
    // A value that is in memory is JSON, and memory takes it.
    let written = serde_json::to_writer(&mut bytes, body);
    debug_assert!(written.is_ok(), "{written:?}");
    bytes
}

/// Writes an answer with the headers that the service sends.
pub(crate) fn write(
    done: &Done,
    request: &Parts,
    path: &[String],
    request_id: &str,
    now: Timestamp,
) -> Response<Body> {
    let ids = ids(request, request_id);
    let (status, text, rule) = match &done.outcome {
        Ok(Answer { status, body }) => (*status, body.as_ref().map(bytes), None),
        Err(refusal) => {
            let rule = refusal.rule;
            let status = StatusCode::from_u16(rule.status).unwrap_or(StatusCode::BAD_REQUEST);
            let words = (rule.code, refusal.message.as_str());
            (status, Some(bytes(&envelope(words, done.details, ids, now))), Some(rule))
        }
    };
    let has_body = text.is_some();
    let is_count = done
        .outcome
        .as_ref()
        .is_ok_and(|answer| answer.body.as_ref().is_some_and(Value::is_number));
    let mut response = Response::new(text.map_or_else(Body::empty, Body::from));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if is_count {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
    } else if has_body && status.is_success() {
        let json = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(json));
        headers.insert(ODATA_VERSION, HeaderValue::from_static("4.0"));
    } else if rule.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    for (name, value) in [(VARY, "Accept-Encoding"), (DIAGNOSTIC, DIAGNOSED)] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A browser that was told so of localhost would not open it without TLS any more.
    let origin = call::origin(request);
    if origin.starts_with("https://") && !origin.contains("localhost") {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if let Some(uri) = call::backend_uri(path.get(1..).unwrap_or_default()) {
        // The place of the collection (console log of 2024), and a cache rule on what succeeds (a
        // capture of 2026).
        if done.location
            && let Ok(value) = HeaderValue::from_str(&uri)
        {
            headers.insert(LOCATION, value);
        }
        if rule.is_none() {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
        }
    }
    for (name, text) in [(REQUEST_ID, ids.0), (CLIENT_REQUEST_ID, ids.1)] {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    }
    // What refused comes first.
    for rule in rule.into_iter().chain(done.fired.iter().copied()) {
        if let Ok(value) = HeaderValue::from_str(&rule.told()) {
            headers.append(HEADER, value);
        }
    }
    response
}

/// The answer of a fault.
pub(crate) fn fault(
    fault: &Fault,
    request: &Parts,
    request_id: &str,
    now: Timestamp,
) -> Response<Body> {
    let (code, message) = fault.words();
    let ids = ids(request, request_id);
    let body = envelope((&code, &message), false, ids, now).to_string();
    let mut response = Response::new(Body::from(body));
    let status = fault.status.and_then(|status| StatusCode::from_u16(status).ok());
    *response.status_mut() = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = fault.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    for (name, text) in [(REQUEST_ID, ids.0), (CLIENT_REQUEST_ID, ids.1), (HEADER, "fault")] {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    }
    response
}

/// An answer that breaks off behind so many bytes of its body: it promises more than it sends.
pub(crate) async fn truncated(response: Response<Body>, bytes: usize) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let sent = whole.slice(..bytes.min(whole.len()));
    let sent = futures_util::stream::once(async move { Ok(sent) });
    let broken = futures_util::stream::once(async {
        // What was sent leaves before it breaks off.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("a fault breaks the answer off"))
    });
    let stream = futures_util::StreamExt::chain(sent, broken);
    Response::from_parts(parts, Body::from_stream(stream))
}

/// `ids` are the request's and the client's.
fn envelope(
    (code, message): (&str, &str),
    details: bool,
    (request_id, client_id): (&str, &str),
    now: Timestamp,
) -> Value {
    let mut error = json!({"code": code, "message": message});
    if details {
        error["details"] = json!([]);
    }
    error["innerError"] = json!({
        "date": now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "request-id": request_id,
        "client-request-id": client_id,
    });
    json!({"error": error})
}
