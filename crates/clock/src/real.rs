use jiff::{SignedDuration, Timestamp};

use crate::{Clock, NotAdvanceable, Wait};

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
    fn wait(&self, duration: SignedDuration) -> Wait<'_> {
        Box::pin(tokio::time::sleep(duration.unsigned_abs()))
    }

    fn advance(&self, _: SignedDuration) -> Result<(), NotAdvanceable> {
        Err(NotAdvanceable)
    }

    fn pace(&self, _: u32) -> Result<(), NotAdvanceable> {
        Err(NotAdvanceable)
    }
}
