//! One binary: metadata read, contracts stored, exchanges judged, drift told, documents audited.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod auditing;
mod drifting;
mod judging;
mod reading;
mod storing;
