//! azure_identity on our own transport.

use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::Headers;
use azure_core::http::request::Body;
use azure_core::http::{
    AsyncRawResponse, ClientOptions, HttpClient, Request, RetryOptions, Transport,
};
use bytes::Bytes;
use transport::{SharedTransport, describe};

use crate::Platform;

/// Our transport as azure_core asks for one.
struct Carrier(SharedTransport);

impl std::fmt::Debug for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Carrier(…)")
    }
}

#[async_trait::async_trait]
impl HttpClient for Carrier {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let Body::Bytes(body) = request.body() else {
            let words = "a request for a token has a body that is read at once";
            return Err(Error::with_message(ErrorKind::Io, words));
        };
        let mut sent =
            http::Request::builder().method(request.method().as_str()).uri(request.url().as_str());
        for (name, value) in request.headers().iter() {
            sent = sent.header(name.as_str(), value.as_str());
        }
        let sent = sent.body(Bytes::copy_from_slice(body));
        let sent = sent.map_err(|error| Error::new(ErrorKind::Io, error))?;
        let what = describe(&sent);
        let answer =
            self.0.exchange(sent).await.map_err(|error| Error::new(ErrorKind::Io, error))?;
        tracing::debug!(request = %what, status = answer.status().as_u16(), "a token was asked for");
        let mut headers = Headers::new();
        for (name, value) in answer.headers() {
            if let Ok(value) = value.to_str() {
                headers.insert(name.as_str().to_owned(), value.to_owned());
            }
        }
        let status = answer.status().as_u16().into();
        Ok(AsyncRawResponse::from_bytes(status, headers, answer.into_body()))
    }
}

/// Everything goes through the platform's transport, which repeats what may be repeated.
pub(crate) fn options(platform: &Platform) -> ClientOptions {
    let mut cloud = CustomConfiguration::default();
    cloud.authority_host.clone_from(&platform.authority);
    ClientOptions {
        retry: RetryOptions::none(),
        transport: Some(Transport::new(Arc::new(Carrier(platform.transport.clone())))),
        cloud: Some(Arc::new(CloudConfiguration::Custom(cloud))),
        ..ClientOptions::default()
    }
}

/// The words of an error and of what is behind it.
pub(crate) fn words(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    words
}
