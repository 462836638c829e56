use std::convert::Infallible;
use std::fmt;
use std::panic::AssertUnwindSafe;

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::BodyExt;
use tower::{Service, ServiceExt};

use crate::{BoxFuture, Outcome, Transport, TransportError, describe};

/// A server within this process: any tower service that never fails, such as an axum `Router`.
#[derive(Clone)]
pub struct InProcess<S>(S);

impl<S> InProcess<S> {
    /// Requests go to `service`, cloned for each.
    pub fn new(service: S) -> Self {
        Self(service)
    }
}

impl<S> fmt::Debug for InProcess<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess(…)")
    }
}

impl<S> Transport for InProcess<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync,
    S::Future: Send,
{
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        let what = describe(&request);
        let service = self.0.clone();
        Box::pin(async move {
            let lost = |cause: &str| TransportError::Lost {
                request: what.clone(),
                cause: cause.to_owned(),
            };
            // A server whose task ends hangs up; what it panicked of is its own.
            let answering = AssertUnwindSafe(service.oneshot(request.map(Body::from)));
            let Ok(response) = answering
                .catch_unwind()
                .await
                .map_err(|_| lost("the server ended the connection without an answer"))?;
            let (parts, body) = response.into_parts();
            let collected = body.collect().await.map_err(|cause| lost(&cause.to_string()))?;
            Ok(Response::from_parts(parts, collected.to_bytes()))
        })
    }
}
