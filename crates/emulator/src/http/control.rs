//! The emulator's own calls, below `/_emulator`: for whoever is on this machine to read, and for
//! whoever has the administrator's token to change.
//!
//! | call | what it does |
//! |---|---|
//! | `GET health` | says that it answers |
//! | `GET clock`, `POST clock` | the time; `{"advance": "P30D"}`, `{"rate": 60}`, `{"pause": true}` |
//! | `GET rules`, `POST rules` | every rule and how often it has fired; `{"id": "tips", "on": false}` |
//! | `PUT faults` | a list of faults in the place of those that are |
//! | `GET requests?since=N` | the calls behind number N |
//! | `GET export`, `POST seed` | all that the tenant knows, and the same in the place of what it knows |
//! | `POST reset` | the tenant as it was when it was made |

use http::Method;
use http::request::Parts;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::answer::Answer;
use super::identify;
use crate::refusal::{EMULATOR_CONTROL, EMULATOR_TOKEN, Refusal};
use crate::rules;
use crate::tenant::{Inner, lock};

/// The calls, for whoever asks for another.
const CALLS: &str = "GET health, GET and POST clock, GET and POST rules, PUT faults, GET requests, GET export, POST seed, POST reset";

pub(crate) fn answer(
    tenant: &Inner,
    parts: &Parts,
    segments: &[String],
    body: &[u8],
) -> Result<Answer, Refusal> {
    if parts.method != Method::GET {
        let session = identify(tenant, parts)?;
        if !tenant.is_administrator(&session.identity) {
            return Err(
                EMULATOR_TOKEN.says("Only the administrator's token controls the emulator.")
            );
        }
    }
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (&parts.method, segments.as_slice()) {
        (&Method::GET, ["health"]) => Ok(Answer::ok(json!({"status": "ok"}))),
        (&Method::GET, ["clock"]) => Ok(reading(tenant)),
        (&Method::POST, ["clock"]) => set_clock(tenant, body),
        (&Method::GET, ["rules"]) => Ok(rules_of(tenant)),
        (&Method::POST, ["rules"]) => switch(tenant, body),
        (&Method::PUT, ["faults"]) => {
            lock(&tenant.faults).set(body).map_err(|why| EMULATOR_CONTROL.says(why))?;
            Ok(Answer::no_content())
        }
        (&Method::GET, ["requests"]) => {
            let since = parts.uri.query().unwrap_or_default().strip_prefix("since=");
            let since = since.map_or(Ok(0), str::parse).map_err(|_| {
                EMULATOR_CONTROL.says("Expected requests?since=N, a number that was told as last.")
            })?;
            Ok(Answer::ok(lock(&tenant.log).since(since)))
        }
        (&Method::GET, ["export"]) => Ok(Answer::ok(tenant.export())),
        (&Method::POST, ["seed"]) => {
            let export: Value = serde_json::from_slice(body)
                .map_err(|error| EMULATOR_CONTROL.says(format!("Expected JSON: {error}.")))?;
            tenant.import(&export).map_err(|why| EMULATOR_CONTROL.says(why))?;
            Ok(Answer::no_content())
        }
        (&Method::POST, ["reset"]) => {
            tenant.reset();
            Ok(Answer::no_content())
        }
        _ => Err(EMULATOR_CONTROL.says(format!("The emulator's own calls are {CALLS}."))),
    }
}

fn reading(tenant: &Inner) -> Answer {
    Answer::ok(json!({"now": tenant.clock.now().to_string()}))
}

fn set_clock(tenant: &Inner, body: &[u8]) -> Result<Answer, Refusal> {
    let expected = || {
        EMULATOR_CONTROL.says(
            "Expected {\"advance\": \"P30D\"}, a duration of days, hours, minutes or seconds; {\"rate\": 60}; or {\"pause\": true}.",
        )
    };
    let body: Value = serde_json::from_slice(body).map_err(|_| expected())?;
    let set = if let Some(text) = body["advance"].as_str() {
        tenant.clock.advance(duration(text).ok_or_else(expected)?)
    } else if let Some(rate) = body["rate"].as_u64().and_then(|rate| u32::try_from(rate).ok()) {
        tenant.clock.pace(rate)
    } else if body["pause"] == true {
        tenant.clock.pace(0)
    } else {
        return Err(expected());
    };
    set.map_err(|error| EMULATOR_CONTROL.says(error.to_string()))?;
    Ok(reading(tenant))
}

fn duration(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.parse().ok()?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    duration.is_positive().then_some(duration)
}

fn rules_of(tenant: &Inner) -> Answer {
    let state = tenant.lock();
    let rules = rules::all().map(|rule| {
        json!({
            "id": rule.id,
            "sentence": rule.sentence,
            "grade": rule.grade.word(),
            "source": rule.source,
            "on": !state.rules.is_off(rule),
            "fired": state.rules.fired(rule),
        })
    });
    Answer::ok(json!({"rules": rules.collect::<Value>()}))
}

fn switch(tenant: &Inner, body: &[u8]) -> Result<Answer, Refusal> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let wanted = body["id"].as_str().zip(body["on"].as_bool());
    let switched = wanted.is_some_and(|(id, on)| tenant.lock().rules.switch(id, on));
    match switched {
        true => Ok(Answer::no_content()),
        false => Err(EMULATOR_CONTROL.says(
            "Expected {\"id\": \"tips\", \"on\": false} with the id of a rule that GET rules names.",
        )),
    }
}
