//! One binary: every scenario on every version and backend, and scenarios that are broken on
//! purpose.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod broken;
mod plays;
mod published;
