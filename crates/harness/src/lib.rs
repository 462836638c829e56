//! The stage that a scenario is played on: steps, trace, checks, what is owed and its clean-up, and
//! the three texts that are held against golden files.
//!
//! ```
//! use harness::{Api, Setup, Stage};
//! use model::{Catalog, Version};
//! # use std::sync::Arc;
//! # use bytes::Bytes;
//! # let server = transport::from_fn(|_| Ok(http::Response::new(Bytes::from(
//! #     r#"{"value":[{"id":"ede67938-cda7-4127-a9ca-7c7bf86a19b7","displayName":"General","state":"published"}]}"#))));
//! # let server: transport::SharedTransport = Arc::new(server);
//! # let clock = Arc::new(clock::VirtualClock::starting_at("2026-01-05T09:00:00Z".parse().unwrap()));
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let stage = Stage::new(Setup::offline("example", Api::V1, clock, server.clone(), server));
//! stage.act("Step 1: Look around");
//! let admin = stage.admin(Version::V1);
//! let general = admin.catalogs().list().filter(Catalog::DISPLAY_NAME.eq("General")).one();
//! let general = stage.step("Get the catalog", &general).await?;
//! let run = stage.finish().await;
//! assert!(run.transcript().contains("\"id\": \"<1/value/0/id>\""));
//! # Ok::<(), harness::Failure>(())
//! # }).unwrap();
//! ```
//!
//! Every id that a scenario uses comes from an earlier answer. Ids are tracked by
//! value and stand in the transcript as the place they came from: `<3/value/0/id>` was first seen in
//! step 3. A literal id fails before it is sent.
//!
//! Invariants, said as absences: no scenario, no backend, no file; nothing here knows whether a
//! tenant, a cassette or the emulator answers.

mod checked;
mod compare;
mod debt;
mod event;
mod neutral;
mod origin;
mod pseudonym;
mod run;
mod seeded;
mod setup;
mod shape;
mod stage;
mod status;
mod trace;
mod transcript;
mod transition;
mod wire;

pub use checked::SECRETS;
pub use compare::{Deviation, borne_out, compare};
pub use debt::{Debt, Waiter};
pub use event::{Event, Observer};
pub use pseudonym::{DOMAIN, Pseudonyms};
pub use run::{Failure, Run};
pub use seeded::Seeded;
pub use setup::{Api, Setup, UnknownApi};
pub use stage::{Stage, or_nothing};
pub use status::{ALTERNATIVES, Alternative};
pub use trace::{Entry, Exchanged, Step, Trace, Verdict};
pub use wire::{Attempt, Wire};
