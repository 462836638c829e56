//! What the text says of the exchanges beside it, as far as it can be understood.

use serde_json::Value;

use super::page::{Page, Prose, Published};
use super::remark::Remark;

/// Words that make a sentence a condition or a story instead of a claim.
const CONDITIONS: [&str; 10] =
    ["if", "until", "when", "unless", "after", "once", "initial", "initially", "poll", "otherwise"];

pub(super) fn check(page: &Page, remarks: &mut Vec<Remark>) {
    for prose in &page.prose {
        let Some(index) = told_of(page, prose) else { continue };
        let published = &page.exchanges[index];
        for sentence in sentences(&prose.text) {
            recorded(page, index, published, prose, sentence, remarks);
            states(published, prose, sentence, remarks);
        }
    }
}

/// The exchange that a line speaks of: the next of its section, else the last. Between a request and
/// its answer it is that request.
fn told_of(page: &Page, prose: &Prose) -> Option<usize> {
    let of_section = |published: &&Published| published.section == prose.section;
    let mut before = page.exchanges.iter().enumerate().filter(|(_, p)| of_section(p));
    let open = before
        .clone()
        .rfind(|(_, published)| published.line < prose.line && published.answer.line > prose.line);
    let next = before.clone().find(|(_, published)| published.line > prose.line);
    open.or(next).or(before.next_back()).map(|(index, _)| index)
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '!', '?']).map(str::trim).filter(|sentence| !sentence.is_empty())
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// "Record the value of the id property": some later request has to use it.
fn recorded(
    page: &Page,
    index: usize,
    published: &Published,
    prose: &Prose,
    sentence: &str,
    remarks: &mut Vec<Remark>,
) {
    let words = words(sentence);
    let verb = words
        .iter()
        .position(|word| matches!(*word, "Record" | "record" | "Save" | "save" | "Copy" | "copy"));
    // An order, not a story: "the id that you recorded", "to record".
    let Some(verb) = verb.filter(|at| {
        *at == 0
            || !matches!(words[at - 1], "to" | "you" | "can" | "for" | "a" | "the")
            || words[..*at].ends_with(&["sure", "to"])
    }) else {
        return;
    };
    let Some(body) = &published.answer.body else { return };
    let object = match body.value.get("value") {
        Some(Value::Array(elements)) => match elements.as_slice() {
            [one] => one,
            _ => return,
        },
        _ => &body.value,
    };
    let Some(members) = object.as_object() else { return };
    let named = words[verb + 1..].iter().take(8).find_map(|word| {
        let own = |(name, _): &(&String, &Value)| {
            *name == word || (name.as_str() == "id" && word.eq_ignore_ascii_case("id"))
        };
        members.iter().find(own)
    });
    let Some((name, value)) = named.and_then(|(name, value)| Some((name, value.as_str()?))) else {
        return;
    };
    let later = &page.exchanges[index + 1..];
    // `{id}` stands for whatever was recorded.
    let placeholder = |text: &str| text.contains('{') && text.contains('}');
    let uses = |later: &Published| {
        let body = later.request.as_ref().map(|body| body.value.to_string()).unwrap_or_default();
        [&later.path, &later.query, &body].iter().any(|text| text.contains(value))
            || placeholder(&later.path)
            || placeholder(&later.query)
            || body.contains("\"{")
    };
    if later.is_empty() || later.iter().any(uses) {
        return;
    }
    let message = format!("the {name} {value} is to be recorded, and no later request uses it");
    let place = (prose.line, published.step.as_str());
    remarks.push(Remark::new("recorded-and-unused", place, message, None));
}

/// "In the response, the status changed to Fulfilled and the state is Delivered."
fn states(published: &Published, prose: &Prose, sentence: &str, remarks: &mut Vec<Remark>) {
    let Some(body) = &published.answer.body else { return };
    let Value::Object(members) = &body.value else { return };
    let words = words(sentence);
    let conditional = words
        .iter()
        .any(|word| CONDITIONS.iter().any(|condition| word.eq_ignore_ascii_case(condition)));
    let of_answer = words.iter().any(|word| matches!(*word, "response" | "answer"));
    if conditional || !of_answer {
        return;
    }
    for (at, kind) in words.iter().enumerate() {
        let of_http = at > 0 && matches!(words[at - 1], "response" | "HTTP" | "http");
        if !matches!(*kind, "status" | "state") || of_http {
            continue;
        }
        // The word behind "is", "of" or "to", within the same breath.
        let behind = &words[at + 1..words.len().min(at + 7)];
        let end = behind.iter().position(|word| matches!(*word, "status" | "state" | "and"));
        let behind = &behind[..end.unwrap_or(behind.len())];
        let Some(said) = behind
            .windows(2)
            .rev()
            .find_map(|pair| matches!(pair[0], "is" | "of" | "to" | "are").then_some(pair[1]))
        else {
            continue;
        };
        if matches!(said, "the" | "a" | "an" | "set" | "not" | "now" | "in" | "shown" | "returned")
        {
            continue;
        }
        let ending = if *kind == "status" { "Status" } else { "State" };
        let shown = members.iter().find_map(|(name, value)| {
            let named = name.ends_with(ending) || name == kind;
            Some((name, value.as_str()?)).filter(|_| named)
        });
        let Some((name, shown)) = shown else { continue };
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
