use clock::Clock;
use jiff::SignedDuration;

use crate::call::Call;
use crate::error::{Error, ErrorKind};

/// How long and how surely to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Between two looks.
    pub interval: SignedDuration,
    /// At most in all.
    pub deadline: SignedDuration,
    /// Looks in a row that must find the goal: replicas disagree (Terraform's provider asks for
    /// five).
    pub confirmations: u32,
}

impl Default for Patience {
    /// Every two seconds, five minutes at most, one look is enough.
    fn default() -> Self {
        Self {
            interval: SignedDuration::from_secs(2),
            deadline: SignedDuration::from_mins(5),
            confirmations: 1,
        }
    }
}

impl Patience {
    /// For a tenant whose replicas disagree: every two seconds, ten minutes at most, three looks in a
    /// row.
    pub fn with_replicas() -> Self {
        Self { deadline: SignedDuration::from_mins(10), confirmations: 3, ..Self::default() }
    }

    /// Sends `call` until `goal` holds for its answer, waiting on `clock`.
    ///
    /// # Errors
    /// The first error of the call; [`ErrorKind::Deadline`] where time runs out.
    pub async fn until<T>(
        &self,
        clock: &dyn Clock,
        call: &Call<T>,
        mut goal: impl FnMut(&T) -> bool,
    ) -> Result<T, Error> {
        let start = clock.now();
        let mut confirmed = 0;
        loop {
            let answer = call.send().await?;
            confirmed = if goal(&answer) { confirmed + 1 } else { 0 };
            if confirmed >= self.confirmations.max(1) {
                return Ok(answer);
            }
            let passed = clock.now().duration_since(start);
            if passed >= self.deadline {
                let message = format!(
                    "the goal was not reached within {} s; raise the deadline or look at the last answer",
                    self.deadline.as_secs()
                );
                return Err(Error::new(ErrorKind::Deadline, &call.describe(), message));
            }
            clock.wait(self.interval).await;
        }
    }
}
