//! One binary: what the client sends, what it makes of answers, and how it waits.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod capture;
mod requests;
mod waiting;
