use std::fmt;

use clock::SharedClock;
use model::Cloud;
use transport::SharedTransport;

use crate::Settings;

/// Where one signs in, and how it is reached.
#[derive(Clone)]
pub struct Platform {
    /// Scheme and host of the identity platform, without a path.
    pub authority: String,
    /// What a token is for: the resource that Graph is, with `/.default` behind it.
    pub scope: String,
    pub(crate) transport: SharedTransport,
    pub(crate) clock: SharedClock,
}

impl Platform {
    /// The identity platform of a cloud, or that of `AZURE_AUTHORITY_HOST` where it is set; for
    /// tokens of the cloud's own Graph. What is sent goes through `transport`, and tokens end on
    /// `clock`.
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
        Self { authority, scope: format!("https://{}/.default", cloud.graph()), transport, clock }
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("authority", &self.authority)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
