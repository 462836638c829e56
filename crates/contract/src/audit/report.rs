use std::fmt::Write;

use serde_json::{Value, json as value};

use super::Audit;
use crate::Severity;
use crate::inert::{cell, plain};

/// Audits for a terminal: a line a remark, `file:line` first, so that editors follow it.
pub fn text(audits: &[Audit]) -> String {
    let mut out = String::new();
    for audit in audits {
        for remark in &audit.remarks {
            let severity = remark.severity.word();
            let _ = writeln!(
                out,
                "{}:{}: {severity} {}: {}",
                audit.file,
                remark.line,
                remark.rule,
                plain(&remark.message)
            );
            if let Some(instead) = &remark.instead {
                let _ = writeln!(out, "    instead: {}", plain(instead));
            }
            if !remark.step.is_empty() {
                let _ = writeln!(out, "    in: {}", plain(&remark.step));
            }
        }
        let _ = writeln!(out, "{}", summary(audit));
    }
    out
}

/// Audits for a pull request.
pub fn markdown(audits: &[Audit]) -> String {
    let mut out = String::new();
    for audit in audits {
        let _ = writeln!(out, "### {}\n", cell(&summary(audit)));
        if audit.remarks.is_empty() {
            continue;
        }
        let _ = writeln!(out, "| line | step | rule | what | instead |\n|---:|---|---|---|---|");
        for remark in &audit.remarks {
            let _ = writeln!(
                out,
                "| {} | {} | {} ({}) | {} | {} |",
                remark.line,
                cell(&remark.step),
                remark.rule,
                remark.severity.word(),
                cell(&remark.message),
                cell(remark.instead.as_deref().unwrap_or_default())
            );
        }
        let _ = writeln!(out);
    }
    out
}

/// Audits as data.
pub fn json(audits: &[Audit]) -> Value {
    let files: Vec<Value> = audits
        .iter()
        .map(|audit| {
            value!({
                "file": audit.file,
                "exchanges": audit.exchanges,
                "followsIds": audit.follows_ids,
                "remarks": audit.remarks,
            })
        })
        .collect();
    value!({"format": 1, "documents": files})
}

/// `page.md: 2 requests, 1 violation, 0 notices`
fn summary(audit: &Audit) -> String {
    let counted = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    };
    let of = |severity: Severity| {
        let number = audit.remarks.iter().filter(|remark| remark.severity == severity).count();
        counted(number, severity.word())
    };
    let alone = match audit.follows_ids || audit.exchanges < 2 {
        true => "",
        false => "; each example stands for itself, ids are not followed",
    };
    format!(
        "{}: {}, {}, {}{alone}",
        audit.file,
        counted(audit.exchanges, "request"),
        of(Severity::Violation),
        of(Severity::Notice)
    )
}
