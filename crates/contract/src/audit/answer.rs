//! What a request is answered with: its status, its shape, and what it says of what was sent.

use serde_json::Value;

use super::body::Body;
use super::members::{Seen, members};
use super::page::Published;
use super::remark::Remark;
use super::told::Told;
use super::vocabulary::{annotation, judge, types};
use super::written::compared;
use super::{Languages, is_placeholder};
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
    if is_error {
        return;
    }
    if body.value.is_array() {
        let message = "a list is answered bare";
        let instead = Some("{\"value\": […]}".to_owned());
        remarks.push(Remark::new("entity-for-collection", at, message, instead));
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
        && body.value.is_object()
        && resolved.type_ref.collection
        && resolved.target == Target::Entities;
    if lists && !is_list {
        let message = format!("one {} is answered to what lists them", resolved.type_ref.name);
        let instead = Some("{\"value\": […]}".to_owned());
        remarks.push(Remark::new("entity-for-collection", at, message, instead));
    }
    let name = &resolved.type_ref.name;
    if !languages.here.types.contains_key(name)
        || matches!(resolved.target, Target::Property(_) | Target::Text)
    {
        return;
    }
    let seen = members(languages, name, body);
    judge(published, languages, &seen, Direction::Response, told, remarks);
    if let Some(Value::String(_)) = body.value.get("@odata.context") {
        envelope(published, body, remarks);
    }
    types(published, languages, &resolved.type_ref, body, Direction::Response, remarks);
    asked(published, resolved, body, remarks);
    let writes = matches!(published.method.as_str(), "POST" | "PATCH" | "PUT");
    if let Some(request) =
        published.request.as_ref().filter(|_| writes && resolved.target == Target::Entities)
    {
        let answered = match body.value.get("value") {
            Some(Value::Array(elements)) => elements.first().map(|first| (first, "/value/0")),
            _ => Some((&body.value, "")),
        };
        if let Some((answered, pointer)) = answered {
            contradictions(published, &request.value, (answered, pointer), body, remarks);
        }
    }
}

/// What was asked for by its id or by a filter, and is answered as something else.
fn asked(published: &Published, resolved: &Resolved, body: &Body, remarks: &mut Vec<Remark>) {
    if resolved.target != Target::Entities {
        return;
    }
    let mut differ = |name: &str, wanted: &str, object: &Value, pointer: &str| {
        let Some(found) = object.get(name).and_then(Value::as_str) else { return };
        let (one, other) = (Value::from(wanted), Value::from(found));
        if one != other && !same(&one, &other) {
            let message = format!("{name} {wanted} was asked for, {found} is answered");
            let place = (body.line(&format!("{pointer}/{name}")), published.step.as_str());
            let instead = Some(one.to_string());
            remarks.push(Remark::new("answer-contradicts-request", place, message, instead));
        }
    };
    let key = resolved.hops.last().and_then(|hop| hop.key.as_deref());
    if let Some(key) = key.filter(|key| super::is_guid(key) && published.method != "POST") {
        differ("id", key, &body.value, "");
    }
    let Some(Value::Array(elements)) = body.value.get("value") else { return };
    // Of several conditions, one may hold instead of the other.
    if published.query.contains(" or ") || published.query.contains("not ") {
        return;
    }
    for (name, wanted) in compared(&published.query) {
        for (index, element) in elements.iter().enumerate() {
            differ(name, wanted, element, &format!("/value/{index}"));
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
    sent: &Value,
    (answered, at): (&Value, &str),
    body: &Body,
    remarks: &mut Vec<Remark>,
) {
    let (Some(sent), Some(_)) = (sent.as_object(), answered.as_object()) else { return };
    for (name, value) in
        sent.iter().filter(|(name, _)| !name.contains('@') || *name == "@odata.type")
    {
        let Some(found) = answered.get(name) else { continue };
        let pointer = format!("{at}/{name}");
        match (value, found) {
            (Value::Object(_), Value::Object(_)) => {
                contradictions(published, value, (found, &pointer), body, remarks);
            }
            // Of lists of another length nobody knows what belongs together.
            (Value::Array(sent), Value::Array(found)) if sent.len() == found.len() => {
                for (index, (one, other)) in sent.iter().zip(found).enumerate() {
                    let pointer = format!("{pointer}/{index}");
                    contradictions(published, one, (other, &pointer), body, remarks);
                }
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
    let Some(found) = found.as_str() else { return false };
    if is_placeholder(found) {
        return true;
    }
    let time = |text: &str| {
        let text = text.strip_suffix("+00:00").map_or(text.to_owned(), |time| format!("{time}Z"));
        match text.strip_suffix('Z').and_then(|time| time.split_once('.')) {
            Some((seconds, fraction)) => match fraction.trim_end_matches('0') {
                "" => format!("{seconds}Z"),
                digits => format!("{seconds}.{digits}Z"),
            },
            None => text,
        }
    };
    sent.as_str().is_some_and(|sent| {
        sent.trim_start_matches('#').eq_ignore_ascii_case(found.trim_start_matches('#'))
            || time(sent) == time(found)
            || is_placeholder(sent)
    })
}
