//! Signs in to Microsoft's identity platform as whoever the environment names.
//!
//! ```
//! use std::sync::Arc;
//! use clock::{RealClock, SharedClock};
//! use credential::{Application, Kind, Platform, Settings};
//! use model::Cloud;
//!
//! let settings = Settings::of([
//!     ("AZURE_TENANT_ID", "33f2f5f3-8d60-4b8c-9fb6-2f1e7a7d5b11"),
//!     ("AZURE_CLIENT_ID", "8c0a2f0e-7d9f-4c8f-a9d5-0b6c2a2f9f10"),
//!     ("AZURE_CLIENT_SECRET", "never printed"),
//! ]);
//! let live = transport::Live::new()?;
//! let clock: SharedClock = Arc::new(RealClock);
//! let platform = Platform::of(Cloud::Global, &settings, Arc::new(live), clock);
//! let application = Application::from(&settings, None, &platform)?;
//! assert_eq!(application.kind(), Kind::Secret);
//! // As a `transport::TokenSource` it goes into a `transport::Bearer`.
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The conventions are those that Azure's tools already read (`AZURE_TENANT_ID`, `AZURE_CLIENT_ID`
//! and so on). An application signs in by azure_identity; what it lacks is here: a certificate without
//! OpenSSL, a user's password, a code on another device.
//!
//! Invariants, said as absences: a token is in memory only, and no secret is in an error, a log line
//! or a `Debug`; nothing is guessed where the settings contradict themselves; no Graph.

mod application;
mod assertion;
mod azure;
mod claims;
mod error;
mod kept;
mod platform;
mod settings;
mod user;

pub use application::{Application, Kind, UnknownKind};
pub use claims::Claims;
pub use error::CredentialError;
pub use platform::Platform;
pub use settings::{Settings, SettingsError};
pub use user::{Announce, User, UserKind};
