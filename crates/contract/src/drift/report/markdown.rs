use std::fmt::Write;

use super::{broken, side};
use crate::drift::{Comparison, Severity};
use crate::inert::{cell, code};

/// The comparison for a pull request: what breaks is open, what does not is folded.
pub fn markdown(comparison: &Comparison) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "### API drift: {}\n", comparison.summary());
    let (base, head) = (code(&side(&comparison.base)), code(&side(&comparison.head)));
    let _ = writeln!(out, "{base} → {head}");
    if let Some(global) = &comparison.global {
        let _ = writeln!(
            out,
            "\nThe head is a national cloud's; the global service is {}.",
            code(global)
        );
    }
    if let Some(exchanges) = comparison.exchanges {
        let _ = writeln!(out, "\nHeld against {exchanges} recorded exchanges.");
    }
    for severity in Severity::ALL {
        let changes: Vec<_> =
            comparison.changes.iter().filter(|change| change.rule.severity == severity).collect();
        if changes.is_empty() {
            continue;
        }
        let open = severity >= Severity::Risky;
        let title = format!("{} ({})", severity.word(), changes.len());
        let _ = match open {
            true => writeln!(out, "\n#### {title}\n"),
            false => writeln!(out, "\n<details><summary>{title}</summary>\n"),
        };
        let _ = writeln!(out, "| what | rule | how | breaks | steps |\n|---|---|---|---|---|");
        for change in changes {
            let steps: Vec<String> = change.hits.iter().map(|hit| cell(&hit.step)).collect();
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                code(&change.subject.to_string()),
                change.rule.id,
                cell(&change.what),
                broken(change),
                steps.join("<br>")
            );
        }
        if !open {
            let _ = writeln!(out, "\n</details>");
        }
    }
    out
}
