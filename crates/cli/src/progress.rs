//! One line a step, as it happens.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use harness::{Event, Observer, Verdict};
use jiff::SignedDuration;

use crate::out::{say, show};

/// Columns of a title before the status.
const TITLE: usize = 66;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Writes events to standard output. On a terminal waiting is written over itself, elsewhere it is
/// a line for every state that is seen.
pub(crate) fn observer() -> Observer {
    // Without escapes (no terminal, or NO_COLOR) nothing can be written over.
    let terminal = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never
        && std::io::stdout().is_terminal();
    let seen = Mutex::new(String::new());
    Observer::new(move |event| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        write(event, terminal, &mut seen);
    })
}

fn write(event: &Event<'_>, terminal: bool, seen_before: &mut String) {
    match *event {
        Event::Act { title } => say!("  {FAINT}{title}{FAINT:#}"),
        Event::Began { .. } => seen_before.clear(),
        Event::Waiting { number, looks, seen, waited } => {
            let line = |seen: &str| {
                let waited = seconds(waited);
                format!("  … {number:>2} {FAINT}look {looks}: {seen} after {waited}{FAINT:#}")
            };
            let shown = if seen.is_empty() { "not yet" } else { seen };
            if terminal {
                // To the start of the line, and what is longer taken away.
                show!("\r{}\x1b[K", line(shown));
            } else if seen_before != shown {
                say!("{}", line(shown));
            }
            shown.clone_into(seen_before);
        }
        Event::Ended { number, title, verdict, status, took } => {
            if terminal {
                show!("\r\x1b[K");
            }
            ended(number, title, verdict, status, took);
        }
        Event::Passed { duration } => {
            let hours = duration.as_hours();
            let passed = match hours % 24 {
                0 => format!("{} days", hours / 24),
                _ => format!("{hours} hours"),
            };
            say!("  {FAINT}{passed} pass{FAINT:#}");
        }
        _ => {}
    }
}

fn ended(number: usize, title: &str, verdict: &Verdict, status: Option<u16>, took: SignedDuration) {
    let (mark, style, note) = match verdict {
        Verdict::Passed | Verdict::Open => ("✓", GOOD, None),
        Verdict::Failed(why) => ("✗", BAD, Some(why.clone())),
        Verdict::NotExpressible(why) => ("–", FAINT, Some(why.clone())),
        Verdict::NotApplicable(needs) => {
            ("–", FAINT, Some(format!("not applicable: needs {needs}")))
        }
    };
    let status = status.map_or_else(String::new, |status| status.to_string());
    say!(
        "  {style}{mark}{style:#} {number:>2} {:<TITLE$} {status:>3} {:>8}",
        shortened(title),
        seconds(took)
    );
    if let Some(note) = note {
        say!("       {style}{note}{style:#}");
    }
}

fn shortened(title: &str) -> String {
    match title.chars().count() > TITLE {
        true => title.chars().take(TITLE - 1).chain(['…']).collect(),
        false => title.to_owned(),
    }
}

/// `6.0 s`
pub(crate) fn seconds(duration: SignedDuration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
