//! The nouns of entitlement management in the tongue of Microsoft Graph v1.0, the table that turns
//! them into beta, and their lifecycles as data.
//!
//! ```
//! use model::{Version, dialect::{self, noun}};
//! use serde_json::json;
//!
//! let catalog = json!({"displayName": "General", "state": "published"});
//! let beta = dialect::to_wire(Version::Beta, &noun::CATALOG, &catalog).unwrap();
//! assert_eq!(beta, json!({"displayName": "General", "catalogStatus": "Published"}));
//!
//! // What a version cannot express is an error, before anything is sent.
//! let error = dialect::to_wire(Version::V1, &noun::CATALOG, &json!({"createdBy": "me"})).unwrap_err();
//! assert_eq!(error.to_string(), "not expressible in v1.0: createdBy of accessPackageCatalog");
//! ```
//!
//! Invariants, said as absences: no HTTP, no storage, no clock; no code outside [`dialect`] knows
//! a beta name.

mod cloud;
pub mod dialect;
mod id;
pub mod lifecycle;
mod noun;
pub mod permission;
mod version;
mod word;

pub use cloud::{Cloud, UnknownCloud};
pub use id::*;
pub use noun::*;
pub use version::{UnknownVersion, Version};
pub use word::*;
