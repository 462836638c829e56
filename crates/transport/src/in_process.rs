use std::convert::Infallible;
use std::fmt;

use axum::body::Body;
use bytes::Bytes;
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
            let Ok(response) = service.oneshot(request.map(Body::from)).await;
            let (parts, body) = response.into_parts();
            let collected = body.collect().await;
            let lost = |cause: axum::Error| TransportError::Lost {
                request: what,
                cause: cause.to_string(),
            };
            Ok(Response::from_parts(parts, collected.map_err(lost)?.to_bytes()))
        })
    }
}
