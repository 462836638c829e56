//! One binary: the command line as a user sees it, as a process of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit;
mod bad_input;
mod drift;
mod emulate;
mod live;
mod process;
mod work;
