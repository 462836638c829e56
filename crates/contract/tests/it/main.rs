//! One binary: metadata read, contracts stored, exchanges judged, drift told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod drifting;
mod judging;
mod reading;
mod storing;
