//! The plays: the documented tutorials as plain async functions, and the stages to play them on.
//!
//! ```
//! use harness::{Api, Observer};
//! use scenarios::{Interrupt, Opponent, SCENARIOS, find, perform};
//!
//! assert_eq!(SCENARIOS.len(), 4);
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let tutorial = find("tutorial-current").unwrap();
//! let never = Interrupt::never();
//! let emulator = Opponent::Emulator { requestor: true };
//! let performance = perform(tutorial, Api::V1, emulator, Observer::nobody(), &never).await.unwrap();
//! assert_eq!(performance.faults, [""; 0]);
//! # });
//! ```
//!
//! A scenario is registered once, in [`SCENARIOS`]; command line, tests and recorder list from
//! there. To write one: a file like `tutorial_current.rs`, a line there, `cargo xtask record NAME`,
//! `cargo insta review`.
//!
//! Invariants, said as absences: a scenario never names a backend and holds no id; only `backend`
//! knows emulator, cassette and transport.

mod access;
mod backend;
mod expiry;
mod onboarded;
mod performance;
mod probe;
mod read_back;
mod registry;
mod requestor;
mod resource_requests;
mod tutorial_2020;
mod tutorial_current;

pub use backend::{
    Backend, BackendError, LiveTenant, Operation, Opponent, UnknownBackend, cassette_path,
    operations, record, record_live, recorded,
};
pub use performance::{Interrupt, Performance, judge, perform};
pub use probe::{Answers, Unprobed, probe};
pub use registry::{Need, SCENARIOS, Scenario, UnknownScenario, find};
