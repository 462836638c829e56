//! One binary: metadata read, contracts stored, exchanges judged.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod judging;
mod reading;
mod storing;
