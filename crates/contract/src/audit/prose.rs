//! What the text says of the exchanges beside it, as far as it can be understood.

use serde_json::Value;

use super::page::{Page, Prose, Published};
use super::remark::Remark;

pub(crate) fn check(page: &Page, remarks: &mut Vec<Remark>) {
    for (index, published) in page.exchanges.iter().enumerate() {
        let beside = page.prose.iter().filter(|prose| prose.section == published.section);
        for prose in beside {
            recorded(page, index, published, prose, remarks);
            states(published, prose, remarks);
        }
    }
}

/// "Record the value of the id property": some later request has to use it.
fn recorded(
    page: &Page,
    index: usize,
    published: &Published,
    prose: &Prose,
    remarks: &mut Vec<Remark>,
) {
    let Some((_, told)) = prose.text.split_once("Record ") else { return };
    let sentence = told.split(['.', ',']).next().unwrap_or_default();
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let (["the", "value", "of", "the", name, ..] | ["the" | "this" | "its", name, ..]) =
        words.as_slice()
    else {
        return;
    };
    let name = if name.eq_ignore_ascii_case("id") { "id" } else { name };
    let Some(body) = &published.answer.body else { return };
    let object = match body.value.get("value") {
        Some(Value::Array(elements)) => match elements.as_slice() {
            [one] => one,
            _ => return,
        },
        _ => &body.value,
    };
    let Some(value) = object.get(name).and_then(Value::as_str) else { return };
    let later = &page.exchanges[index + 1..];
    let uses = |later: &Published| {
        later.path.contains(value)
            || later.query.contains(value)
            || later.request.as_ref().is_some_and(|body| body.value.to_string().contains(value))
    };
    if later.is_empty() || later.iter().any(uses) {
        return;
    }
    let message = format!("the {name} {value} is to be recorded, and no later request uses it");
    let place = (prose.line, published.step.as_str());
    remarks.push(Remark::new("recorded-and-unused", place, message, None));
}

/// "the status changed to Fulfilled and the state changed to Delivered"
fn states(published: &Published, prose: &Prose, remarks: &mut Vec<Remark>) {
    let Some(body) = &published.answer.body else { return };
    let Value::Object(members) = &body.value else { return };
    let words: Vec<&str> =
        prose.text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    for (at, kind) in words.iter().enumerate() {
        if !matches!(*kind, "status" | "state") {
            continue;
        }
        // The word behind "is", "of" or "to", within the same breath.
        let behind = &words[at + 1..words.len().min(at + 5)];
        let said = behind.windows(2).find_map(|pair| {
            let links = matches!(pair[0], "is" | "of" | "to");
            let named = pair[1].chars().next().is_some_and(char::is_uppercase);
            (links && named).then_some(pair[1])
        });
        let Some(said) = said else { continue };
        let ending = if *kind == "status" { "Status" } else { "State" };
        let shown = members
            .iter()
            .find(|(name, value)| (name.ends_with(ending) || name == kind) && value.is_string());
        let Some((name, shown)) = shown.and_then(|(n, v)| v.as_str().map(|v| (n, v))) else {
            continue;
        };
        if !shown.eq_ignore_ascii_case(said) {
            let message = format!(
                "the text says that the {kind} is {said}, the answer (line {}) says {name} {shown}",
                body.line(&format!("/{name}"))
            );
            let place = (prose.line, published.step.as_str());
            let instead = Some(shown.to_owned());
            remarks.push(Remark::new("prose-contradicts-answer", place, message, instead));
        }
    }
}
