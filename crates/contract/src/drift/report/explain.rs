use std::fmt::Write;

use crate::drift::{RULES, Rule};

/// All there is to say of a rule.
pub fn explain(rule: &Rule) -> String {
    let mut out = String::new();
    let breaks: Vec<&str> = rule.breaks.iter().map(|party| party.word()).collect();
    let breaks = if breaks.is_empty() { "nobody".to_owned() } else { breaks.join(", ") };
    let _ = writeln!(out, "{} ({})\n\n{}", rule.id, rule.severity, rule.reason);
    let _ = writeln!(out, "breaks: {breaks}\n\nbefore:\n{}", indented(rule.example.base));
    let _ = writeln!(out, "\nafter:\n{}", indented(rule.example.head));
    let _ = writeln!(out, "\nsee: {}", rule.reference);
    out
}

/// A line a rule.
pub fn rules() -> String {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let line =
        |rule: &&Rule| format!("{:<8}  {:<width$}  {}\n", rule.severity, rule.id, rule.reason);
    RULES.iter().map(line).collect()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
