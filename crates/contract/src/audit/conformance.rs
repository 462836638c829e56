//! Each exchange for itself, held against the contract of its version.

use super::Languages;
use super::answer::answer;
use super::body::Body;
use super::members::members;
use super::page::Published;
use super::remark::Remark;
use super::route::{query, route};
use super::told::Told;
use super::vocabulary::{judge, types};
use crate::Direction;
use crate::path::{Resolved, Target};

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
    answer(published, languages, &resolved, told, remarks);
    Some(Walked { resolved })
}

fn json(published: &Published, body: &Body, remarks: &mut Vec<Remark>) {
    let Some(fault) = &body.fault else { return };
    let at = (fault.line, published.step.as_str());
    let message = format!("column {}: {}", fault.column, lower(&fault.what));
    let instead = fault.what.contains("railing comma").then(|| "no comma here".to_owned());
    remarks.push(Remark::new("invalid-json", at, message, instead));
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().collect::<String>() + chars.as_str())
        .unwrap_or_default()
}
