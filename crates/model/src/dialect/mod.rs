//! The Rosetta stone between v1.0 and beta.
//!
//! The two versions name the same things differently by owner, nest or flatten references, case
//! enum words differently, and give policies another shape. [`noun`] holds a row for every member
//! with its two names and what is done to its value; the functions here apply the rows to bodies
//! ([`to_wire`], [`from_wire`], [`render`]), to paths ([`route`]) and to query options ([`query_to_wire`], [`query_from_wire`]).
//!
//! The canonical form is v1.0's; a member that only beta has keeps beta's name in it.

pub mod noun;
mod options;
mod reshape;
mod route;
mod table;
mod translate;

pub use options::{UnknownName, query_from_wire, query_to_wire};
pub use route::{Step, route, segments_to_wire};
pub use table::{Evidence, Kind, Member, Noun, is_word};
pub use translate::{Understood, from_wire, render, to_wire};

use crate::Version;

/// Something that a version has no word for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not expressible in {version}: {what}")]
pub struct Inexpressible {
    /// The version that lacks it.
    pub version: Version,
    /// What is lacking, in the canonical tongue.
    pub what: String,
}
