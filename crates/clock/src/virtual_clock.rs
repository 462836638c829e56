use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

use crate::{Clock, NotAdvanceable, Wait};

/// A clock that is set, advanced, and may run at a rate of its own.
///
/// At rate 0, the default, it stands still but for [`Clock::advance`], [`VirtualClock::set`] and
/// the waits asked of it. At rate 60 a real second is a virtual minute.
#[derive(Debug)]
pub struct VirtualClock {
    reading: Mutex<Reading>,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Timestamp,
    since: Instant,
    rate: u32,
}

impl Reading {
    fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.since.elapsed()).unwrap_or(SignedDuration::MAX);
        let passed = elapsed.saturating_mul(i32::try_from(self.rate).unwrap_or(i32::MAX));
        self.at.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }
}

impl VirtualClock {
    /// A clock that stands still at `at`.
    pub fn starting_at(at: Timestamp) -> Self {
        Self::running(at, 0)
    }

    /// A clock that reads `at` now and runs at `rate` virtual seconds a real second.
    pub fn running(at: Timestamp, rate: u32) -> Self {
        Self { reading: Mutex::new(Reading { at, since: started(), rate }) }
    }

    /// Sets the clock to `at`, backwards too.
    pub fn set(&self, at: Timestamp) {
        let mut reading = self.lock();
        *reading = Reading { at, since: started(), ..*reading };
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a running virtual clock is measured against real time"
)]
fn started() -> Instant {
    Instant::now()
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.lock().now()
    }

    #[expect(clippy::disallowed_methods, reason = "a running virtual clock waits in real time")]
    fn wait(&self, duration: SignedDuration) -> Wait<'_> {
        let rate = self.lock().rate;
        if rate == 0 {
            let _always_advanceable = self.advance(duration);
            // Others get their turn, as they would if time passed.
            return Box::pin(tokio::task::yield_now());
        }
        Box::pin(tokio::time::sleep(duration.unsigned_abs() / rate))
    }

    fn advance(&self, duration: SignedDuration) -> Result<(), NotAdvanceable> {
        let mut reading = self.lock();
        let at = reading.now().saturating_add(duration).unwrap_or(Timestamp::MAX);
        *reading = Reading { at, since: started(), ..*reading };
        Ok(())
    }

    fn pace(&self, rate: u32) -> Result<(), NotAdvanceable> {
        let mut reading = self.lock();
        *reading = Reading { at: reading.now(), since: started(), rate };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[tokio::test]
    async fn waiting_on_a_standing_clock_moves_it_and_costs_nothing() {
        let clock = VirtualClock::starting_at(at("2026-01-01T00:00:00Z"));
        clock.wait(SignedDuration::from_hours(720)).await;
        assert_eq!(clock.now(), at("2026-01-31T00:00:00Z"));
    }

    #[test]
    fn it_stands_still_when_it_is_told_to() {
        let clock = VirtualClock::running(at("2026-01-01T00:00:00Z"), u32::MAX);
        clock.pace(0).expect("virtual");
        assert_eq!(clock.now(), clock.now());
    }

    #[test]
    fn it_can_be_set_back() {
        let clock = VirtualClock::starting_at(at("2026-01-01T00:00:00Z"));
        clock.set(at("2020-06-29T20:24:24Z"));
        assert_eq!(clock.now(), at("2020-06-29T20:24:24Z"));
    }

    #[test]
    fn advancing_past_the_end_of_time_saturates() {
        let clock = VirtualClock::starting_at(Timestamp::MAX);
        clock.advance(SignedDuration::MAX).expect("virtual");
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
