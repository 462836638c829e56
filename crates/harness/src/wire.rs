use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use contract::Finding;
use http::Request;
use odata::decode_component;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use transport::{Outcome, hidden, json_or_text};

use crate::checked::{SECRETS, judge};

/// What passes below the retries: all of it is counted, and what they swallow is kept for the step
/// that it belongs to. A `transport::Tap` shows it every exchange.
#[derive(Debug, Default)]
pub struct Wire(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    count: u64,
    /// By the request's own id, which its repetitions share.
    attempts: HashMap<String, Vec<Attempt>>,
}

/// An answer that a retry swallowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its status; 0 where no answer was had.
    pub status: u16,
    /// The service's error code, where it told one.
    pub code: String,
    /// What the contract says of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// The header that marks a request and its repetitions.
pub(crate) const REQUEST_ID: &str = "client-request-id";

impl Wire {
    /// Takes an exchange in.
    pub fn see(&self, request: &Request<Bytes>, outcome: &Outcome) {
        let attempt = attempt(request, outcome);
        let mut seen = self.seen();
        seen.count += 1;
        if let Some(id) = id_of(request) {
            seen.attempts.entry(id).or_default().push(attempt);
        }
    }

    /// How many exchanges there were.
    pub fn count(&self) -> u64 {
        self.seen().count
    }

    /// The attempts at a request before the one whose outcome was handed up.
    pub(crate) fn swallowed(&self, id: &str) -> Vec<Attempt> {
        let mut attempts = self.seen().attempts.remove(id).unwrap_or_default();
        attempts.pop();
        attempts
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn id_of(request: &Request<Bytes>) -> Option<String> {
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    Some(id.to_owned())
}

fn attempt(request: &Request<Bytes>, outcome: &Outcome) -> Attempt {
    let Ok(response) = outcome else {
        return Attempt { status: 0, code: String::new(), findings: Vec::new() };
    };
    let (status, body) = (response.status().as_u16(), json_or_text(response.body()));
    let sent = hidden(json_or_text(request.body()), &SECRETS);
    let path = decode_component(request.uri().path());
    // What is handed up is judged there.
    let findings = match status {
        400.. => judge(request.method().as_str(), &path, &sent, status, &body),
        _ => Vec::new(),
    };
    let code = body.pointer("/error/code").and_then(Value::as_str).unwrap_or_default();
    Attempt { status, code: code.to_owned(), findings }
}
