use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use clock::SharedClock;
use http::{Request, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use model::Cloud;
use transport::{Outcome, Retry, SharedTransport, TransportError, Verdict};

use crate::Settings;

/// Where one signs in, and how it is reached.
#[derive(Clone)]
pub struct Platform {
    /// Scheme and host of the identity platform, without a path.
    pub authority: String,
    /// What a token is for: the resource that Graph is, with `/.default` behind it.
    pub scope: String,
    pub(crate) transport: SharedTransport,
    /// On which tokens end.
    pub clock: SharedClock,
}

impl Platform {
    /// The identity platform of a cloud, or that of `AZURE_AUTHORITY_HOST` where it is set; for
    /// tokens of the cloud's own Graph. What is sent goes through `transport`, again where that
    /// may help, and tokens end on `clock`.
    pub fn of(
        cloud: Cloud,
        settings: &Settings,
        transport: SharedTransport,
        clock: SharedClock,
    ) -> Self {
        let own = || format!("https://{}", cloud.login());
        let authority = settings.get("AZURE_AUTHORITY_HOST").map_or_else(own, |set| {
            let set = set.trim_end_matches('/');
            match set.contains("://") {
                true => set.to_owned(),
                // Some tools want the host alone.
                false => format!("https://{set}"),
            }
        });
        let scope = format!("https://{}/.default", cloud.graph());
        let transport = Arc::new(Retry::new(transport, verdict, clock.clone()));
        Self { authority, scope, transport, clock }
    }

    /// What time it is there: the `Date` of an answer that takes no sign-in. `None` where none
    /// comes, or none that tells it.
    pub async fn time(&self) -> Option<Timestamp> {
        let metadata = format!("{}/common/v2.0/.well-known/openid-configuration", self.authority);
        let request = Request::get(metadata).body(Bytes::new()).ok()?;
        let response = self.transport.exchange(request).await.ok()?;
        let date = response.headers().get(http::header::DATE)?.to_str().ok()?;
        DateTimeParser::new().parse_timestamp(date).ok()
    }
}

/// A token may be asked for twice: what is given once more harms nobody.
fn verdict(_: &Request<Bytes>, outcome: &Outcome) -> Verdict {
    let again = match outcome {
        Ok(response) if response.status().is_success() => {
            // One that came torn is no answer.
            serde_json::from_slice::<serde::de::IgnoredAny>(response.body()).is_err()
        }
        Ok(response) => {
            let status = response.status();
            status.is_server_error()
                || [StatusCode::TOO_MANY_REQUESTS, StatusCode::CONFLICT].contains(&status)
        }
        Err(TransportError::Unreachable { .. } | TransportError::Lost { .. }) => true,
        Err(TransportError::Refused(_)) => false,
    };
    if again { Verdict::Again } else { Verdict::Final }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("authority", &self.authority)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
