use axum::body::Body;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, LOCATION, STRICT_TRANSPORT_SECURITY, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::call;
use crate::refusal::{HEADER, ROUTE_MISS, ROUTE_MISS_WRAPPED, Refusal, Rule};

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

/// Writes an answer with the headers that the service sends.
pub(crate) fn write(
    outcome: Result<Answer, Refusal>,
    request: &Parts,
    path: &[String],
    request_id: &str,
    now: Timestamp,
) -> Response<Body> {
    // The client's own id comes back; without one, the request's (live GET battery).
    let client_id = request.headers.get(CLIENT_REQUEST_ID).and_then(|id| id.to_str().ok());
    let client_id = client_id.unwrap_or(request_id).to_owned();
    let (status, body, rule) = match outcome {
        Ok(Answer { status, body }) => (status, body, None),
        Err(refusal) => {
            let rule = refusal.rule;
            let status = StatusCode::from_u16(rule.status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, Some(envelope(&refusal, request_id, &client_id, now)), Some(rule))
        }
    };
    let has_body = body.is_some();
    let is_count = body.as_ref().is_some_and(Value::is_number);
    let text = body.map(|body| body.to_string());
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
    if call::origin(request).starts_with("https://") && !call::origin(request).contains("localhost")
    {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if let Some(uri) = call::backend_uri(path.get(1..).unwrap_or_default()) {
        backend_headers(headers, rule, &request.method, &uri);
    }
    let texts = [(REQUEST_ID, request_id.to_owned()), (CLIENT_REQUEST_ID, client_id)];
    let ours = rule.map(|rule| (HEADER, rule.told()));
    for (name, text) in texts.into_iter().chain(ours) {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
    response
}

/// What the backend's answers have beside the gateway's: the place of the collection on every POST,
/// refused ones too, and a cache rule on what succeeds (console log of 2024, a capture of 2026).
fn backend_headers(headers: &mut HeaderMap, rule: Option<&Rule>, method: &Method, uri: &str) {
    let by_backend = rule.is_none_or(|rule| {
        rule.backend || [ROUTE_MISS.id, ROUTE_MISS_WRAPPED.id].contains(&rule.id)
    });
    if method == Method::POST
        && by_backend
        && let Ok(value) = HeaderValue::from_str(uri)
    {
        headers.insert(LOCATION, value);
    }
    if rule.is_none() {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    }
}

fn envelope(refusal: &Refusal, request_id: &str, client_id: &str, now: Timestamp) -> Value {
    let mut error = json!({"code": refusal.rule.code, "message": refusal.message});
    if refusal.rule.backend {
        error["details"] = json!([]);
    }
    error["innerError"] = json!({
        "date": now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "request-id": request_id,
        "client-request-id": client_id,
    });
    json!({"error": error})
}
