use std::fmt;

use bytes::Bytes;
use http::Request;

use crate::{BoxFuture, Outcome, Transport};

/// Shows every exchange that passes to `listener`, after it was made.
pub struct Tap<T, L> {
    inner: T,
    listener: L,
}

impl<T, L> Tap<T, L>
where
    T: Transport,
    L: Fn(&Request<Bytes>, &Outcome) + Send + Sync,
{
    /// Exchanges of `inner` are shown to `listener`.
    pub fn new(inner: T, listener: L) -> Self {
        Self { inner, listener }
    }
}

impl<T, L> fmt::Debug for Tap<T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tap(…)")
    }
}

impl<T, L> Transport for Tap<T, L>
where
    T: Transport,
    L: Fn(&Request<Bytes>, &Outcome) + Send + Sync,
{
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let seen = request.clone();
            let outcome = self.inner.exchange(request).await;
            (self.listener)(&seen, &outcome);
            outcome
        })
    }
}
