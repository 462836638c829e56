//! The typed async client of entitlement management, v1.0 and beta.
//!
//! ```
//! use std::sync::Arc;
//! use client::Client;
//! use model::{Catalog, NewPackage, Version};
//! # use serde_json::json;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let transport = Arc::new(transport::from_fn(|request: http::Request<bytes::Bytes>| {
//! #     let body = match request.method() == http::Method::GET {
//! #         true => json!({"value": [{"id": "ede67938-cda7-4127-a9ca-7c7bf86a19b7", "displayName": "General"}]}),
//! #         false => json!({"id": "cf54c6ca-d717-49bc-babe-d140d035dfdd", "displayName": "Marketing Campaign"}),
//! #     };
//! #     Ok(http::Response::new(bytes::Bytes::from(body.to_string())))
//! # }));
//! let graph = Client::new(transport, Version::V1);
//! let general = graph.catalogs().list().filter(Catalog::DISPLAY_NAME.eq("General")).one().send().await?;
//! let package = graph.packages().create(&NewPackage::in_catalog(&general, "Marketing Campaign")).send().await?;
//! assert_eq!(package.display_name.as_deref(), Some("Marketing Campaign"));
//! # Ok::<(), client::Error>(())
//! # }).unwrap();
//! ```
//!
//! Verbs exist where the service has them: assignments, for one, are not deleted but removed by a
//! request.
//!
//! ```compile_fail
//! # fn f(graph: client::Client, id: model::AssignmentId) {
//! graph.assignments().delete(&id);
//! # }
//! ```
//!
//! Every verb gives a [`Call`], a request not yet sent: its `Debug` shows it, [`Call::send`] sends
//! it. What a version cannot express is refused before anything is sent.
//!
//! Invariants, said as absences: never branches on the version, it asks `model::dialect`; never
//! follows a link to another host than the one it was given; an answer's values are in no error.

mod call;
mod catalogue;
mod collection;
mod error;
mod graph;
mod list;
mod until;

pub use call::Call;
pub use catalogue::{ERRORS, KnownError, Remedy, Verdicts};
pub use collection::{Collection, Create, Delete};
pub use error::{Error, ErrorKind};
pub use graph::{Client, Place};
pub use list::{List, Page};
pub use until::Patience;
