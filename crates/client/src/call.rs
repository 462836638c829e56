use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request, Response};
use model::dialect::{from_wire, query_to_wire, to_wire};
use model::{Entity, Version};
use odata::Query;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, ErrorKind};
use crate::{Client, Place};

type Decode<T> = Arc<dyn Fn(&Call<T>, Value) -> Result<T, Error> + Send + Sync>;

/// A request not yet sent. Can be sent more than once.
#[must_use = "a call does nothing until it is sent"]
pub struct Call<T> {
    client: Client,
    method: Method,
    /// Path and query with the version, from the root; or why there is none.
    target: Result<String, Error>,
    body: Option<Value>,
    decode: Decode<T>,
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            method: self.method.clone(),
            target: self.target.clone(),
            body: self.body.clone(),
            decode: self.decode.clone(),
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Ok(_) => write!(f, "{}", self.describe())?,
            Err(error) => write!(f, "{} ({error})", self.method)?,
        }
        // A body may hold a password; its members' names are enough to recognise it.
        match &self.body {
            Some(Value::Object(members)) => {
                write!(f, " {{{}}}", members.keys().cloned().collect::<Vec<_>>().join(", "))
            }
            _ => Ok(()),
        }
    }
}

impl<T> Call<T> {
    pub(crate) fn new(
        client: &Client,
        method: Method,
        target: Result<String, Error>,
        body: Option<Value>,
        decode: Decode<T>,
    ) -> Self {
        Self { client: client.clone(), method, target, body, decode }
    }

    /// The client it goes through.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The version it is made in.
    pub fn version(&self) -> Version {
        self.client.version
    }

    /// `GET /v1.0/users`, decoded for people.
    pub fn describe(&self) -> String {
        match &self.target {
            Ok(target) => format!("{} {}", self.method, odata::decode_component(target)),
            Err(error) => error.to_string(),
        }
    }

    /// What the version cannot express of it, if anything; nothing is sent then.
    pub fn inexpressible(&self) -> Option<&Error> {
        self.target.as_ref().err().filter(|error| error.is_inexpressible())
    }

    /// The same call whose answer is read further.
    pub(crate) fn then<U>(
        &self,
        read: impl Fn(&str, T) -> Result<U, Error> + Send + Sync + 'static,
    ) -> Call<U>
    where
        T: 'static,
    {
        let inner = self.clone();
        Call {
            client: self.client.clone(),
            method: self.method.clone(),
            target: self.target.clone(),
            body: self.body.clone(),
            decode: Arc::new(move |call, value| {
                let answer = (inner.decode)(&inner, value)?;
                read(&call.describe(), answer)
            }),
        }
    }

    /// Sends it and waits for the answer.
    ///
    /// # Errors
    /// [`Error`]; nothing was sent where the version cannot express the call.
    pub async fn send(&self) -> Result<T, Error> {
        let request = self.request()?;
        tracing::debug!(request = ?self, "sending");
        let response = self.client.transport.exchange(request).await;
        let response = response.map_err(|error| Error::transport(&self.describe(), &error))?;
        (self.decode)(self, read(&|| self.describe(), &response)?)
    }

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let target = self.target.clone()?;
        let unreadable =
            |error: http::Error| Error::new(ErrorKind::Transport, &self.describe(), error);
        let url = format!("{}{target}", self.client.base);
        let mut builder = Request::builder()
            .method(self.method.clone())
            .uri(url)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, Client::user_agent())
            .header("client-request-id", (self.client.request_ids)());
        if let Some(prefer) = self.client.prefer {
            builder = builder.header("prefer", HeaderValue::from_static(prefer));
        }
        let bytes = match &self.body {
            Some(body) => {
                builder = builder.header(CONTENT_TYPE, "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        builder.body(bytes).map_err(unreadable)
    }
}

impl<T: Entity> Call<T> {
    /// A call on one entity.
    pub(crate) fn entity(
        client: &Client,
        method: Method,
        place: &Place,
        body: Option<&Value>,
    ) -> Self {
        let body = body.map(|body| to_wire(client.version, T::NOUN, body)).transpose();
        let target = place.path(client.version);
        let (target, body) = match (target, body) {
            (Ok(target), Ok(body)) => (Ok(target), body),
            (Err(error), _) | (_, Err(error)) => {
                (Err(Error::new(ErrorKind::Inexpressible, "", error)), None)
            }
        };
        Self::new(client, method, target, body, Arc::new(|call, value| call.entity_of(&value, "")))
    }

    /// A call that cannot be made, and why.
    pub(crate) fn unsendable(client: &Client, method: Method, why: impl fmt::Display) -> Self {
        let target = Err(Error::new(ErrorKind::Unsendable, "", why));
        Self::new(client, method, target, None, Arc::new(|call, value| call.entity_of(&value, "")))
    }

    /// Reads an answer of the call's version; `at` is its place in the body.
    pub(crate) fn entity_of(&self, value: &Value, at: &str) -> Result<T, Error> {
        decode_entity(self.version(), &|| self.describe(), value, &|| at.to_owned())
    }
}

/// Reads one entity of `version`.
pub(crate) fn decode_entity<T: Entity>(
    version: Version,
    what: &dyn Fn() -> String,
    value: &Value,
    at: &dyn Fn() -> String,
) -> Result<T, Error> {
    let canonical = from_wire(version, T::NOUN, value).value;
    serde_path_to_error::deserialize(canonical).map_err(|error| {
        let path = error.path().to_string().replace('.', "/");
        let message = format!(
            "the answer is no {} at {}/{path}: {}",
            T::NOUN.name(),
            at(),
            without_values(&error.into_inner())
        );
        Error::new(ErrorKind::Unreadable, &what(), message)
    })
}

/// serde quotes the value it did not expect; an answer's values stay out of errors.
fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let expected = text.find(", expected").map(|at| &text[at + 2..]);
    expected.map_or_else(|| text.split('`').step_by(2).collect(), str::to_owned)
}

impl Call<()> {
    /// A call whose answer has no body that matters.
    pub(crate) fn unit(client: &Client, method: Method, place: &Place) -> Self {
        let target = place.path(client.version);
        let target = target.map_err(|error| Error::new(ErrorKind::Inexpressible, "", error));
        Self::new(client, method, target, None, Arc::new(|_, _| Ok(())))
    }
}

impl Call<Value> {
    pub(crate) fn raw(client: &Client, method: Method, path: &str, body: Option<Value>) -> Self {
        // A filter may hold an address, too.
        let is_whole = path.split(['/', '?']).next().is_some_and(|first| first.ends_with(':'));
        let target = match is_whole {
            true => on_base(client, path).ok_or_else(|| {
                let message =
                    format!("{path} is not on {}; the token goes nowhere else", client.base);
                Error::new(ErrorKind::Unsendable, "", message)
            }),
            false => Ok(format!("/{}/{}", client.version, path.trim_start_matches('/'))),
        };
        Self::new(client, method, target, body, Arc::new(|_, value| Ok(value)))
    }
}

/// The path and query of a URL on the host that the client calls.
pub(crate) fn on_base(client: &Client, url: &str) -> Option<String> {
    let path = url.strip_prefix(&*client.base)?;
    path.starts_with('/').then(|| path.to_owned())
}

/// Path and options of a call on a collection of `T`.
pub(crate) fn list_target<T: Entity>(
    client: &Client,
    place: &Place,
    query: &Query,
) -> Result<String, Error> {
    let inexpressible = |error| Error::new(ErrorKind::Inexpressible, "", error);
    let path = place.path(client.version).map_err(inexpressible)?;
    let query = query_to_wire(client.version, T::NOUN, query).map_err(inexpressible)?;
    Ok(match query.is_empty() {
        true => path,
        false => format!("{path}?{}", query.encode()),
    })
}

/// The body of a success, null where there is none; the error of a refusal.
fn read(what: &dyn Fn() -> String, response: &Response<Bytes>) -> Result<Value, Error> {
    let status = response.status();
    let body = response.body();
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    if status.is_success() {
        return match (body.is_empty(), parsed) {
            (true, _) => Ok(Value::Null),
            (false, Some(value)) => Ok(value),
            (false, None) => {
                let message =
                    format!("expected JSON, found {} bytes of something else", body.len());
                Err(Error::new(ErrorKind::Unreadable, &what(), message))
            }
        };
    }
    let header = response.headers().get("request-id").and_then(|id| id.to_str().ok());
    let error = parsed.map(|value| value["error"].clone()).unwrap_or_default();
    let code = error["code"].as_str().filter(|code| !code.is_empty()).map(str::to_owned);
    let message = error["message"].as_str().unwrap_or("no error body");
    Err(Error::refused(&what(), status, code, message, header.map(str::to_owned)))
}

/// A value read by its own `Deserialize`, without a table.
pub(crate) fn decode<T: DeserializeOwned>(
    what: &dyn Fn() -> String,
    value: Value,
) -> Result<T, Error> {
    serde_json::from_value(value)
        .map_err(|error| Error::new(ErrorKind::Unreadable, &what(), without_values(&error)))
}
