//! One HTTP exchange as a one-method trait, and the wrappers around it.
//!
//! ```
//! use bytes::Bytes;
//! use transport::{Transport, from_fn};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let echo = from_fn(|request| Ok(http::Response::new(request.into_body())));
//! let request = http::Request::post("https://graph.microsoft.com/v1.0/users").body(Bytes::from("{}")).unwrap();
//! assert_eq!(echo.exchange(request).await.unwrap().into_body(), Bytes::from("{}"));
//! # });
//! ```
//!
//! | if you want | use |
//! |---|---|
//! | a server somewhere | [`Live`] |
//! | a server in this process | [`InProcess`] |
//! | an identity on every request | [`Bearer`] |
//! | refusals retried after the server's own delay | [`Retry`] with verdicts |
//! | no more requests a second than agreed | [`Paced`] |
//! | to see what the wrappers above swallow | [`Tap`] |
//! | a fake in a test | [`from_fn`] |
//! | a body to look at or to keep | [`json_or_text`], [`hidden`] |
//!
//! Invariants, said as absences: no Graph, no files; `Retry` knows no error code, its verdicts are
//! given; a token never leaves `Bearer` but in the header it sets.

mod bearer;
mod body;
mod fake;
mod in_process;
mod live;
mod paced;
mod retry;
mod tap;

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use thiserror::Error;

pub use bearer::{Bearer, TokenSource};
pub use body::{SECRET, hidden, json_or_text};
pub use fake::from_fn;
pub use in_process::InProcess;
pub use live::{Live, Reach};
pub use paced::Paced;
pub use retry::{Attempts, Retry, Verdict};
pub use secrecy::SecretString;
pub use tap::Tap;

/// A future that is boxed and can be sent.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What an exchange gives: any HTTP response, whatever its status, or no response.
pub type Outcome = Result<Response<Bytes>, TransportError>;

/// A transport shared by clones of a client.
pub type SharedTransport = Arc<dyn Transport>;

/// Carries one request to a server and its response back. A status is never an error here.
pub trait Transport: Send + Sync {
    /// Sends `request`, whose URI is absolute, and waits for the whole response.
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        (**self).exchange(request)
    }
}

/// No response was had, or not a whole one.
#[derive(Debug, Clone, Error)]
pub enum TransportError {
    /// The server could not be reached, so the request was not carried out.
    #[error("no connection for {request}: {cause}; is the address right and the server up?")]
    Unreachable {
        /// Method and URL.
        request: String,
        /// The cause, in the words of whoever found it.
        cause: String,
    },
    /// The connection broke after the request was sent: it may have been carried out.
    #[error("the answer to {request} was lost: {cause}; whether it was carried out is unknown")]
    Lost {
        /// Method and URL.
        request: String,
        /// The cause, in the words of whoever found it.
        cause: String,
    },
    /// The transport itself refused the exchange: a cassette that does not match, a missing token.
    #[error("{0}")]
    Refused(String),
}

/// Marks an answer that is not the server's own: it was lost, and what the server has was read
/// afterwards.
pub const READ_BACK: http::HeaderName = http::HeaderName::from_static("x-entitle-read-back");

/// Method and URL of a request, for messages.
pub fn describe(request: &Request<Bytes>) -> String {
    format!("{} {}", request.method(), request.uri())
}
