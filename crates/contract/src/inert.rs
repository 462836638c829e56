//! Text of documents and services, made nothing but text for where it is shown.

use std::fmt::Write;

/// Without what could lead a terminal or a line astray.
pub(crate) fn plain(text: &str) -> String {
    let leads_astray = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if leads_astray(c) { '\u{fffd}' } else { c }).collect()
}

/// Within a table of Markdown.
pub(crate) fn cell(text: &str) -> String {
    let mut inert = String::new();
    for c in plain(text).chars() {
        match c {
            '<' => inert.push_str("&lt;"),
            '>' => inert.push_str("&gt;"),
            '&' => inert.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '@' | '#' | '!' => {
                let _ = write!(inert, "&#{};", u32::from(c));
            }
            c => inert.push(c),
        }
    }
    inert
}

/// As code within a table of Markdown; there nothing but the bar and the tick means anything.
pub(crate) fn code(text: &str) -> String {
    let text = plain(text).replace('`', "'").replace('|', "\\|");
    format!("`{text}`")
}
