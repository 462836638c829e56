use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

/// Which half of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// What was sent.
    Request,
    /// What came back.
    Response,
}

/// How bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Notice,
    /// The contract is broken.
    Violation,
}

impl Severity {
    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Violation => "violation",
        }
    }
}

/// Something that an exchange has and the contract has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// A word for the kind of finding, such as `undeclared-member`.
    pub rule: Cow<'static, str>,
    /// How bad.
    pub severity: Severity,
    /// Which half.
    pub direction: Direction,
    /// Where in the body, a JSON pointer; empty for the whole, or for the path.
    pub pointer: String,
    /// What was expected and found. Values of the body are not in it.
    pub message: String,
}

impl Finding {
    /// Whether the contract is broken.
    pub fn is_violation(&self) -> bool {
        self.severity == Severity::Violation
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = self.severity.word();
        let direction = match self.direction {
            Direction::Request => "request",
            Direction::Response => "response",
        };
        write!(f, "{severity} {} in {direction}", self.rule)?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", self.pointer)?;
        }
        write!(f, ": {}", self.message)
    }
}
