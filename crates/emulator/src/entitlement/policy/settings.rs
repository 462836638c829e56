use jiff::Timestamp;
use serde_json::{Value, json};

use crate::time;

/// Whom a list names, each by its type; the service takes the type with and without `#` and
/// sends it with.
pub(super) fn subjects(given: &Value) -> Option<Value> {
    let subjects = given.as_array().into_iter().flatten().map(|subject| {
        let named = subject["@odata.type"].as_str()?;
        let mut subject = subject.clone();
        subject["@odata.type"] = Value::String(format!("#{}", named.trim_start_matches('#')));
        Some(subject)
    });
    subjects.collect::<Option<Vec<_>>>().map(Value::Array)
}

/// An expiration that can be kept, `noExpiration` where none is given.
pub(in crate::entitlement) fn expiration(given: &Value) -> Option<Value> {
    if given.is_null() {
        return Some(json!({"endDateTime": null, "duration": null, "type": "noExpiration"}));
    }
    let kind = given["type"].as_str().unwrap_or("notSpecified");
    let kinds = ["notSpecified", "noExpiration", "afterDateTime", "afterDuration"];
    let kind = *kinds.iter().find(|known| known.eq_ignore_ascii_case(kind))?;
    // What cannot be read is refused whatever the type says (a body that does not bind).
    let duration = given["duration"].as_str();
    let end = given["endDateTime"].as_str();
    let fine = match kind {
        "afterDuration" => duration.is_some(),
        "afterDateTime" => end.is_some(),
        _ => true,
    };
    let fine = fine
        && duration.is_none_or(|text| time::duration(text).is_some_and(|span| span.is_positive()))
        && end.is_none_or(|text| text.parse::<Timestamp>().is_ok());
    fine.then(|| {
        json!({"endDateTime": given["endDateTime"], "duration": given["duration"], "type": kind})
    })
}

/// The settings, those not given false; nothing where one is no flag.
pub(super) fn requestors(given: &Value) -> Option<Value> {
    let mut flags =
        given.as_object().into_iter().flatten().filter(|(name, _)| name.starts_with("enable"));
    if flags.any(|(_, value)| !value.is_boolean() && !value.is_null()) {
        return None;
    }
    let flag = |name: &str| given[name].as_bool().unwrap_or(false);
    Some(json!({
        "enableTargetsToSelfAddAccess": flag("enableTargetsToSelfAddAccess"),
        "enableTargetsToSelfUpdateAccess": flag("enableTargetsToSelfUpdateAccess"),
        "enableTargetsToSelfRemoveAccess": flag("enableTargetsToSelfRemoveAccess"),
        "allowCustomAssignmentSchedule": flag("allowCustomAssignmentSchedule"),
        "enableOnBehalfRequestorsToAddAccess": flag("enableOnBehalfRequestorsToAddAccess"),
        "enableOnBehalfRequestorsToUpdateAccess": flag("enableOnBehalfRequestorsToUpdateAccess"),
        "enableOnBehalfRequestorsToRemoveAccess": flag("enableOnBehalfRequestorsToRemoveAccess"),
        "onBehalfRequestors": subjects(&given["onBehalfRequestors"])?,
    }))
}

/// When what begins at `start` ends under an expiration; `None` for never.
pub(in crate::entitlement) fn end(expiration: &Value, start: Timestamp) -> Option<Timestamp> {
    match expiration["type"].as_str()? {
        "afterDateTime" => expiration["endDateTime"].as_str()?.parse().ok(),
        "afterDuration" => time::behind(start, time::duration(expiration["duration"].as_str()?)?),
        _ => None,
    }
}
