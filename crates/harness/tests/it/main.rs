//! One binary: laws that need more than one crate below the stage.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dialect;
