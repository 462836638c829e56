//! One binary: the dialect by example and by law.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bodies;
mod laws;
mod options;
