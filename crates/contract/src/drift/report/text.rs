use std::fmt::Write;

use super::{broken, side};
use crate::drift::{Comparison, Severity};
use crate::inert::plain;

/// The comparison for a terminal: a block a severity, a line a change.
pub fn text(comparison: &Comparison) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} -> {}", side(&comparison.base), side(&comparison.head));
    if let Some(global) = &comparison.global {
        let _ = writeln!(out, "the head is a national cloud's; the global service is {global}");
    }
    for severity in Severity::ALL {
        let changes: Vec<_> =
            comparison.changes.iter().filter(|change| change.rule.severity == severity).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{severity} ({})", changes.len());
        let width = |text: fn(&&super::Change) -> String, most: usize| {
            changes.iter().map(|change| text(change).chars().count().min(most)).max().unwrap_or(0)
        };
        let subjects = width(|change| shown(change), 60);
        let rules = width(|change| change.rule.id.to_owned(), 30);
        for change in changes {
            let _ = writeln!(
                out,
                "  {:<subjects$}  {:<rules$}  {}{}",
                shown(change),
                change.rule.id,
                plain(&change.what),
                match change.rule.breaks {
                    [] => String::new(),
                    _ => format!("  [{}]", broken(change)),
                }
            );
            for hit in &change.hits {
                let as_whom: Vec<&str> = hit.parties.iter().map(|party| party.word()).collect();
                let _ = writeln!(
                    out,
                    "      {} · {} · {} ({})",
                    plain(&hit.file),
                    plain(&hit.step),
                    plain(&hit.request),
                    as_whom.join(", ")
                );
            }
        }
    }
    let moved = comparison.moved().map(|moved| format!(" ({moved})")).unwrap_or_default();
    let _ = writeln!(out, "\n{}{moved}", comparison.summary());
    if let Some(exchanges) = comparison.exchanges {
        let _ = writeln!(
            out,
            "held against {exchanges} recorded exchanges of {}",
            comparison.base.version
        );
    }
    out
}

/// The subject, marked where it is not of entitlement management.
fn shown(change: &super::Change) -> String {
    let subject = plain(&change.subject.to_string());
    match change.central {
        true => subject,
        false => format!("{subject} (directory)"),
    }
}
