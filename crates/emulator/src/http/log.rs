//! The calls that were answered last.

use std::collections::VecDeque;

use http::uri::PathAndQuery;
use http::{Method, Uri};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::ids::Id;

/// So many are kept.
const KEPT: usize = 1000;

/// Calls with what was answered; the oldest go first.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    /// How many there ever were.
    count: u64,
}

/// One call. Neither token nor body is kept.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) request_id: Id,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) status: u16,
    /// Rules that fired, as the header names them.
    pub(crate) rules: Vec<String>,
    /// Whether a fault befell it.
    pub(crate) fault: bool,
}

impl Log {
    pub(crate) fn add(&mut self, entry: Entry) {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.count += 1;
        self.entries.push_back(entry);
    }

    /// The calls behind number `since`, which the last answer told as `last`.
    pub(crate) fn since(&self, since: u64) -> Value {
        let first = self.count - self.entries.len() as u64;
        let entries = self.entries.iter().zip(first + 1..).filter(|(_, number)| *number > since);
        let entries = entries.map(|(entry, number)| {
            json!({
                "number": number,
                "at": entry.at.to_string(),
                "requestId": entry.request_id.as_str(),
                "method": entry.method.as_str(),
                "path": entry.uri.path_and_query().map(PathAndQuery::as_str),
                "status": entry.status,
                "rules": entry.rules,
                "fault": entry.fault,
            })
        });
        json!({"last": self.count, "requests": entries.collect::<Value>()})
    }
}
