use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// The newest format that this build reads.
const FORMAT: u32 = 1;

/// A recorded run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cassette {
    /// The format of the file.
    pub format: u32,
    /// What was played.
    pub title: String,
    /// Where the answers come from.
    pub provenance: Provenance,
    /// The exchanges, in order.
    pub exchanges: Vec<Exchange>,
}

/// Who answered while a cassette was recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answerer {
    /// The emulator of this project.
    #[default]
    Emulator,
    /// A tenant of Microsoft's.
    Live,
}

/// Where a recording comes from, and what replaying it starts with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Who answered.
    pub from: Answerer,
    /// When recording began, RFC 3339, on the clock of the run.
    pub at: String,
    /// The version of the API that was played.
    pub api: String,
    /// The version of the tool that recorded.
    pub tool: String,
    /// Fingerprints of the contracts that judged, by version of the API.
    pub contracts: BTreeMap<String, String>,
    /// The seed of the run's names and ids.
    pub seed: u64,
    /// What the run was given from outside, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub given: BTreeMap<String, String>,
}

/// One request and what came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The step in which it was made.
    pub step: String,
    /// Who made it.
    pub identity: String,
    /// What was sent.
    pub request: Sent,
    /// What came back; several where the same `GET` was repeated and its answer changed.
    pub answers: Vec<Answer>,
}

/// What was sent, without host and headers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// The path, decoded.
    pub path: String,
    /// The query's options, decoded; their order means nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// The body; a text where it is no JSON.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Seconds that passed before the next answer was seen, for people; replay does not wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dwell: Option<u64>,
    /// The status.
    pub status: u16,
    /// The headers that matter to a client.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body; a text where it is no JSON.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

/// A cassette that cannot be read or written.
#[derive(Debug, Error)]
pub enum CassetteError {
    /// The file system says no.
    #[error("{file}: {cause}")]
    File {
        /// The file.
        file: String,
        /// Why.
        cause: std::io::Error,
    },
    /// It is no cassette.
    #[error("{file}, line {line}, column {column}: {cause}; restore the file, or {remedy}")]
    Malformed {
        /// The file.
        file: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What was expected and found.
        cause: String,
        /// What to do instead of restoring.
        remedy: String,
    },
    /// An exchange that cannot have been recorded.
    #[error("{file}: exchange {exchange} {cause}; restore the file, or {remedy}")]
    Impossible {
        /// The file.
        file: String,
        /// From 1.
        exchange: usize,
        /// What it has that none can have.
        cause: String,
        /// What to do instead of restoring.
        remedy: String,
    },
    /// A newer build wrote it.
    #[error(
        "{file}: format {found} is newer than {FORMAT}, the newest that this build reads; update entitle, or {remedy}"
    )]
    Newer {
        /// The file.
        file: String,
        /// Its format.
        found: u32,
        /// What to do instead of updating.
        remedy: String,
    },
}

impl Exchange {
    /// What it has that no exchange can have.
    fn impossible(&self) -> Option<String> {
        if self.answers.is_empty() {
            return Some("has no answer".to_owned());
        }
        let wrong = self.answers.iter().find(|answer| !(100..=599).contains(&answer.status))?;
        Some(format!("has the status {}, expected one from 100 to 599", wrong.status))
    }
}

impl Cassette {
    pub(crate) fn new(title: &str, provenance: Provenance) -> Self {
        Self { format: FORMAT, title: title.to_owned(), provenance, exchanges: Vec::new() }
    }

    /// The same recording in other words: `text` for paths, queries and what the run was given, `body`
    /// for bodies.
    #[must_use]
    pub fn rewritten(self, text: impl Fn(&str) -> String, body: impl Fn(Value) -> Value) -> Self {
        let words = |map: BTreeMap<String, String>| -> BTreeMap<String, String> {
            map.into_iter().map(|(name, value)| (name, text(&value))).collect()
        };
        let exchanges = self.exchanges.into_iter().map(|exchange| {
            let Sent { method, path, query, body: sent } = exchange.request;
            let request = Sent { method, path: text(&path), query: words(query), body: body(sent) };
            let answers = exchange.answers.into_iter();
            let answers =
                answers.map(|answer| Answer { body: body(answer.body.clone()), ..answer });
            Exchange { request, answers: answers.collect(), ..exchange }
        });
        let exchanges = exchanges.collect();
        let given = words(self.provenance.given);
        Self { exchanges, provenance: Provenance { given, ..self.provenance }, ..self }
    }

    /// Reads a stored cassette; `file` and `remedy` are for errors, as in [`Cassette::parse`].
    ///
    /// # Errors
    /// [`CassetteError`]; `None` where there is no file.
    pub fn read(path: &Path, file: &str, remedy: &str) -> Result<Option<Self>, CassetteError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, file, remedy).map(Some),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(CassetteError::File { file: file.to_owned(), cause }),
        }
    }

    /// Reads a cassette; `file` and `remedy` (how to record it again) are for errors.
    ///
    /// # Errors
    /// [`CassetteError`] with the place.
    pub fn parse(text: &str, file: &str, remedy: &str) -> Result<Self, CassetteError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let malformed = |error: serde_json::Error| CassetteError::Malformed {
            file: file.to_owned(),
            line: error.line(),
            column: error.column(),
            cause: error.to_string(),
            remedy: remedy.to_owned(),
        };
        let head: Head = serde_json::from_str(text).map_err(malformed)?;
        if head.format > FORMAT {
            let (file, remedy) = (file.to_owned(), remedy.to_owned());
            return Err(CassetteError::Newer { file, found: head.format, remedy });
        }
        if head.format != FORMAT {
            let cause = format!("expected format {FORMAT}, found {}", head.format);
            return Err(malformed(serde::de::Error::custom(cause)));
        }
        let cassette: Self = serde_json::from_str(text).map_err(malformed)?;
        for (index, exchange) in cassette.exchanges.iter().enumerate() {
            if let Some(cause) = exchange.impossible() {
                let (file, remedy) = (file.to_owned(), remedy.to_owned());
                return Err(CassetteError::Impossible { file, exchange: index + 1, cause, remedy });
            }
        }
        Ok(cassette)
    }

    /// The cassette as stored: pretty JSON with a newline at the end.
    ///
    /// # Panics
    /// Never: a cassette is JSON.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and JSON values") + "\n"
    }

    /// Writes the cassette beside `path`, then renames it there.
    ///
    /// # Errors
    /// [`CassetteError::File`].
    pub fn write(&self, path: &Path) -> Result<(), CassetteError> {
        let failed =
            |cause: std::io::Error| CassetteError::File { file: path.display().to_string(), cause };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        file::replace(path, &self.to_text()).map_err(failed)
    }
}
