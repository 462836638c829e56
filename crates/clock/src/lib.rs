//! The one source of now, and of waiting: real or virtual.
//!
//! ```
//! use clock::{Clock, VirtualClock};
//! use jiff::SignedDuration;
//!
//! let clock = VirtualClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap());
//! clock.advance(SignedDuration::from_hours(24 * 30)).unwrap();
//! assert_eq!(clock.now().to_string(), "2026-01-31T00:00:00Z");
//! ```
//!
//! Invariants, said as absences: nothing else in the workspace asks the operating system for the
//! time or sleeps (clippy's `disallowed-methods` says so), and nothing here knows what the time is
//! used for.

mod real;
mod virtual_clock;

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

pub use real::RealClock;
pub use virtual_clock::VirtualClock;

/// A future that a clock hands out while it waits.
pub type Wait<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A clock shared by everything that must agree on the time.
pub type SharedClock = Arc<dyn Clock>;

/// The source of now, and of waiting.
pub trait Clock: Send + Sync + Debug {
    /// The current time on this clock, UTC.
    fn now(&self) -> Timestamp;

    /// Completes when `duration` has passed on this clock. A virtual clock that stands still is
    /// moved by the wait itself, so that waiting costs no real time.
    fn wait(&self, duration: SignedDuration) -> Wait<'_>;

    /// Moves the clock forward.
    ///
    /// # Errors
    /// [`NotAdvanceable`] on a clock that follows the world's time.
    fn advance(&self, duration: SignedDuration) -> Result<(), NotAdvanceable>;

    /// Lets the clock run so many virtual seconds a real second from now on; 0 lets it stand still.
    ///
    /// # Errors
    /// [`NotAdvanceable`] on a clock that follows the world's time.
    fn pace(&self, rate: u32) -> Result<(), NotAdvanceable>;
}

/// Asked to advance a clock that only the world can advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAdvanceable;

impl std::fmt::Display for NotAdvanceable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a clock that follows real time cannot be advanced; use a virtual clock")
    }
}

impl std::error::Error for NotAdvanceable {}
