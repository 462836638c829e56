//! Records, and how an answer is held against one.

use std::fmt;
use std::path::Path;

use serde_json::Value;

use crate::raw::Got;

/// One recorded exchange.
#[derive(Debug)]
pub(crate) struct Record {
    id: String,
    /// `app-only`, `delegated` or unknown.
    pub(crate) identity: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) request: Option<Value>,
    pub(crate) status: Option<u16>,
    pub(crate) response: Option<Value>,
    /// How the source printed the answer; nothing where it is raw.
    rendering: Option<String>,
    /// What the record shows, in the words of whoever kept it.
    pub(crate) shows: String,
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.id, self.method, self.path)
    }
}

pub(crate) fn read(file: &Path) -> Vec<Record> {
    let text = std::fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
    let read: Value = serde_json::from_str(&text).unwrap();
    let rows = read.as_array().or_else(|| read["records"].as_array()).cloned().unwrap_or_default();
    assert!(!rows.is_empty(), "expected records in {}, found none", file.display());
    rows.iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let given = |name: &str| (!row[name].is_null()).then(|| row[name].clone());
            let path = text("path");
            let path = match path.starts_with("/v1.0") || path.starts_with("/beta") {
                true => path,
                false => format!("/v1.0{path}"),
            };
            Record {
                id: text("id"),
                identity: text("identity"),
                method: text("method"),
                path,
                request: given("request_body"),
                status: row["status"].as_u64().and_then(|status| u16::try_from(status).ok()),
                response: given("response_body"),
                rendering: row["rendering"].as_str().map(str::to_owned),
                shows: text("shows"),
            }
        })
        .collect()
}

impl Record {
    /// The error code that was answered.
    pub(crate) fn code(&self) -> Option<&str> {
        self.response.as_ref()?["error"]["code"].as_str()
    }

    pub(crate) fn message(&self) -> &str {
        let response = self.response.as_ref();
        response.and_then(|body| body["error"]["message"].as_str()).unwrap_or_default()
    }

    /// What an answer has otherwise than the service's.
    pub(crate) fn differs(&self, got: &Got) -> Option<String> {
        let fails = self.response.as_ref().is_some_and(|body| body["error"].is_object());
        let expected = self.status;
        let right = match expected {
            Some(status) => got.status == status,
            None if fails => got.status >= 400,
            // Nothing of the answer was printed.
            None if self.response.is_none() => got.status < 500,
            None => got.status < 300,
        };
        if !right {
            let status = expected.map_or("a status of its kind".to_owned(), |s| s.to_string());
            return Some(format!("expected {status}, got {} {}", got.status, got.body));
        }
        let response = self.response.as_ref()?;
        if fails {
            return self.error_differs(response, got);
        }
        let exact = self.rendering.is_none();
        shape_differs(response, &got.body, "", exact)
    }

    fn error_differs(&self, response: &Value, got: &Got) -> Option<String> {
        let (expected, found) = (&response["error"], &got.body["error"]);
        for name in ["code", "message"] {
            let Some(text) =
                expected[name].as_str().filter(|text| name == "code" || !text.is_empty())
            else {
                continue;
            };
            let found = found[name].as_str().unwrap_or("nothing");
            if plain(text) != plain(found) {
                return Some(format!("{name}: expected '{text}', got '{found}'"));
            }
        }
        if self.rendering.is_some() {
            return None;
        }
        // Raw: the envelope has the same members, in the same order.
        let names = |value: &Value| {
            value.as_object().map(|m| m.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
        };
        // Until 2023 there were no details.
        let mut found_names = names(found);
        if expected.get("details").is_none() {
            found_names.retain(|name| name != "details");
        }
        if !names(expected).iter().all(|name| found_names.contains(name)) {
            return Some(format!("members {:?}, got {:?}", names(expected), names(found)));
        }
        let (expected, found) = (&expected["innerError"], &found["innerError"]);
        let found_names = names(found);
        let all = names(expected).iter().all(|name| found_names.contains(name));
        (!all).then(|| format!("innerError {expected}, got {found}"))
    }
}

/// A message without what differs from tenant to tenant: hosts, guids and names.
fn plain(message: &str) -> String {
    let mut text = message.trim_end_matches('.').to_owned();
    for (before, after) in
        [("'https://", "/api/"), ("The resource: ", " can not"), ("name \"", "\"")]
    {
        if let Some(start) = text.find(before).map(|at| at + before.len())
            && let Some(length) = text[start..].find(after)
        {
            text.replace_range(start..start + length, "*");
        }
    }
    let words = text.split_inclusive([' ', '\'']).map(|word| {
        let bare = word.trim_end_matches([' ', '\'']);
        match uuid_like(bare) {
            true => word.replace(bare, "*"),
            false => word.to_owned(),
        }
    });
    words.collect()
}

fn uuid_like(text: &str) -> bool {
    text.len() == 36 && text.bytes().filter(|b| *b == b'-').count() == 4
}

/// The first place in which an answer has not the recorded shape: members, kinds of values, the form
/// of ids and times, and words of closed lists.
fn shape_differs(recorded: &Value, got: &Value, at: &str, exact: bool) -> Option<String> {
    match (recorded, got) {
        (Value::Object(recorded), Value::Object(members)) => {
            for (name, value) in recorded {
                let at = format!("{at}/{name}");
                // A shell that re-cases members gives this one v1.0's name.
                let also = (!exact && name == "completedDateTime").then_some("completedDate");
                let found = members.get(name).or_else(|| members.get(also?));
                let Some(found) = found else {
                    return Some(format!("{at} was recorded and was not sent, in {got}"));
                };
                if let Some(difference) = shape_differs(value, found, &at, exact) {
                    return Some(difference);
                }
            }
            None
        }
        (Value::Array(recorded), Value::Array(found)) => {
            let (recorded, got) = (recorded.first()?, found.first());
            match got {
                Some(got) => shape_differs(recorded, got, &format!("{at}/0"), exact),
                None => Some(format!("{at}: expected elements, got none")),
            }
        }
        (Value::String(recorded), Value::String(got)) => {
            let name = at.rsplit('/').next().unwrap_or_default();
            let same = match form(recorded) {
                // Rendered dates are in the writer's own culture.
                _ if name.ends_with("Date") || name.ends_with("DateTime") || name == "addedOn" => {
                    !exact || form(recorded) == form(got)
                }
                "text" if WORDS.contains(&name) => {
                    recorded == got
                        || [recorded, got].iter().all(|word| DONE.contains(&word.as_str()))
                }
                kind => kind == form(got),
            };
            (!same).then(|| format!("{at}: expected the like of '{recorded}', got '{got}'"))
        }
        (Value::Bool(recorded), Value::Bool(got)) => {
            let _ = (recorded, got);
            None
        }
        (Value::Null, _) | (Value::Number(_), Value::Number(_)) => None,
        (recorded, got) => Some(format!("{at}: expected the like of {recorded}, got {got}")),
    }
}

/// Statuses that a delivered request passes through within seconds.
const DONE: [&str; 3] = ["Delivered", "Fulfilled", "FulfilledNotificationTriggered"];

/// Members whose words are the same everywhere.
const WORDS: [&str; 12] = [
    "requestType",
    "requestState",
    "requestStatus",
    "state",
    "status",
    "assignmentState",
    "assignmentStatus",
    "catalogType",
    "catalogStatus",
    "originSystem",
    "resourceType",
    "allowedTargetScope",
];

/// The form of a text: ids and times are told from others.
fn form(text: &str) -> &'static str {
    let time = || text.len() >= 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T';
    match text {
        _ if uuid_like(text) => "guid",
        _ if text.len() == 73 && text.as_bytes()[36] == b'_' => "guid_guid",
        _ if text.split_once('_').is_some_and(|(_, id)| uuid_like(id)) => "word_guid",
        _ if time() && text.len() == 28 => "time of a creation",
        _ if time() => "time",
        _ => "text",
    }
}
