//! Traces that `e2e --trace` wrote.

use std::path::Path;

use harness::Trace;
use serde::Deserialize;

use crate::exit::Failure;

/// A play of a trace.
#[derive(Debug, Deserialize)]
pub(crate) struct Traced {
    pub(crate) scenario: String,
    pub(crate) api: String,
    pub(crate) backend: String,
    pub(crate) trace: Option<Trace>,
}

/// The plays of a trace.
pub(crate) fn read(path: &Path) -> Result<Vec<Traced>, Failure> {
    let place = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{place}: {error}")))?;
    serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Failure::usage(format!(
            "{place}, line {line}, column {column}: expected a trace of `e2e --trace`, found {error}"
        ))
    })
}
