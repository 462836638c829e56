//! The emulator's own calls, below `/_emulator`, for its administrator: the clock.

use http::Method;
use http::request::Parts;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::answer::Answer;
use crate::refusal::{EMULATOR_CONTROL, Refusal};
use crate::tenant::{Identity, Inner};

pub(crate) fn answer(
    tenant: &Inner,
    identity: &Identity,
    parts: &Parts,
    segments: &[String],
    body: &[u8],
) -> Result<Answer, Refusal> {
    if !tenant.is_administrator(identity) {
        return Err(EMULATOR_CONTROL.says("Only the administrator's token controls the emulator."));
    }
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (&parts.method, segments.as_slice()) {
        (&Method::GET, ["clock"]) => Ok(reading(tenant)),
        (&Method::POST, ["clock"]) => {
            let duration = advance(body).ok_or_else(|| {
                EMULATOR_CONTROL.says(
                    "Expected {\"advance\": \"P30D\"}: a duration of days, hours, minutes or seconds.",
                )
            })?;
            tenant
                .clock
                .advance(duration)
                .map_err(|error| EMULATOR_CONTROL.says(error.to_string()))?;
            Ok(reading(tenant))
        }
        _ => {
            Err(EMULATOR_CONTROL
                .says("The emulator's own calls are GET and POST /_emulator/clock."))
        }
    }
}

fn reading(tenant: &Inner) -> Answer {
    Answer::ok(json!({"now": tenant.clock.now().to_string()}))
}

fn advance(body: &[u8]) -> Option<SignedDuration> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let span: jiff::Span = body["advance"].as_str()?.parse().ok()?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    duration.is_positive().then_some(duration)
}
