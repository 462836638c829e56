//! Where a row a member does not do, because one version says in several members what the other
//! says in one.

mod approval;
mod policy;
mod question;
mod review;
mod settings;

use serde_json::{Map, Value, json};

use crate::dialect::Inexpressible;
use crate::dialect::translate::Use;

pub(crate) use approval::APPROVAL_STAGE;
pub(crate) use policy::POLICY;
pub(crate) use question::{CHOICE, QUESTION};
pub(crate) use review::REVIEW;
pub(crate) use settings::SETTINGS;

type Members = Map<String, Value>;

/// Canonical members to beta's, still under canonical names, and back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reshape {
    pub(crate) to_beta: fn(Members, Use) -> Result<Members, Inexpressible>,
    pub(crate) from_beta: fn(Members) -> Members,
}

fn insert_some(members: &mut Members, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        members.insert(name.to_owned(), value);
    }
}

/// The object at `key`, taken out; an empty one where there is none, or another value, which stays.
fn take_object(members: &mut Members, key: &str) -> Members {
    match members.get_mut(key) {
        Some(Value::Object(object)) => {
            let taken = std::mem::take(object);
            members.shift_remove(key);
            taken
        }
        _ => Members::new(),
    }
}

/// Beta's one list of people, of whom some stand in for the others; nothing where neither is given.
fn with_backups(first: Option<Value>, backups: Option<Value>) -> Option<Value> {
    if first.is_none() && backups.is_none() {
        return None;
    }
    let marked = |people: Option<Value>, is_backup: bool| {
        let people = match people {
            Some(Value::Array(people)) => people,
            _ => Vec::new(),
        };
        people.into_iter().map(move |person| match person {
            Value::Object(mut members) => {
                members.shift_remove("isBackup");
                let at = members.len().min(1);
                members.shift_insert(at, "isBackup".to_owned(), is_backup.into());
                Value::Object(members)
            }
            other => other,
        })
    };
    Some(marked(first, false).chain(marked(backups, true)).collect())
}

/// Those who come first and those who stand in for them.
fn without_backups(people: &Value) -> (Value, Value) {
    let (mut first, mut backups) = (Vec::new(), Vec::new());
    for person in people.as_array().into_iter().flatten() {
        let mut person = person.clone();
        let flag = person.as_object_mut().and_then(|members| members.shift_remove("isBackup"));
        match flag == Some(json!(true)) {
            true => backups.push(person),
            false => first.push(person),
        }
    }
    (Value::Array(first), Value::Array(backups))
}

/// A duration of ISO 8601 in minutes; nothing where it has months or years, or is none.
fn minutes(duration: &str) -> Option<i64> {
    let span: jiff::Span = duration.parse().ok()?;
    let days = i64::from(span.get_days()) + 7 * i64::from(span.get_weeks());
    let within = i64::from(span.get_hours()) * 60 + span.get_minutes() + span.get_seconds() / 60;
    (span.get_years() == 0 && span.get_months() == 0).then_some(days * 24 * 60 + within)
}

/// The duration that so many minutes are.
fn duration(minutes: i64) -> String {
    match (minutes, minutes % (24 * 60)) {
        (0, _) => "PT0S".to_owned(),
        (_, 0) => format!("P{}D", minutes / (24 * 60)),
        _ => format!("PT{minutes}M"),
    }
}
