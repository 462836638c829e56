use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::Value;
use similar::TextDiff;
use transport::{BoxFuture, Outcome, Transport, TransportError, hidden};

use crate::file::{Answer, Cassette, Exchange, Sent};
use crate::query::sent;

/// A cassette being played, shared by the transports of all its identities.
#[derive(Debug, Clone)]
pub struct Player {
    head: Arc<Mutex<Head>>,
    file: Arc<str>,
    remedy: Arc<str>,
    secrets: Arc<[String]>,
}

#[derive(Debug)]
struct Head {
    cassette: Cassette,
    step: String,
    /// The exchange that is next, or that polls still read.
    at: usize,
    /// How many answers of the exchange before were read.
    read: usize,
}

/// A transport whose answers come from a cassette.
#[derive(Debug)]
pub struct Replay {
    player: Player,
    identity: String,
}

/// Exchanges or answers that nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: not asked for: {what}; the play asks for less than was recorded: {remedy}")]
pub struct Unread {
    file: String,
    what: String,
    remedy: String,
}

impl Player {
    /// Plays `cassette` from its start; `file` and `remedy` (how to record it again) are for errors.
    pub fn new(cassette: Cassette, file: &str, remedy: &str) -> Self {
        let head = Head { cassette, step: String::new(), at: 0, read: 0 };
        Self {
            head: Arc::new(Mutex::new(head)),
            file: Arc::from(file),
            remedy: Arc::from(remedy),
            secrets: Arc::from([]),
        }
    }

    /// Texts at these JSON pointers of bodies are secret: they match what stands for one in the
    /// cassette, and are not told in errors.
    #[must_use]
    pub fn hiding(self, pointers: &[&str]) -> Self {
        Self { secrets: pointers.iter().map(|p| (*p).to_owned()).collect(), ..self }
    }

    /// The play is at this step from now on.
    pub fn enter(&self, step: &str) {
        step.clone_into(&mut self.head().step);
    }

    /// The transport of `identity`.
    pub fn transport(&self, identity: &str) -> Replay {
        Replay { player: self.clone(), identity: identity.to_owned() }
    }

    /// Whether everything recorded was asked for.
    ///
    /// # Errors
    /// [`Unread`] names the first exchange that was not.
    pub fn finish(&self) -> Result<(), Unread> {
        let head = self.head();
        let unread = |what: String| Unread {
            file: self.file.to_string(),
            what,
            remedy: self.remedy.to_string(),
        };
        if let Some(last) = head.at.checked_sub(1).and_then(|at| head.cassette.exchanges.get(at))
            && head.read < last.answers.len()
        {
            let left = last.answers.len() - head.read;
            return Err(unread(format!(
                "{left} later answers of exchange {} ({}, step {})",
                head.at,
                line(&last.request),
                last.step
            )));
        }
        match head.cassette.exchanges.get(head.at) {
            None => Ok(()),
            Some(next) => Err(unread(format!(
                "exchange {} of {} ({}, step {})",
                head.at + 1,
                head.cassette.exchanges.len(),
                line(&next.request),
                next.step
            ))),
        }
    }

    fn head(&self) -> MutexGuard<'_, Head> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, identity: &str, request: &Request<Bytes>) -> Outcome {
        let mut found = sent(request);
        found.body = hidden(found.body, &self.secrets);
        let mut head = self.head();
        let Head { cassette, step, at, read } = &mut *head;
        let fits = |exchange: &Exchange| exchange.identity == identity && exchange.request == found;
        // A poll reads on in the exchange before, the last answer again and again.
        if let Some(last) = at.checked_sub(1).and_then(|at| cassette.exchanges.get(at))
            && found.method == "GET"
            && fits(last)
        {
            let next = (*read).min(last.answers.len() - 1);
            *read = next + 1;
            return answer(&last.answers[next]);
        }
        let refuse = |message: String| Err(TransportError::Refused(message));
        if let Some(last) = at.checked_sub(1).and_then(|at| cassette.exchanges.get(at))
            && *read < last.answers.len()
        {
            return refuse(format!(
                "{}: exchange {at} ({}) has {} more answers, which step {step} did not wait for; {}",
                self.file,
                line(&last.request),
                last.answers.len() - *read,
                self.remedy
            ));
        }
        let Some(next) = cassette.exchanges.get(*at) else {
            return refuse(format!(
                "{}: step {step} asks for {}, and the cassette has ended; {}",
                self.file,
                line(&found),
                self.remedy
            ));
        };
        if !fits(next) {
            return refuse(format!(
                "{}: step {step} does not ask for exchange {} of {}, recorded in step {} (- recorded, + asked for):\n{}{}",
                self.file,
                *at + 1,
                cassette.exchanges.len(),
                next.step,
                difference(next, identity, &found),
                self.remedy
            ));
        }
        *at += 1;
        *read = 1;
        match next.answers.first() {
            Some(first) => answer(first),
            None => refuse(format!("{}: exchange {at} has no answer; {}", self.file, self.remedy)),
        }
    }
}

fn line(request: &Sent) -> String {
    let query: Vec<_> = request.query.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{} {}{mark}{}", request.method, request.path, query.join("&"))
}

fn difference(recorded: &Exchange, identity: &str, found: &Sent) -> String {
    let text = |identity: &str, request: &Sent| {
        let body = match &request.body {
            Value::Null => String::new(),
            body => serde_json::to_string_pretty(body).unwrap_or_default() + "\n",
        };
        format!("{identity}: {}\n{body}", line(request))
    };
    let (old, new) = (text(&recorded.identity, &recorded.request), text(identity, found));
    let diff = TextDiff::from_lines(&old, &new);
    diff.unified_diff().context_radius(2).to_string()
}

fn answer(recorded: &Answer) -> Outcome {
    let bytes = match &recorded.body {
        Value::Null => Bytes::new(),
        Value::String(text) => Bytes::from(text.clone()),
        json => Bytes::from(json.to_string()),
    };
    let mut response = Response::new(bytes);
    let status = StatusCode::from_u16(recorded.status);
    *response.status_mut() = status.map_err(|_| {
        TransportError::Refused(format!(
            "the cassette has the status {}, which is none",
            recorded.status
        ))
    })?;
    for (name, value) in &recorded.headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {}", self.player.file, self.identity)
    }
}

impl Transport for Replay {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(std::future::ready(self.player.answer(&self.identity, &request)))
    }
}
