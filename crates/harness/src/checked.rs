use std::sync::Arc;

use bytes::Bytes;
use contract::{Contract, ContractError, Direction, Exchange, Severity};
use http::Request;
use serde_json::Value;
use transport::{BoxFuture, Outcome, SharedTransport, Transport, TransportError};

use crate::run::Shared;
use crate::trace::{Exchanged, Finding};

/// Texts of bodies that are kept nowhere, by JSON pointer.
pub const SECRETS: [&str; 1] = ["/passwordProfile/password"];
const HIDDEN: &str = "<secret>";

/// A transport whose exchanges belong to the steps of a run: ids that came from nowhere are refused
/// before they are sent, everything else is judged by the contract and kept.
pub(crate) struct Checked {
    pub(crate) inner: SharedTransport,
    pub(crate) identity: &'static str,
    pub(crate) shared: Arc<Shared>,
}

impl Checked {
    async fn send(&self, request: Request<Bytes>) -> Outcome {
        let mut exchanged = self.sent(&request);
        let foreign = {
            let state = self.shared.state();
            state.origins.foreign(&exchanged.path, &exchanged.query, &exchanged.request)
        };
        if let Some(foreign) = foreign {
            return Err(TransportError::Refused(format!(
                "the id {} at {}, which no earlier answer produced",
                foreign.id, foreign.at
            )));
        }
        let sent = self.shared.clock.now();
        let outcome = self.inner.exchange(request).await;
        let took = self.shared.clock.now().duration_since(sent);
        exchanged.at = sent.to_string();
        exchanged.took_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        if let Ok(response) = &outcome {
            exchanged.status = response.status().as_u16();
            exchanged.response = json(response.body());
            exchanged.findings = judge(&exchanged);
            exchanged.response = hidden(exchanged.response);
        }
        exchanged.request = hidden(exchanged.request);
        self.shared.state().take(exchanged);
        outcome
    }

    fn sent(&self, request: &Request<Bytes>) -> Exchanged {
        let decode = |text: &str| {
            percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
        };
        Exchanged {
            identity: self.identity.to_owned(),
            method: request.method().to_string(),
            path: decode(request.uri().path()),
            query: decode(request.uri().query().unwrap_or_default()),
            request: json(request.body()),
            at: String::new(),
            took_ms: 0,
            status: 0,
            response: Value::Null,
            findings: Vec::new(),
        }
    }
}

fn judge(exchanged: &Exchanged) -> Vec<Finding> {
    let version = exchanged.path.split('/').nth(1).unwrap_or_default();
    let contract = match Contract::builtin(version) {
        Ok(contract) => contract,
        Err(ContractError::Unknown(_)) => return vec![],
        Err(unreadable) => return vec![unjudged(&unreadable)],
    };
    let body = |value: &'_ Value| (!value.is_null()).then_some(value.clone());
    let (request, response) = (body(&exchanged.request), body(&exchanged.response));
    let findings = contract.judge().check(&Exchange {
        method: &exchanged.method,
        path: &exchanged.path,
        request: request.as_ref(),
        status: exchanged.status,
        response: response.as_ref(),
    });
    let told = findings.into_iter().map(|finding| Finding {
        rule: finding.rule.to_owned(),
        severity: match finding.severity {
            Severity::Violation => "violation",
            Severity::Notice => "notice",
        }
        .to_owned(),
        direction: match finding.direction {
            Direction::Request => "request",
            Direction::Response => "response",
        }
        .to_owned(),
        pointer: finding.pointer,
        message: finding.message,
    });
    told.collect()
}

fn unjudged(why: &ContractError) -> Finding {
    Finding {
        rule: "contract-unreadable".to_owned(),
        severity: "violation".to_owned(),
        direction: "request".to_owned(),
        pointer: String::new(),
        message: why.to_string(),
    }
}

fn json(bytes: &Bytes) -> Value {
    match bytes.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned())),
    }
}

fn hidden(mut value: Value) -> Value {
    for pointer in SECRETS {
        if let Some(Value::String(text)) = value.pointer_mut(pointer) {
            HIDDEN.clone_into(text);
        }
    }
    value
}

impl Transport for Checked {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(self.send(request))
    }
}
