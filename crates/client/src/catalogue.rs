//! What to do about the service's errors, keyed by its own codes: statuses alone mislead (a missing
//! right is 400, a reading that races is 409).

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use clock::SharedClock;
use http::{Method, Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use transport::{Outcome, TransportError, Verdict};

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Asking again: the service was busy, or two of its own writes met.
    Retry,
    /// Asking again for minutes: what was made is not known everywhere yet.
    Wait,
    /// Looking first: what was asked for may have been done already.
    Reconcile,
    /// Nothing: the request is wrong, or too late.
    Permanent,
    /// A permission, a role or ownership.
    Permission,
    /// A licence.
    Licence,
}

/// An error code of the service.
#[derive(Debug)]
pub struct KnownError {
    /// The code.
    pub code: &'static str,
    /// What helps.
    pub remedy: Remedy,
    /// How it is known.
    pub source: &'static str,
}

const fn known(code: &'static str, remedy: Remedy, source: &'static str) -> KnownError {
    KnownError { code, remedy, source }
}

/// The codes whose remedy does not follow from the status.
pub static ERRORS: [KnownError; 14] = [
    known(
        "ResourceNotFoundInOriginSystem",
        Remedy::Wait,
        "live runs of 2026: two refusals, then 201 about ten seconds after the group was made; others waited four minutes",
    ),
    known(
        "DuplicateKey",
        Remedy::Retry,
        "terraform-provider-azuread issues 1239 and 1864: a race of the service's own; EntraExporter issue 27: even a read answers it",
    ),
    known("TooManyRequests", Remedy::Retry, "throttling, documented"),
    known(
        "DuplicateAccessPackage",
        Remedy::Reconcile,
        "terraform-provider-azuread issue 1948: made, and the answer not recorded",
    ),
    known(
        "ResourceAlreadyOnboarded",
        Remedy::Reconcile,
        "terraform-provider-azuread issue 1862: adding a resource twice is refused",
    ),
    known(
        "ExistingOpenRequest",
        Remedy::Reconcile,
        "documented: one open request for a package and a target",
    ),
    known(
        "InvalidDeleteResourceHasEntitlements",
        Remedy::Wait,
        "terraform-provider-azuread issues 1091 and 1175: for a while after a role scope or a package went; it lasts where one is left",
    ),
    known("CallerNotResourceOwner", Remedy::Permission, "three live logs: a missing right is 400"),
    known("UnAuthorized", Remedy::Permission, "live GET battery of 2026"),
    known("Authorization_RequestDenied", Remedy::Permission, "live run of 2026"),
    known("GetSitesAuthZDenied", Remedy::Permission, "microsoft-graph-docs issue 16442"),
    known("AutoAssignmentPolicyRequirementNotMet", Remedy::Permission, "azure-docs issue 109230"),
    known("NoLicense", Remedy::Licence, "live GET battery of 2026"),
    known("NoGovernanceSku", Remedy::Licence, "terraform-provider-azuread issue 1288"),
];

/// What helps against an answer of that status and code.
pub(crate) fn remedy(status: StatusCode, code: &str) -> Remedy {
    if let Some(known) = ERRORS.iter().find(|known| known.code == code) {
        return known.remedy;
    }
    match status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT
        | StatusCode::BAD_GATEWAY => Remedy::Retry,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Remedy::Permission,
        _ => Remedy::Permanent,
    }
}

/// The words of the directory for a reference to what it does not know (yet).
const NOT_PRESENT: &str =
    "does not exist or one of its queried reference-property objects are not present";

/// How long after its making an object may be unknown somewhere (directory replication: tens of
/// seconds to two minutes, msgraph-sdk-dotnet issue 2772).
const FRESH: SignedDuration = SignedDuration::from_mins(2);

/// The verdicts that `transport::Retry` asks for. They remember what was made a moment ago: a 404 or
/// a 403 about it says that it is not known everywhere yet, and not that it is not there.
///
/// A request that may have been carried out is never repeated blindly unless repeating it is
/// harmless.
#[derive(Debug)]
pub struct Verdicts {
    fresh: Mutex<Vec<(String, Timestamp)>>,
    clock: SharedClock,
}

impl Verdicts {
    /// Verdicts of somebody who has made nothing yet.
    pub fn new(clock: SharedClock) -> Self {
        Self { fresh: Mutex::default(), clock }
    }

    /// What to do about an outcome.
    pub fn judge(&self, request: &Request<Bytes>, outcome: &Outcome) -> Verdict {
        // A deletion may be repeated: its second answer says no more than that nothing is there.
        let harmless = !matches!(*request.method(), Method::POST | Method::PATCH);
        let unknown = match outcome {
            Ok(response) => response.status().is_server_error(),
            Err(error) => matches!(error, TransportError::Lost { .. }),
        };
        if unknown && request.method() == Method::DELETE {
            // It may be gone: that it is not there says so from now on.
            self.forget(request);
        }
        let response = match outcome {
            Ok(response) => response,
            Err(TransportError::Unreachable { .. }) => return Verdict::Again,
            Err(TransportError::Lost { .. }) if harmless => return Verdict::Again,
            Err(_) => return Verdict::Final,
        };
        let status = response.status();
        if status.is_success() {
            if !is_whole(response.body()) {
                // It came torn.
                return if harmless { Verdict::Again } else { Verdict::Final };
            }
            self.learn(request, response.body());
            return Verdict::Final;
        }
        let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        let code = body["error"]["code"].as_str().unwrap_or_default();
        // A client error is a refusal: nothing was done. A server error may hide a success.
        let refused = status.is_client_error();
        match remedy(status, code) {
            Remedy::Retry if refused || harmless => Verdict::Again,
            Remedy::Wait => Verdict::Eventually,
            _ if refused && self.is_too_early(request, status, &body) => Verdict::Eventually,
            _ => Verdict::Final,
        }
    }

    fn learn(&self, request: &Request<Bytes>, body: &Bytes) {
        #[derive(Deserialize)]
        struct Made {
            id: String,
        }
        match *request.method() {
            Method::POST => {
                if let Ok(Made { id }) = serde_json::from_slice(body) {
                    self.fresh().push((id, self.clock.now()));
                }
            }
            // What is gone stays unknown.
            Method::DELETE => self.forget(request),
            _ => {}
        }
    }

    fn forget(&self, request: &Request<Bytes>) {
        self.fresh().retain(|(id, _)| !request.uri().path().contains(id.as_str()));
    }

    /// Whether a refusal speaks of what was made a moment ago.
    fn is_too_early(&self, request: &Request<Bytes>, status: StatusCode, body: &Value) -> bool {
        let message = body["error"]["message"].as_str().unwrap_or_default();
        let speaks = match status {
            StatusCode::NOT_FOUND => true,
            StatusCode::FORBIDDEN => request.method() == Method::GET,
            _ => message.contains(NOT_PRESENT),
        };
        let now = self.clock.now();
        let mut fresh = self.fresh();
        fresh.retain(|(_, made)| now.duration_since(*made) < FRESH);
        let sent = || std::str::from_utf8(request.body()).unwrap_or_default();
        speaks
            && fresh.iter().any(|(id, _)| {
                request.uri().path().contains(id.as_str()) || sent().contains(id.as_str())
            })
    }

    fn fresh(&self) -> MutexGuard<'_, Vec<(String, Timestamp)>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a body is JSON to its end, or there is none.
fn is_whole(body: &Bytes) -> bool {
    body.is_empty() || serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use clock::{Clock, VirtualClock};
    use http::Response;

    use super::*;

    struct Service {
        verdicts: Verdicts,
        clock: Arc<VirtualClock>,
    }

    impl Service {
        fn new() -> Self {
            let start = "2026-01-01T00:00:00Z".parse().expect("a timestamp");
            let clock = Arc::new(VirtualClock::starting_at(start));
            Self { verdicts: Verdicts::new(clock.clone()), clock }
        }

        fn answers(&self, method: Method, path: &str, status: u16, body: &str) -> Verdict {
            let request = Request::builder().method(method).uri(format!("https://host{path}"));
            let request = request.body(Bytes::new()).expect("a request");
            let mut response = Response::new(Bytes::from(body.to_owned()));
            *response.status_mut() = StatusCode::from_u16(status).expect("a status");
            self.verdicts.judge(&request, &Ok(response))
        }

        fn refuses(&self, method: Method, status: u16, code: &str) -> Verdict {
            let body = format!("{{\"error\":{{\"code\":\"{code}\",\"message\":\"\"}}}}");
            self.answers(method, "/v1.0/groups/5a", status, &body)
        }
    }

    #[test]
    fn an_ambiguous_post_is_never_repeated() {
        let service = Service::new();
        for (method, status, code, expected) in [
            (Method::POST, 429, "TooManyRequests", Verdict::Again),
            (Method::POST, 503, "ServiceUnavailable", Verdict::Final),
            (Method::GET, 503, "ServiceUnavailable", Verdict::Again),
            (Method::DELETE, 504, "", Verdict::Again),
            (Method::POST, 400, "ResourceNotFoundInOriginSystem", Verdict::Eventually),
            (Method::POST, 400, "InvalidDeleteResourceHasEntitlements", Verdict::Eventually),
            (Method::POST, 400, "CallerNotResourceOwner", Verdict::Final),
            (Method::GET, 409, "DuplicateKey", Verdict::Again),
            (Method::POST, 409, "DuplicateAccessPackage", Verdict::Final),
            (Method::GET, 500, "", Verdict::Final),
        ] {
            assert_eq!(service.refuses(method.clone(), status, code), expected, "{method} {code}");
        }
        let lost = Err(TransportError::Lost { request: String::new(), cause: String::new() });
        let away =
            Err(TransportError::Unreachable { request: String::new(), cause: String::new() });
        for (method, outcome, expected) in [
            (Method::POST, &lost, Verdict::Final),
            (Method::PATCH, &lost, Verdict::Final),
            (Method::DELETE, &lost, Verdict::Again),
            (Method::POST, &away, Verdict::Again),
        ] {
            let mut request = Request::new(Bytes::new());
            *request.method_mut() = method.clone();
            assert_eq!(service.verdicts.judge(&request, outcome), expected, "{method}");
        }
    }

    #[test]
    fn what_was_made_a_moment_ago_is_not_missing() {
        let service = Service::new();
        assert_eq!(service.refuses(Method::GET, 404, "Request_ResourceNotFound"), Verdict::Final);
        service.answers(Method::POST, "/v1.0/groups", 201, r#"{"id": "5a"}"#);
        assert_eq!(service.refuses(Method::GET, 404, ""), Verdict::Eventually);
        assert_eq!(service.refuses(Method::GET, 403, "UnAuthorized"), Verdict::Eventually);
        assert_eq!(service.refuses(Method::PATCH, 403, "UnAuthorized"), Verdict::Final);
        assert_eq!(service.refuses(Method::PATCH, 400, "BadRequest"), Verdict::Final);
        service.clock.advance(FRESH).expect("a virtual clock");
        assert_eq!(service.refuses(Method::GET, 404, ""), Verdict::Final);
        for status in [204, 504] {
            service.answers(Method::POST, "/v1.0/groups", 201, r#"{"id": "5a"}"#);
            service.answers(Method::DELETE, "/v1.0/groups/5a", status, "");
            assert_eq!(service.refuses(Method::DELETE, 404, ""), Verdict::Final, "{status}");
        }
    }

    #[test]
    fn a_code_stands_once_and_says_how_it_is_known() {
        for (index, error) in ERRORS.iter().enumerate() {
            assert!(!error.source.is_empty(), "{error:?}");
            assert!(ERRORS[..index].iter().all(|other| other.code != error.code), "{error:?}");
        }
    }
}
