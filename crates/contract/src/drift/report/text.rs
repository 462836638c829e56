use std::fmt::Write;

use super::{broken, side};
use crate::drift::{Change, Comparison, Severity, Subject};
use crate::inert::plain;
use crate::operation::Operation;

/// The comparison for a terminal: a block a severity, in it the changes by type, a line each.
pub fn text(comparison: &Comparison) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} -> {}", side(&comparison.base), side(&comparison.head));
    if let Some(global) = &comparison.global {
        let global = plain(global);
        let _ = writeln!(out, "the head is a national cloud's; the global service is {global}");
    }
    for severity in Severity::ALL {
        let changes: Vec<_> =
            comparison.changes.iter().filter(|change| change.rule.severity == severity).collect();
        if !changes.is_empty() {
            let _ = writeln!(out, "\n{severity} ({})", changes.len());
            block(&changes, &mut out);
        }
    }
    let moved = comparison.moved().map(|moved| format!(" ({moved})")).unwrap_or_default();
    let _ = writeln!(out, "\n{}{moved}", comparison.summary());
    if let Some(exchanges) = comparison.exchanges {
        let version = &comparison.base.version;
        let _ = writeln!(out, "held against {exchanges} recorded exchanges of {version}");
    }
    out
}

fn block(changes: &[&Change], out: &mut String) {
    // One long name does not push all the others away.
    let lengths = changes.iter().map(|change| label(change).chars().count());
    let width = lengths.filter(|length| *length <= 56).max().unwrap_or(0);
    let rules = changes.iter().map(|change| change.rule.id.len()).max().unwrap_or(0);
    let mut group = None;
    for change in changes {
        let type_name = change.subject.type_name();
        if type_name != group && type_name.is_some() && !is_type(change) {
            let name = type_name.as_deref().unwrap_or_default();
            let _ = writeln!(out, "  {}{}", plain(name), area(change));
        }
        group = type_name;
        let breaks = match change.rule.breaks {
            [] => String::new(),
            _ => format!("  [{}]", broken(change)),
        };
        let line = format!(
            "  {:<width$}  {:<rules$}  {}{breaks}",
            label(change),
            change.rule.id,
            plain(&change.what)
        );
        let _ = writeln!(out, "{}", line.trim_end());
        for hit in &change.hits {
            let parties: Vec<&str> = hit.parties.iter().map(|party| party.word()).collect();
            let _ = writeln!(
                out,
                "        {} · {} · {} ({})",
                plain(&hit.file),
                plain(&hit.step),
                plain(&hit.request),
                parties.join(", ")
            );
        }
    }
}

fn is_type(change: &Change) -> bool {
    matches!(change.subject, Subject::Type(_))
}

/// What stands below the name of the type: a type's own name, a member's within it.
fn label(change: &Change) -> String {
    let label = match &change.subject {
        Subject::Root(_) => return plain(&change.subject.to_string()),
        Subject::Annotation { .. } if change.subject.type_name().is_none() => {
            return plain(&change.subject.to_string());
        }
        Subject::Type(name) => return format!("{}{}", plain(name), area(change)),
        Subject::Member { name, .. } | Subject::Word { name, .. } => name.clone(),
        Subject::Operation(key) => within(key),
        Subject::Parameter { operation, name } => format!("{}, {name}", within(operation)),
        Subject::Annotation { target, term } => match target.split_once('/') {
            Some((_, member)) => format!("{member} {term}"),
            None => term.clone(),
        },
    };
    format!("  {}", plain(&label))
}

/// An operation without what it is bound to: `close`, `find(text) of the collection`.
fn within(key: &str) -> String {
    let name = key.split_once('/').map_or(key, |(_, name)| name);
    let of_many = if Operation::split_key(key).0.collection { " of the collection" } else { "" };
    format!("{name}{of_many}")
}

/// Marks what is not of entitlement management.
fn area(change: &Change) -> &'static str {
    if change.central { "" } else { " (directory)" }
}
