//! One binary: filters against rows, queries as clients send them, and the laws.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod filters;
mod laws;
mod queries;
