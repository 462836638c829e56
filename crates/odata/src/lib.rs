//! `$filter $select $expand $orderby $top $skip $count $search` as Microsoft Graph speaks them:
//! text to tree and back, and the tree applied to rows of JSON.
//!
//! ```
//! use odata::{Filter, Query, matches};
//! use serde_json::json;
//!
//! let query = Query::parse("$filter=(displayName%20eq%20'General')&$top=5").unwrap();
//! assert_eq!(query.top, Some(5));
//!
//! let filter: Filter = "state eq 'published' and not startswith(displayName, 'Gen''s')".parse().unwrap();
//! assert!(matches(&filter, &json!({"displayName": "General", "state": "published"})));
//! ```
//!
//! Invariants, said as absences: no I/O, no Graph nouns, no knowledge of which collection allows
//! which option; a tree that was parsed prints as text that parses to the same tree.

mod datum;
mod error;
mod eval;
mod field;
mod filter;
mod lexer;
mod order;
mod parse;
mod query;

pub use datum::{Datum, Record};
pub use error::ParseError;
pub use eval::{compare_rows, matches, select, value_at};
pub use field::Field;
pub use filter::{Comparison, Filter, Function, Literal, Path, Quantifier};
pub use order::{Direction, OrderBy};
pub use query::{Expand, ExpandItem, Query, decode_component, encode_component};
