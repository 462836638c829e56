use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;
use transport::{BoxFuture, Outcome, Transport, hidden, json_or_text};

use crate::file::{Answer, Cassette, Exchange, Provenance};
use crate::query::sent;

/// Response headers that a client may depend on; all others stay out.
const KEPT_HEADERS: [&str; 2] = ["retry-after", "preference-applied"];

/// A run being recorded, shared by the transports of all its identities.
#[derive(Clone)]
pub struct Recorder {
    tape: Arc<Mutex<Tape>>,
    secrets: Arc<[String]>,
    /// The address that was called, and the one that stands for it in the cassette.
    address: Option<(Arc<str>, Arc<str>)>,
    seconds: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("tape", &self.tape).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Tape {
    cassette: Cassette,
    step: String,
    /// When the last answer was first seen.
    seen: u64,
}

/// A transport whose exchanges are recorded.
pub struct Record<T> {
    recorder: Recorder,
    identity: String,
    inner: T,
}

impl<T> fmt::Debug for Record<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({})", self.identity)
    }
}

impl Recorder {
    /// Nothing recorded yet.
    pub fn new(title: &str, provenance: Provenance) -> Self {
        let cassette = Cassette::new(title, provenance);
        let tape = Tape { cassette, step: String::new(), seen: 0 };
        Self {
            tape: Arc::new(Mutex::new(tape)),
            secrets: Arc::from([]),
            address: None,
            seconds: Arc::new(|| 0),
        }
    }

    /// Texts at these JSON pointers of bodies are secret.
    #[must_use]
    pub fn hiding(self, pointers: &[&str]) -> Self {
        Self { secrets: pointers.iter().map(|p| (*p).to_owned()).collect(), ..self }
    }

    /// `called` stands as `written` in answers.
    #[must_use]
    pub fn readdressing(self, called: &str, written: &str) -> Self {
        Self { address: Some((Arc::from(called), Arc::from(written))), ..self }
    }

    /// Time is read from `seconds`, which counts from any moment.
    #[must_use]
    pub fn timed_by(self, seconds: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { seconds: Arc::new(seconds), ..self }
    }

    /// Exchanges belong to this step from now on.
    pub fn enter(&self, step: &str) {
        step.clone_into(&mut self.tape().step);
    }

    /// The exchanges of `inner`, made by `identity`, are recorded.
    pub fn transport<T: Transport>(&self, identity: &str, inner: T) -> Record<T> {
        Record { recorder: self.clone(), identity: identity.to_owned(), inner }
    }

    /// What was recorded.
    pub fn finish(&self) -> Cassette {
        self.tape().cassette.clone()
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, identity: &str, request: &Request<Bytes>, response: &Response<Bytes>) {
        let mut request = sent(request);
        request.body = hidden(request.body, &self.secrets);
        let answer = self.answer(response);
        let now = (self.seconds)();
        let mut tape = self.tape();
        let since = std::mem::replace(&mut tape.seen, now);
        let step = tape.step.clone();
        // The same GET again, and nothing in between: a poll.
        if let Some(last) = tape.cassette.exchanges.last_mut()
            && request.method == "GET"
            && last.request == request
            && last.identity == identity
        {
            match last.answers.last_mut() {
                Some(known) if *known == answer => tape.seen = since,
                Some(known) => {
                    known.dwell = Some(now.saturating_sub(since));
                    last.answers.push(answer);
                }
                None => last.answers.push(answer),
            }
            return;
        }
        let identity = identity.to_owned();
        tape.cassette.exchanges.push(Exchange { step, identity, request, answers: vec![answer] });
    }

    fn answer(&self, response: &Response<Bytes>) -> Answer {
        let headers = KEPT_HEADERS.iter().filter_map(|name| {
            let value = response.headers().get(*name)?.to_str().ok()?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        Answer {
            dwell: None,
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: hidden(self.readdress(json_or_text(response.body())), &self.secrets),
        }
    }

    fn readdress(&self, value: Value) -> Value {
        let Some((called, written)) = &self.address else { return value };
        match value {
            Value::String(text) => Value::String(text.replace(&**called, written)),
            Value::Array(elements) => elements.into_iter().map(|e| self.readdress(e)).collect(),
            Value::Object(members) => {
                members.into_iter().map(|(k, v)| (k, self.readdress(v))).collect()
            }
            other => other,
        }
    }
}

impl<T: Transport> Transport for Record<T> {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let seen = request.clone();
            let outcome = self.inner.exchange(request).await;
            if let Ok(response) = &outcome {
                self.recorder.write(&self.identity, &seen, response);
            }
            outcome
        })
    }
}
