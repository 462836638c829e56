use std::fmt::Write;

use super::{Documents, broken};
use crate::drift::{Comparison, Severity};
use crate::inert::plain;

/// The comparison as commands of a GitHub workflow: what breaks is an error, what is risky a
/// warning, what only a cloud lacks a notice. What adds is not annotated.
pub fn github(comparison: &Comparison, documents: &Documents<'_>) -> String {
    let mut out = String::new();
    for change in &comparison.changes {
        let command = match change.rule.severity {
            Severity::Breaking => "error",
            Severity::Risky => "warning",
            Severity::Cloud => "notice",
            Severity::Additive | Severity::Cosmetic => continue,
        };
        let (file, line) = documents.place(change);
        let message = format!(
            "{} {}: {} Breaks: {}.",
            change.subject,
            change.what,
            change.rule.reason,
            broken(change)
        );
        let _ = writeln!(
            out,
            "::{command} file={},line={line},title={}::{}",
            property(file),
            property(change.rule.id),
            data(&message)
        );
    }
    out
}

/// A value before the message: what would end it is escaped.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn data(text: &str) -> String {
    plain(text).replace('%', "%25")
}
