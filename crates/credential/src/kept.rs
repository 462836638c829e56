use jiff::SignedDuration;
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::{Claims, CredentialError, Platform};

/// A token is asked for anew when it holds no longer than this: a call under way must not outlive
/// it.
const BEFORE_ITS_END: SignedDuration = SignedDuration::from_mins(5);

/// A token in memory, with what renews it.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Option<Grant>>);

/// What a sign-in gave.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) token: SecretString,
    pub(crate) refresh: Option<SecretString>,
    pub(crate) expires: jiff::Timestamp,
}

impl Kept {
    /// The token as long as it holds, else what `renew` gives, which is told what was there before.
    /// Who asks meanwhile waits, and asks nobody.
    pub(crate) async fn or<F>(
        &self,
        platform: &Platform,
        renew: impl FnOnce(Option<Grant>) -> F,
    ) -> Result<SecretString, CredentialError>
    where
        F: Future<Output = Result<Grant, CredentialError>>,
    {
        let mut kept = self.0.lock().await;
        let now = platform.clock.now();
        if let Some(grant) = kept.as_ref()
            && grant.expires.duration_since(now) > BEFORE_ITS_END
        {
            return Ok(grant.token.clone());
        }
        let grant = renew(kept.take()).await?;
        let token = grant.token.clone();
        *kept = Some(grant);
        Ok(token)
    }
}

/// When a given token ends, as far as it says; it cannot be renewed, so it is used to its end.
pub(crate) fn end_of(token: &str) -> Option<jiff::Timestamp> {
    Claims::of(token)?.expires()
}
