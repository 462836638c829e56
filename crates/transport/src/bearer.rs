use std::fmt;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use secrecy::{ExposeSecret, SecretString};

use crate::{BoxFuture, Outcome, Transport, TransportError, describe};

/// Where a bearer token comes from.
pub trait TokenSource: Send + Sync {
    /// A token that is valid now.
    fn token(&self) -> BoxFuture<'_, Result<SecretString, TransportError>>;
}

impl TokenSource for SecretString {
    fn token(&self) -> BoxFuture<'_, Result<SecretString, TransportError>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}

impl<S: TokenSource + ?Sized> TokenSource for std::sync::Arc<S> {
    fn token(&self) -> BoxFuture<'_, Result<SecretString, TransportError>> {
        (**self).token()
    }
}

/// Puts an identity's token on every request.
pub struct Bearer<S, T> {
    source: S,
    inner: T,
}

impl<S: TokenSource, T: Transport> Bearer<S, T> {
    /// Requests carry tokens of `source`.
    pub fn new(source: S, inner: T) -> Self {
        Self { source, inner }
    }
}

impl<S, T> fmt::Debug for Bearer<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(…)")
    }
}

impl<S: TokenSource, T: Transport> Transport for Bearer<S, T> {
    fn exchange(&self, mut request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let token = self.source.token().await?;
            let text = format!("Bearer {}", token.expose_secret());
            let mut value = HeaderValue::from_str(&text).map_err(|_| {
                TransportError::Refused(format!(
                    "the token for {} has characters that no header can carry; check how it was given",
                    describe(&request)
                ))
            })?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
            self.inner.exchange(request).await
        })
    }
}
