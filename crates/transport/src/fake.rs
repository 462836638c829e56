use bytes::Bytes;
use http::Request;

use crate::{BoxFuture, Outcome, Transport};

/// A transport that is a function, for tests: faults, captures, fixed answers.
pub fn from_fn<F>(answer: F) -> impl Transport
where
    F: Fn(Request<Bytes>) -> Outcome + Send + Sync,
{
    FromFn(answer)
}

struct FromFn<F>(F);

impl<F: Fn(Request<Bytes>) -> Outcome + Send + Sync> Transport for FromFn<F> {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(std::future::ready((self.0)(request)))
    }
}
