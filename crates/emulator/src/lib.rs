//! A stateful tenant of entitlement management, in process or on a port.
//!
//! ```
//! use std::sync::Arc;
//! use clock::VirtualClock;
//! use emulator::{Options, Tenant};
//! use tower::ServiceExt;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let clock = Arc::new(VirtualClock::starting_at("2026-01-05T09:00:00Z".parse().unwrap()));
//! let tenant = Tenant::new(&Options::default(), clock);
//! let request = http::Request::get("/v1.0/identityGovernance/entitlementManagement/catalogs")
//!     .header("host", "graph.microsoft.com")
//!     .header("authorization", format!("Bearer {}", tenant.administrator().token))
//!     .body(axum::body::Body::empty())
//!     .unwrap();
//! let response = tenant.router().oneshot(request).await.unwrap();
//! assert_eq!(response.status(), 200);
//! # });
//! ```
//!
//! One state, two dialects. State is a function of the clock: what falls due waits in the state and
//! is carried out when the state is next touched, so thirty days cost nothing. A tenant lives in memory,
//! or in a file ([`Tenant::open`]); how long things take is its [`Profile`]. What is refused is refused
//! in the service's own words ([`RULES`]), and an answer has the service's form ([`BEHAVIOURS`]): each
//! rule names its evidence, can be switched off ([`Options::rules_off`]) and is told in the header
//! `x-entitle-rule` when it fires. What is not implemented answers so, never with a made-up success.
//! The emulator's own calls (clock, faults, rules, export) are below `/_emulator`.
//!
//! Invariants, said as absences: never validates by schema, never reads a cassette, keeps no time
//! and no randomness of its own.

mod behaviour;
mod crowd;
mod directory;
mod entitlement;
mod fault;
mod http;
mod ids;
mod profile;
mod refusal;
mod rules;
mod sign_in;
mod state;
mod tenant;
mod time;

pub use behaviour::BEHAVIOURS;
pub use profile::{Profile, Transition};
pub use refusal::{Grade, RULES, Rule};
pub use rules::all as rules;
pub use state::StateError;
pub use tenant::{APPLICATION, Application, Identity, Options, SECOND_SITE, SITE, Seed, Tenant};
