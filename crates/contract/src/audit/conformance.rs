//! Each exchange for itself, held against the contract of its version.

use super::Languages;
use super::answer::answer;
use super::body::Body;
use super::members::{members, members_within};
use super::page::Published;
use super::remark::Remark;
use super::route::{query, route};
use super::told::Told;
use super::vocabulary::{judge, spelled, types};
use crate::path::{Resolved, Target};
use crate::{Direction, Severity};

/// An exchange whose path leads somewhere, perhaps after correction.
pub(crate) struct Walked {
    pub(crate) resolved: Resolved,
}

pub(crate) fn check(
    published: &Published,
    languages: Option<&Languages<'_>>,
    told: &mut Told,
    remarks: &mut Vec<Remark>,
) -> Option<Walked> {
    let at = (published.line, published.step.as_str());
    for body in [&published.request, &published.answer.body].into_iter().flatten() {
        json(published, body, remarks);
    }
    if !published.host.is_empty()
        && !published.host.contains("graph")
        && !published.host.starts_with("{{")
    {
        let message = format!("{} is no host of Microsoft Graph", published.host);
        remarks.push(Remark::new("outside-the-contract", at, message, None));
        return None;
    }
    let Some(languages) = languages else {
        let message = format!("'{}' is no version of the API", published.version);
        let instead = Some("v1.0 or beta".to_owned());
        remarks.push(Remark::new("unknown-version", at, message, instead));
        return None;
    };
    let resolved = route(published, languages, remarks)?;
    for hop in &resolved.hops {
        if let Some(v1) = languages.v1_name(&hop.owner, &hop.member) {
            told.renamed(published, published.line, &hop.owner, &hop.member, &v1);
        }
    }
    query(published, languages, &resolved, remarks);
    if let Some(body) = &published.request
        && resolved.target == Target::Entities
    {
        let seen = members(languages, &resolved.type_ref.name, body);
        judge(published, languages, &seen, Direction::Request, told, remarks);
        types(published, languages, &resolved.type_ref, body, Direction::Request, remarks);
    }
    if let (Some(body), Target::Operation(key)) = (&published.request, &resolved.target) {
        given(published, languages, key, body, told, remarks);
    }
    answer(published, languages, &resolved, told, remarks);
    Some(Walked { resolved })
}

/// What is given to an action.
fn given(
    published: &Published,
    languages: &Languages<'_>,
    key: &str,
    body: &Body,
    told: &mut Told,
    remarks: &mut Vec<Remark>,
) {
    let Some(operation) = languages.here.operations.get(key) else { return };
    let given = body.value.as_object().into_iter().flatten();
    for (name, value) in given.filter(|(name, _)| !name.contains('@')) {
        let pointer = format!("/{name}");
        let at = (body.line(&pointer), published.step.as_str());
        let Some(parameter) = operation.parameters.get(name) else {
            let message = format!("{key} of {} has no parameter '{name}'", languages.here.version);
            remarks.push(Remark::new("undeclared-member", at, message, None));
            continue;
        };
        let of = &parameter.type_ref.name;
        let seen = members_within(languages, of, value, &pointer, body);
        judge(published, languages, &seen, Direction::Request, told, remarks);
        if let Some(word) = value.as_str() {
            spelled(languages, of, word, at, remarks);
        }
    }
}

fn json(published: &Published, body: &Body, remarks: &mut Vec<Remark>) {
    let Some(fault) = &body.fault else { return };
    let at = (fault.line, published.step.as_str());
    let what = match fault.shortened {
        true => "it is shortened with dots".to_owned(),
        false => lower(&fault.what),
    };
    let instead = fault.what.contains("railing comma").then(|| "no comma here".to_owned());
    let message = format!("column {}: {what}", fault.column);
    let mut remark = Remark::new("invalid-json", at, message, instead);
    // Nobody sends an answer.
    if fault.shortened && published.answer.body.as_ref().is_some_and(|of| std::ptr::eq(of, body)) {
        remark.severity = Severity::Notice;
    }
    remarks.push(remark);
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().collect::<String>() + chars.as_str())
        .unwrap_or_default()
}
