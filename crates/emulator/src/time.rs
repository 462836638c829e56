//! How the service writes times: seven fractional digits in the answer that creates, milliseconds
//! without trailing zeros on later reads (tutorial and reference pages agree), whole seconds in the
//! directory.
//!
//! Every time that was read back in recorded exchanges ends in 0, 3 or 7 milliseconds: the store
//! keeps three-hundredths of a second.

use std::fmt::{self, Display};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, TimestampRound, Unit};
use serde_json::Value;

/// As in the answer that creates.
pub(crate) fn created(at: Timestamp) -> String {
    let fraction = at.subsec_nanosecond().unsigned_abs() / 100;
    format!("{}.{fraction:07}Z", second(at))
}

/// As on later reads.
pub(crate) fn read(at: Timestamp) -> String {
    let second =
        at.round(TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor));
    let second = second.unwrap_or(at);
    let ticks = (at.duration_since(second).as_nanos() * 300 + 500_000_000) / 1_000_000_000;
    let milliseconds = i64::try_from((ticks * 10 + 1) / 3).unwrap_or(0);
    let kept = second.saturating_add(SignedDuration::from_millis(milliseconds)).unwrap_or(at);
    let mut text =
        format!("{}.{:03}", self::second(kept), kept.subsec_millisecond().unsigned_abs());
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    text.push('Z');
    text
}

/// To the second, without a zone. `strftime` would read its pattern for every row of a list.
fn second(at: Timestamp) -> impl Display {
    let at = TimeZone::UTC.to_datetime(at);
    fmt::from_fn(move |f| {
        let (date, time) = (at.date(), at.time());
        write!(f, "{:04}-{:02}-{:02}T", date.year(), date.month(), date.day())?;
        write!(f, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    })
}

/// As the directory writes it.
pub(crate) fn directory(at: Timestamp) -> String {
    format!("{}Z", second(at))
}

/// A time that may not be set yet.
pub(crate) fn read_option(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| Value::String(read(at)))
}

/// A duration of ISO 8601; the parser alone would take plain English, too.
pub(crate) fn duration(text: &str) -> Option<Span> {
    text.starts_with('P').then(|| text.parse().ok()).flatten()
}

/// The time to which a duration leads, by the calendar.
pub(crate) fn behind(at: Timestamp, span: Span) -> Option<Timestamp> {
    Some(at.to_zoned(TimeZone::UTC).checked_add(span).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_tutorial_shows_them() {
        let at: Timestamp = "2020-06-29T19:47:44.7399675Z".parse().expect("a time");
        assert_eq!(created(at), "2020-06-29T19:47:44.7399675Z");
        assert_eq!(read(at), "2020-06-29T19:47:44.74Z");
        let modified: Timestamp = "2020-06-29T19:47:44.7555489Z".parse().expect("a time");
        assert_eq!(read(modified), "2020-06-29T19:47:44.757Z");
        let last: Timestamp = "2020-06-29T19:47:44.9999Z".parse().expect("a time");
        assert_eq!(read(last), "2020-06-29T19:47:45Z");
        let whole: Timestamp = "2020-06-29T19:47:44Z".parse().expect("a time");
        assert_eq!(created(whole), "2020-06-29T19:47:44.0000000Z");
        assert_eq!(read(whole), "2020-06-29T19:47:44Z");
    }
}
