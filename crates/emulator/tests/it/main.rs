//! One binary: the tenant by raw HTTP, as any client would see it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod actions;
mod approvals;
mod bad_input;
mod captured;
mod catalogs;
mod control;
mod delivery;
mod door;
mod held;
mod load;
mod permission_map;
mod permissions;
mod policies;
mod queries;
mod raw;
mod refusals;
mod requests;
mod roles;
mod rules;
mod sequences;
mod sign_in;
mod state;
mod updates;
