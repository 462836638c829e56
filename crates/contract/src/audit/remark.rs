use serde::Serialize;

use crate::Severity;

/// Something that a document says and should not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The rule that it falls under.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// The line in the document, from 1.
    pub line: usize,
    /// The heading that it stands under.
    pub step: String,
    /// What was found, and what it contradicts.
    pub message: String,
    /// What should stand there, where it can be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

/// What is looked for, each with how bad it is and why.
pub const AUDIT_RULES: [(&str, Severity, &str); 25] = [
    ("invalid-json", Severity::Violation, "who copies the body sends something that is refused"),
    ("unknown-version", Severity::Violation, "the address is of no version of the API"),
    (
        "outside-the-contract",
        Severity::Notice,
        "the path is of a part of the API that is not held against anything here",
    ),
    ("undeclared-path", Severity::Violation, "the metadata of the version knows no such path"),
    (
        "undeclared-method",
        Severity::Violation,
        "the metadata of the version does not let expect the method",
    ),
    (
        "known-unserved",
        Severity::Violation,
        "the metadata promises it, and the service is known not to serve it",
    ),
    ("other-version-name", Severity::Violation, "the name is one of the other version"),
    ("undeclared-member", Severity::Notice, "the type has no such member in the version"),
    ("enum-case", Severity::Violation, "the word is spelled with other letters"),
    ("enum-member", Severity::Violation, "the word is none of the enum"),
    ("wrong-type", Severity::Violation, "the value is none of the member's type"),
    (
        "context-version",
        Severity::Violation,
        "@odata.context names another version than the request",
    ),
    ("status-contradicts", Severity::Violation, "the operation does not answer with that status"),
    ("status-missing", Severity::Notice, "the reader is not told which status to expect"),
    ("collection-for-entity", Severity::Violation, "what creates one thing answers that thing"),
    ("entity-for-collection", Severity::Violation, "what lists things answers a list"),
    ("malformed-guid", Severity::Violation, "the id cannot be one"),
    (
        "mangled-annotation",
        Severity::Violation,
        "a tool took the name for an address of electronic mail",
    ),
    (
        "answer-contradicts-request",
        Severity::Violation,
        "the answer says otherwise than what was sent",
    ),
    (
        "prose-contradicts-answer",
        Severity::Violation,
        "the text says otherwise than the answer that it speaks of",
    ),
    (
        "recorded-and-unused",
        Severity::Violation,
        "the reader is told to keep what no later step uses",
    ),
    ("id-from-nowhere", Severity::Violation, "no earlier step produced the id"),
    ("id-changed", Severity::Violation, "the same thing had another id before"),
    ("id-of-two-things", Severity::Violation, "one id stands for two things"),
    ("renamed-in-v1.0", Severity::Notice, "who moves to v1.0 has to use other names"),
];

impl Remark {
    pub(crate) fn new(
        rule: &'static str,
        (line, step): (usize, &str),
        message: impl Into<String>,
        instead: Option<String>,
    ) -> Self {
        let known = AUDIT_RULES.iter().find(|(id, ..)| *id == rule);
        let severity = known.map_or(Severity::Violation, |(_, severity, _)| *severity);
        Self { rule, severity, line, step: step.to_owned(), message: message.into(), instead }
    }
}
