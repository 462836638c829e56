use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::{BoxFuture, Outcome, Transport, TransportError};

/// A connection that takes longer is not to be had.
const CONNECTING: Duration = Duration::from_secs(10);
/// An answer that takes longer is lost; Microsoft's SDKs wait as long.
const ANSWERING: Duration = Duration::from_secs(100);

/// A server on the network, over HTTP or HTTPS.
#[derive(Debug, Clone)]
pub struct Live {
    client: reqwest::Client,
}

/// How a server is reached.
#[derive(Debug, Clone)]
pub struct Reach {
    /// By way of the system's proxy, where it has one.
    pub by_proxy: bool,
    /// Certificates in PEM that are trusted beside the system's own: of an emulator, or of a proxy
    /// that opens TLS.
    pub also_trusts: Option<Vec<u8>>,
}

impl Default for Reach {
    fn default() -> Self {
        Self { by_proxy: true, also_trusts: None }
    }
}

impl Live {
    /// A connection pool of its own. Redirects are not followed: a conformance harness reports
    /// them.
    ///
    /// # Errors
    /// [`TransportError::Refused`] where TLS cannot be set up on this machine.
    pub fn new() -> Result<Self, TransportError> {
        Self::reaching(&Reach::default())
    }

    /// As [`Live::new`], for a server on this machine: the system's proxy is not asked.
    ///
    /// # Errors
    /// As [`Live::new`].
    pub fn on_this_machine() -> Result<Self, TransportError> {
        Self::reaching(&Reach { by_proxy: false, ..Reach::default() })
    }

    /// As [`Live::new`], reached otherwise.
    ///
    /// # Errors
    /// As [`Live::new`], and where there is no certificate among those to trust.
    pub fn reaching(how: &Reach) -> Result<Self, TransportError> {
        let mut builder = reqwest::Client::builder();
        if !how.by_proxy {
            builder = builder.no_proxy();
        }
        if let Some(pem) = &how.also_trusts {
            let unreadable = |why| {
                let expected = "expected certificates in PEM to trust";
                TransportError::Refused(format!("{expected}: {why}"))
            };
            let trusted = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|error| unreadable(root_cause(&error)))?;
            if trusted.is_empty() {
                return Err(unreadable("found none".to_owned()));
            }
            builder = builder.tls_certs_merge(trusted);
        }
        Self::built(builder)
    }

    fn built(builder: reqwest::ClientBuilder) -> Result<Self, TransportError> {
        // Fails only where a provider is installed already, which then serves.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let client = builder
            .connect_timeout(CONNECTING)
            .timeout(ANSWERING)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| TransportError::Refused(format!("TLS cannot be set up: {error}")))?;
        Ok(Self { client })
    }

    async fn send(&self, request: Request<Bytes>) -> Outcome {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let what = || format!("{method} {uri}");
        let refused =
            |error: reqwest::Error| TransportError::Refused(format!("{}: {error}", what()));
        let request = reqwest::Request::try_from(request).map_err(refused)?;
        let failed = |error: reqwest::Error| {
            let unreachable = error.is_connect() || error.is_builder();
            let cause = root_cause(&error);
            match unreachable {
                true => TransportError::Unreachable { request: what(), cause },
                false => TransportError::Lost { request: what(), cause },
            }
        };
        let response = self.client.execute(request).await.map_err(failed)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut answer = Response::new(response.bytes().await.map_err(failed)?);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let cause = cause.to_string();
    match cause.contains("certificate") {
        true => format!(
            "{cause} (does a proxy open TLS here? its authority is trusted by SSL_CERT_FILE or --ca-file)"
        ),
        false => cause,
    }
}

impl Transport for Live {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Outcome> {
        Box::pin(self.send(request))
    }
}
