use serde_json::{Value, json};

use super::Documents;
use crate::drift::{Change, Comparison, RULES, Rule, Severity};
use crate::inert::plain;

/// The comparison as SARIF 2.1.0, for code scanning.
pub fn sarif(comparison: &Comparison, documents: &Documents<'_>, tool_version: &str) -> Value {
    let used: Vec<&Rule> = RULES
        .iter()
        .copied()
        .filter(|rule| comparison.changes.iter().any(|change| change.rule.id == rule.id))
        .collect();
    let rules: Vec<Value> = used.iter().map(|rule| rule_json(rule)).collect();
    let results: Vec<Value> = comparison
        .changes
        .iter()
        .map(|change| {
            let index = used.iter().position(|rule| rule.id == change.rule.id);
            result(change, index.unwrap_or_default(), documents)
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "entitle",
                "version": tool_version,
                "rules": rules,
            }},
            "results": results,
        }],
    })
}

fn rule_json(rule: &Rule) -> Value {
    let breaks: Vec<&str> = rule.breaks.iter().map(|party| party.word()).collect();
    let help = match rule.reference.split_once("https://") {
        Some((_, address)) => format!("https://{address}"),
        None => String::new(),
    };
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.reason},
        "fullDescription": {"text": format!("{} See {}.", rule.reason, rule.reference)},
        "helpUri": help,
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"severity": rule.severity, "breaks": breaks},
    })
}

fn result(change: &Change, rule_index: usize, documents: &Documents<'_>) -> Value {
    let (file, line) = documents.place(change);
    json!({
        "ruleId": change.rule.id,
        "ruleIndex": rule_index,
        "level": level(change.rule.severity),
        "message": {"text": plain(&format!("{} {}", change.subject, change.what))},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": address(file)},
                "region": {"startLine": line},
            },
            "logicalLocations": [{"fullyQualifiedName": plain(&change.subject.to_string())}],
        }],
        "partialFingerprints": {
            "subject/v1": format!("{} {}", change.rule.id, change.subject),
        },
        "properties": {"area": change.area(), "hits": change.hits},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Breaking => "error",
        Severity::Risky => "warning",
        Severity::Cloud | Severity::Additive | Severity::Cosmetic => "note",
    }
}

/// A path as a reference of RFC 3986.
fn address(file: &str) -> String {
    let encoded = |c: char| match c {
        '/' | '.' | '-' | '_' | '~' => c.to_string(),
        // Else what stands before it would read as a scheme.
        ':' if file.contains("://") => c.to_string(),
        ':' => "%3A".to_owned(),
        c if c.is_ascii_alphanumeric() => c.to_string(),
        '\\' => "/".to_owned(),
        c => odata::encode_component(&c.to_string()),
    };
    file.chars().map(encoded).collect()
}
