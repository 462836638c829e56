use contract::Finding;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::Attempt;

/// A run as data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trace {
    /// The format of this data.
    pub format: u32,
    /// The scenario.
    pub scenario: String,
    /// `v1.0`, `beta` or `mixed`.
    pub api: String,
    /// When it began, RFC 3339, on the run's clock.
    pub began: String,
    /// What happened, in order.
    pub entries: Vec<Entry>,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Entry {
    /// An act began.
    Act(String),
    /// A step was made.
    Step(Step),
    /// Time was let pass, ISO 8601.
    Passed(String),
    /// Something was held against an expectation, and was right.
    Checked(String),
}

/// A step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Step {
    /// Its number in the run, from 1.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// How it ended.
    pub verdict: Verdict,
    /// Milliseconds that it took, on the run's clock.
    pub took_ms: i64,
    /// Whether it looked again and again until a goal was reached.
    pub polled: bool,
    /// What was sent and came back.
    pub exchanges: Vec<Exchanged>,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is", content = "because")]
pub enum Verdict {
    /// It has not yet.
    Open,
    /// As expected.
    Passed,
    /// Not as expected.
    Failed(String),
    /// The version has no words for it; nothing was sent.
    NotExpressible(String),
    /// The tenant does not have what it needs.
    NotApplicable(String),
}

/// One exchange of a step. Secrets are hidden.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exchanged {
    /// Who made it.
    pub identity: String,
    /// The method.
    pub method: String,
    /// The path with its version, decoded.
    pub path: String,
    /// The query, decoded.
    pub query: String,
    /// The body sent.
    pub request: Value,
    /// When it was sent, RFC 3339, on the run's clock.
    pub at: String,
    /// Milliseconds until its answer was there, on the run's clock, those of retries too.
    pub took_ms: i64,
    /// The status; 0 where no answer was had.
    pub status: u16,
    /// The body that came back.
    pub response: Value,
    /// What the contract says of it.
    pub findings: Vec<Finding>,
    /// Answers that retries swallowed before this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retried: Vec<Attempt>,
    /// Whether the step looked again, because what it looked for was not everywhere yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
    /// Whether the answer was lost, and what the service has was read afterwards.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_back: bool,
    /// Rules of the emulator that fired, with their grades; a tenant names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
}

impl Trace {
    /// The steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Step(step) => Some(step),
            _ => None,
        })
    }
}

impl Step {
    /// The exchanges that say something lasting: of a step that polled, the last; else those after
    /// which nobody looked again.
    pub fn lasting(&self) -> impl Iterator<Item = &Exchanged> {
        let skipped = match self.polled {
            true => self.exchanges.len().saturating_sub(1),
            false => 0,
        };
        self.exchanges.iter().skip(skipped).filter(|exchanged| !exchanged.superseded)
    }
}
