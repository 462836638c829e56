//! What a request is answered with: its status, its shape, and what it says of what was sent.

use serde_json::Value;

use super::Languages;
use super::body::Body;
use super::members::{Seen, members};
use super::page::Published;
use super::remark::Remark;
use super::told::Told;
use super::vocabulary::{annotation, judge, types};
use crate::Direction;
use crate::operation::OperationKind;
use crate::path::{Resolved, Target};

pub(super) fn answer(
    published: &Published,
    languages: &Languages<'_>,
    resolved: &Resolved,
    told: &mut Told,
    remarks: &mut Vec<Remark>,
) {
    let answer = &published.answer;
    if !answer.shown {
        return;
    }
    told.answers += 1;
    status(published, languages, resolved, told, remarks);
    let Some(body) = &answer.body else { return };
    let at = (answer.line, published.step.as_str());
    let is_error =
        answer.status.is_some_and(|status| status >= 400) || body.value.get("error").is_some();
    if is_error || !body.value.is_object() {
        return;
    }
    let is_list = body.value.get("value").is_some_and(Value::is_array);
    let creates = published.method == "POST" && resolved.target == Target::Entities;
    if creates && is_list {
        let message = format!("a list is answered to what creates one {}", resolved.type_ref.name);
        let instead =
            Some(format!("the {} itself, with the context …/$entity", resolved.type_ref.name));
        remarks.push(Remark::new("collection-for-entity", at, message, instead));
    }
    let lists = published.method == "GET"
        && resolved.type_ref.collection
        && resolved.target == Target::Entities;
    if lists && !is_list {
        let message = format!("one {} is answered to what lists them", resolved.type_ref.name);
        let instead = Some("{\"value\": […]}".to_owned());
        remarks.push(Remark::new("entity-for-collection", at, message, instead));
    }
    let name = &resolved.type_ref.name;
    if !languages.here.types.contains_key(name)
        || matches!(resolved.target, Target::Property | Target::Text)
    {
        return;
    }
    let seen = members(languages, name, body);
    judge(published, languages, &seen, Direction::Response, told, remarks);
    if let Some(Value::String(_)) = body.value.get("@odata.context") {
        envelope(published, body, remarks);
    }
    types(published, languages, &resolved.type_ref, body, Direction::Response, remarks);
    if let Some(request) = published.request.as_ref().filter(|_| creates) {
        let answered = match body.value.get("value") {
            Some(Value::Array(elements)) => elements.first().map(|first| (first, "/value/0")),
            _ => Some((&body.value, "")),
        };
        if let Some((answered, pointer)) = answered {
            contradictions(published, (&request.value, ""), (answered, pointer), body, remarks);
        }
    }
}

/// The context of a list, which is no member of an element.
fn envelope(published: &Published, body: &Body, remarks: &mut Vec<Remark>) {
    if body.value.get("value").is_some_and(Value::is_array)
        && let Some(context) = body.value.get("@odata.context")
    {
        let seen = Seen {
            line: body.line("/@odata.context"),
            owner: String::new(),
            name: "@odata.context",
            declared: None,
            type_ref: None,
            value: context,
            object: &body.value,
        };
        annotation(published, &seen, remarks);
    }
}

fn status(
    published: &Published,
    languages: &Languages<'_>,
    resolved: &Resolved,
    told: &mut Told,
    remarks: &mut Vec<Remark>,
) {
    let answer = &published.answer;
    let Some(status) = answer.status else {
        let first = told.without_status.get_or_insert((answer.line, published.step.clone(), 0));
        first.2 += 1;
        return;
    };
    if status >= 400 {
        return;
    }
    let expected: &[u16] = match (&resolved.target, published.method.as_str()) {
        (Target::Operation(key), _) => {
            let action = languages.here.operations.get(key).map(|o| o.kind);
            if action == Some(OperationKind::Action) { &[200, 202, 204] } else { &[200] }
        }
        (Target::References, "POST" | "PUT" | "DELETE") => &[204],
        (_, "GET") => &[200],
        // Which of the two requests are answered with is told in both ways.
        (_, "POST") => &[201, 200],
        (_, "PUT") => &[200, 204],
        (_, "PATCH") => &[200, 202, 204],
        (_, "DELETE") => &[204, 200],
        _ => return,
    };
    let at = (answer.line, published.step.as_str());
    if !expected.contains(&status) {
        let shown: Vec<String> = expected.iter().map(ToString::to_string).collect();
        let message = format!("{} {} answered with {status}", published.method, published.path);
        remarks.push(Remark::new("status-contradicts", at, message, Some(shown.join(" or "))));
    } else if status == 204 && answer.body.is_some() {
        let message = "204 says that there is no body, and one is shown";
        remarks.push(Remark::new("status-contradicts", at, message, None));
    }
}

/// What was sent and is answered otherwise.
fn contradictions(
    published: &Published,
    (sent, sent_at): (&Value, &str),
    (answered, at): (&Value, &str),
    body: &Body,
    remarks: &mut Vec<Remark>,
) {
    let (Some(sent), Some(_)) = (sent.as_object(), answered.as_object()) else { return };
    for (name, value) in sent.iter().filter(|(name, _)| !name.contains('@')) {
        let Some(found) = answered.get(name) else { continue };
        let pointer = format!("{at}/{name}");
        match (value, found) {
            (Value::Object(_), Value::Object(_)) => {
                let sent_at = format!("{sent_at}/{name}");
                contradictions(published, (value, &sent_at), (found, &pointer), body, remarks);
            }
            (Value::String(_) | Value::Bool(_) | Value::Number(_), _)
                if value != found
                    && (found.is_string() || found.is_boolean() || found.is_number())
                    && !same(value, found) =>
            {
                let message = format!("{name} was sent as {value} and is answered as {found}");
                let place = (body.line(&pointer), published.step.as_str());
                let instead = Some(value.to_string());
                remarks.push(Remark::new("answer-contradicts-request", place, message, instead));
            }
            _ => {}
        }
    }
}

/// Whether two values mean the same, or the answer's stands for any: `AdminAdd` and `adminAdd`, whose
/// difference is told as one of spelling; a time with and without zeros behind its seconds;
/// `String (identifier)`.
fn same(sent: &Value, found: &Value) -> bool {
    let (Some(sent), Some(found)) = (sent.as_str(), found.as_str()) else { return false };
    let time = |text: &str| match text.strip_suffix('Z').map(|time| time.split_once('.')) {
        Some(Some((seconds, fraction))) => match fraction.trim_end_matches('0') {
            "" => format!("{seconds}Z"),
            digits => format!("{seconds}.{digits}Z"),
        },
        _ => text.to_owned(),
    };
    let placeholder = PLACEHOLDERS.iter().any(|word| {
        let words = found.to_ascii_lowercase();
        words == *word || words.starts_with(&format!("{word} ("))
    });
    sent.eq_ignore_ascii_case(found) || time(sent) == time(found) || placeholder
}

/// Words that stand in documents where a value of their kind belongs.
const PLACEHOLDERS: [&str; 4] = ["string", "boolean", "integer", "guid"];
