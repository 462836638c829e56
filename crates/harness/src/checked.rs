use std::sync::Arc;

use bytes::Bytes;
use contract::{Contract, ContractError, Direction, Exchange, Finding, Severity};
use http::Request;
use odata::decode_component;
use serde_json::Value;
use transport::{
    BoxFuture, Outcome, READ_BACK, SharedTransport, Transport, TransportError, hidden, json_or_text,
};

use crate::run::Shared;
use crate::trace::Exchanged;
use crate::wire::id_of;

/// Where the emulator names the rules that fired.
const RULE: &str = "x-entitle-rule";

/// Texts of bodies that are kept nowhere, by JSON pointer.
pub const SECRETS: [&str; 1] = ["/passwordProfile/password"];

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
        let id = id_of(&request);
        let sent = self.shared.clock.now();
        let outcome = self.inner.exchange(request).await;
        let took = self.shared.clock.now().duration_since(sent);
        exchanged.at = sent.to_string();
        exchanged.took_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        if let Ok(response) = &outcome {
            exchanged.status = response.status().as_u16();
            let rules = response.headers().get_all(RULE).iter();
            let rules = rules.filter_map(|rule| rule.to_str().ok());
            exchanged.rules = rules.map(str::to_owned).collect();
            exchanged.read_back = response.headers().contains_key(READ_BACK);
            exchanged.response = json_or_text(response.body());
            let Exchanged { method, path, request, status, response, .. } = &exchanged;
            exchanged.findings = judge(method, path, request, *status, response);
            exchanged.response = hidden(exchanged.response, &SECRETS);
        }
        if let Some(id) = id {
            exchanged.retried = self.shared.wire.swallowed(&id);
        }
        exchanged.request = hidden(exchanged.request, &SECRETS);
        self.shared.state().take(exchanged);
        outcome
    }

    fn sent(&self, request: &Request<Bytes>) -> Exchanged {
        Exchanged {
            identity: self.identity.to_owned(),
            method: request.method().to_string(),
            path: decode_component(request.uri().path()),
            query: decode_component(request.uri().query().unwrap_or_default()),
            request: json_or_text(request.body()),
            at: String::new(),
            took_ms: 0,
            status: 0,
            response: Value::Null,
            findings: Vec::new(),
            retried: Vec::new(),
            superseded: false,
            read_back: false,
            rules: Vec::new(),
        }
    }
}

/// What the contract says of an exchange.
pub(crate) fn judge(
    method: &str,
    path: &str,
    request: &Value,
    status: u16,
    response: &Value,
) -> Vec<Finding> {
    let version = path.split('/').nth(1).unwrap_or_default();
    let contract = match Contract::builtin(version) {
        Ok(contract) => contract,
        Err(ContractError::Unknown(_)) => return vec![],
        Err(unreadable) => return vec![unjudged(&unreadable)],
    };
    let request = Some(request).filter(|body| !body.is_null());
    let response = Some(response).filter(|body| !body.is_null());
    contract.judge().check(&Exchange { method, path, request, status, response })
}

fn unjudged(why: &ContractError) -> Finding {
    Finding {
        rule: "contract-unreadable".into(),
        severity: Severity::Violation,
        direction: Direction::Request,
        pointer: String::new(),
        message: why.to_string(),
    }
}

impl Transport for Checked {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(self.send(request))
    }
}
