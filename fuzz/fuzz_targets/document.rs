//! The reader of documents, and the audit of what was read.

#![no_main]

use contract::audit::{Auditor, json, markdown, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &str| {
    let Ok(audit) = Auditor::default().audit(document, "fuzz") else { return };
    let lines = document.lines().count();
    assert!(audit.remarks.iter().all(|remark| (1..=lines).contains(&remark.line)));
    let audits = [audit];
    assert!(!text(&audits).contains('\u{1b}'));
    let _ = (markdown(&audits), json(&audits));
});
