//! What to do about the service's errors, keyed by its own codes: statuses alone mislead (a missing
//! right is 400, a reading that races is 409).

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::Value;
use transport::{Outcome, TransportError, Verdict};

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Asking again later.
    Retry,
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
pub static ERRORS: [KnownError; 9] = [
    known(
        "ResourceNotFoundInOriginSystem",
        Remedy::Retry,
        "live runs of 2026: two refusals, then 201 about ten seconds after the group was made",
    ),
    known(
        "DuplicateKey",
        Remedy::Retry,
        "terraform-provider-azuread issues 1239 and 1864: a race of the service's own; EntraExporter issue 27: even a read answers it",
    ),
    known("TooManyRequests", Remedy::Retry, "throttling, documented"),
    known(
        "InvalidDeleteResourceHasEntitlements",
        Remedy::Permanent,
        "terraform-provider-azuread issue 1175: passing for a while after a role scope went, lasting where one is left",
    ),
    known("CallerNotResourceOwner", Remedy::Permission, "three live logs: a missing right is 400"),
    known("UnAuthorized", Remedy::Permission, "live GET battery of 2026"),
    known("Authorization_RequestDenied", Remedy::Permission, "live run of 2026"),
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

/// The verdict that `transport::Retry` asks for. A request that may have been carried out is never
/// repeated blindly unless repeating it is harmless.
pub fn verdict(request: &Request<Bytes>, outcome: &Outcome) -> Verdict {
    let harmless = !matches!(*request.method(), Method::POST | Method::PATCH);
    match outcome {
        Ok(response)
            if response.status().is_client_error() || response.status().is_server_error() =>
        {
            let body: Option<Value> = serde_json::from_slice(response.body()).ok();
            let code = body.as_ref().and_then(|body| body["error"]["code"].as_str());
            let status = response.status();
            // A client error is a refusal: nothing was done. A server error may hide a success.
            let refused = status.is_client_error();
            let helps = remedy(status, code.unwrap_or_default()) == Remedy::Retry;
            match helps && (refused || harmless) {
                true => Verdict::Again,
                false => Verdict::Final,
            }
        }
        Err(TransportError::Lost { .. }) if harmless => Verdict::Again,
        Ok(_) | Err(_) => Verdict::Final,
    }
}

#[cfg(test)]
mod tests {
    use http::Response;

    use super::*;

    fn judged(method: Method, status: u16, code: &str) -> Verdict {
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method;
        let body = format!("{{\"error\":{{\"code\":\"{code}\",\"message\":\"\"}}}}");
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        verdict(&request, &Ok(response))
    }

    #[test]
    fn an_ambiguous_post_is_never_repeated() {
        assert_eq!(judged(Method::POST, 429, "TooManyRequests"), Verdict::Again);
        assert_eq!(judged(Method::POST, 503, "ServiceUnavailable"), Verdict::Final);
        assert_eq!(judged(Method::GET, 503, "ServiceUnavailable"), Verdict::Again);
        assert_eq!(judged(Method::POST, 400, "ResourceNotFoundInOriginSystem"), Verdict::Again);
        assert_eq!(judged(Method::POST, 400, "CallerNotResourceOwner"), Verdict::Final);
        assert_eq!(judged(Method::GET, 409, "DuplicateKey"), Verdict::Again);
        assert_eq!(judged(Method::POST, 409, "DuplicateAccessPackage"), Verdict::Final);
        assert_eq!(judged(Method::GET, 500, ""), Verdict::Final);
    }
}
