//! A comparison as text, as Markdown for a pull request, as JSON, as SARIF, and as annotations of a
//! GitHub workflow.

mod explain;
mod github;
mod markdown;
mod place;
mod sarif;
mod text;

use serde_json::{Value, json};

use super::{Change, Comparison};
use crate::inert::plain;

pub use explain::{explain, rules};
pub use github::github;
pub use markdown::markdown;
pub use place::Documents;
pub use sarif::sarif;
pub use text::text;

/// The comparison as data.
pub fn json(comparison: &Comparison) -> Value {
    json!({
        "format": 1,
        "base": comparison.base,
        "head": comparison.head,
        "global": comparison.global,
        "exchanges": comparison.exchanges,
        "counts": comparison
            .counts()
            .into_iter()
            .map(|(severity, count)| (severity.word().to_owned(), json!(count)))
            .collect::<serde_json::Map<_, _>>(),
        "changes": comparison.changes,
    })
}

/// `reader, writer`, or `nobody`.
fn broken(change: &Change) -> String {
    match change.rule.breaks {
        [] => "nobody".to_owned(),
        parties => parties.iter().map(|party| party.word()).collect::<Vec<_>>().join(", "),
    }
}

/// `v1.0-2022-06.csdl (v1.0)`, with the cloud where it is not the global one.
fn side(side: &super::Side) -> String {
    let label = plain(&side.label);
    match side.cloud.as_str() {
        "global" => format!("{label} ({})", side.version),
        cloud => format!("{label} ({}, {cloud})", side.version),
    }
}
