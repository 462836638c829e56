//! One line a step, as it happens.

use std::io::{IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use harness::{Event, Observer, Verdict};
use jiff::SignedDuration;

/// Columns of a title before the status.
const TITLE: usize = 66;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Writes events to standard output; waiting is written over itself on a terminal.
pub(crate) fn observer() -> Observer {
    let terminal = std::io::stdout().is_terminal();
    Observer::new(move |event| write(event, terminal))
}

fn write(event: &Event<'_>, terminal: bool) {
    match *event {
        Event::Act { title } => anstream::println!("  {FAINT}{title}{FAINT:#}"),
        Event::Waiting { number, looks, seen, waited } => {
            let seen = if seen.is_empty() { "the goal" } else { seen };
            let line = format!(
                "  … {number:>2} {FAINT}look {looks}: {seen} after {}{FAINT:#}",
                seconds(waited)
            );
            match terminal {
                // To the start of the line, and what is longer taken away.
                true => anstream::print!("\r{line}\x1b[K"),
                false => anstream::println!("{line}"),
            }
            // A line that cannot be shown is no reason to stop.
            let _shown = std::io::stdout().flush();
        }
        Event::Ended { number, title, verdict, status, took } => {
            if terminal {
                anstream::print!("\r\x1b[K");
            }
            ended(number, title, verdict, status, took);
        }
        Event::Passed { duration } => {
            let days = duration.as_hours() / 24;
            anstream::println!("  {FAINT}{days} days pass{FAINT:#}");
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
    anstream::println!(
        "  {style}{mark}{style:#} {number:>2} {:<TITLE$} {status:>3} {:>8}",
        shortened(title),
        seconds(took)
    );
    if let Some(note) = note {
        anstream::println!("       {style}{note}{style:#}");
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
