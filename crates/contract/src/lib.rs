//! The contract: what Microsoft's own metadata says of entitlement management, as readable facts;
//! and the judges that hold exchanges ([`Judge`]), other revisions ([`drift`]) and documentation
//! ([`audit`]) against it.
//!
//! ```
//! use contract::{Contract, Exchange};
//! use serde_json::json;
//!
//! let judge = Contract::builtin("v1.0").unwrap().judge();
//! let findings = judge.check(&Exchange {
//!     method: "POST",
//!     path: "/v1.0/identityGovernance/entitlementManagement/accessPackages",
//!     request: Some(&json!({"catalogId": "26ac0c0a-08bc-4a7b-a313-839f58044ba5"})),
//!     status: 201,
//!     response: Some(&json!({"id": "x", "displayName": "Sales"})),
//! });
//! assert_eq!(findings[0].to_string(), "violation undeclared-member in request at /catalogId: \
//!     accessPackage of v1.0 declares no such member");
//! ```
//!
//! CSDL is read ([`Metadata`], or [`Document`] where it may be a stored contract), sliced to what
//! is reachable from entitlement management and the directory nouns in use ([`Metadata::slice`]),
//! stored as JSON of facts ([`Contract`]), turned into one JSON Schema 2020-12 a version, and
//! compiled once ([`Judge`]).
//!
//! Invariants, said as absences: knows neither client nor emulator; no schema is written by hand;
//! no CSDL text is kept.

mod annotation;
pub mod audit;
mod csdl;
mod document;
pub mod drift;
mod exception;
mod facts;
mod finding;
mod inert;
mod judge;
mod observed;
mod operation;
mod path;
mod schema;
mod slice;
mod unserved;

pub use csdl::{CsdlError, LARGEST, Metadata};
pub use document::{Document, DocumentError};
pub use exception::{EXCEPTIONS, Exception};
pub use facts::{
    Contract, ContractError, Kind, Member, Source, Type, TypeRef, UNKNOWN_FUTURE_VALUE, Word,
};
pub use finding::{Direction, Finding, Severity};
pub use judge::{Exchange, Judge};
pub use operation::{Operation, OperationKind, Parameter};
pub use path::{Hop, Resolved, Target};
pub use unserved::{UNSERVED, Unserved};
