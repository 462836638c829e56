//! The names and words of a body, held against the types of the version.

use serde_json::Value;

use super::body::Body;
use super::members::Seen;
use super::page::Published;
use super::remark::Remark;
use super::told::Told;
use super::{Languages, is_placeholder};
use crate::exception::EXCEPTIONS;
use crate::facts::{Kind, TypeRef};
use crate::{Direction, Severity};

/// Every member of a body for itself.
pub(super) fn judge(
    published: &Published,
    languages: &Languages<'_>,
    seen: &[Seen<'_>],
    direction: Direction,
    told: &mut Told,
    remarks: &mut Vec<Remark>,
) {
    let version = &languages.here.version;
    for member in seen {
        let at = (member.line, published.step.as_str());
        if member.name.contains('@') && !member.name.contains(' ') {
            annotation(published, member, remarks);
            type_told(languages, member, at, remarks);
            bound(languages, member, at, remarks);
            continue;
        }
        if !member.name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            remarks.push(mangled(languages, member, at));
            continue;
        }
        match &member.declared {
            Some(declared) if declared == member.name => {
                if let Some(v1) = languages.v1_name(&member.owner, member.name) {
                    told.renamed(published, member.line, &member.owner, member.name, &v1);
                }
                word(languages, member, at, remarks);
            }
            Some(declared) => {
                let message = format!(
                    "{} of {version} has no '{}'; it is a name of {}",
                    member.owner, member.name, languages.there.version
                );
                let instead = match declared.split_once('/') {
                    Some((outer, inner)) => format!("\"{outer}\": {{\"{inner}\": …}}"),
                    None => declared.clone(),
                };
                remarks.push(Remark::new("other-version-name", at, message, Some(instead)));
                word(languages, member, at, remarks);
            }
            None => undeclared(published, languages, member, direction, remarks),
        }
    }
}

fn undeclared(
    published: &Published,
    languages: &Languages<'_>,
    member: &Seen<'_>,
    direction: Direction,
    remarks: &mut Vec<Remark>,
) {
    let contract = languages.here;
    let open = contract.lineage(&member.owner).any(|(_, found)| found.open);
    let excepted = EXCEPTIONS.iter().any(|exception| {
        exception.version == contract.version
            && exception.type_name == member.owner
            && exception.member == member.name
            && exception.direction == direction
    });
    if excepted || (open && !languages.only_there(&member.owner, member.name)) {
        return;
    }
    let at = (member.line, published.step.as_str());
    let no_such = format!("{} of {} has no '{}'", member.owner, contract.version, member.name);
    if languages.only_there(&member.owner, member.name) {
        let message = format!("{no_such}; {} has", languages.there.version);
        remarks.push(Remark::new("other-version-name", at, message, None));
    } else {
        let extending = contract.types.iter().find(|(name, found)| {
            !found.is_abstract
                && contract.member(name, member.name).is_some()
                && contract.lineage(name).skip(1).any(|(base, _)| base == member.owner)
        });
        let message = match extending {
            Some((name, _)) => {
                format!("{no_such}; {name} has, which @odata.type would have to say")
            }
            None => no_such,
        };
        remarks.push(Remark::new("undeclared-member", at, message, None));
    }
}

/// `@odata.type`, which names a type.
fn type_told(
    languages: &Languages<'_>,
    member: &Seen<'_>,
    at: (usize, &str),
    remarks: &mut Vec<Remark>,
) {
    let Some(told) = member.value.as_str().filter(|_| member.name == "@odata.type") else { return };
    let of_graph = told.trim_start_matches('#').starts_with("microsoft.graph.");
    if of_graph && !told.starts_with("#Collection") && languages.here.type_told(told).is_none() {
        let message = format!("{} knows no type {told} here", languages.here.version);
        remarks.push(Remark::new("undeclared-member", at, message, None));
    }
}

/// `X@odata.bind`, whose name is that of a navigation.
fn bound(
    languages: &Languages<'_>,
    member: &Seen<'_>,
    at: (usize, &str),
    remarks: &mut Vec<Remark>,
) {
    let Some(name) = member.name.strip_suffix("@odata.bind") else { return };
    match languages.declared(&member.owner, name) {
        Some(declared) if declared == name => {}
        Some(declared) => {
            let message = format!("{} of {} has no '{name}'", member.owner, languages.here.version);
            let instead = Some(format!("{declared}@odata.bind"));
            remarks.push(Remark::new("other-version-name", at, message, instead));
        }
        None => {
            let message = format!("{} of {} has no '{name}'", member.owner, languages.here.version);
            remarks.push(Remark::new("undeclared-member", at, message, None));
        }
    }
}

/// `@odata.context` and what is bound or referred to: addresses that name a version.
pub(super) fn annotation(published: &Published, member: &Seen<'_>, remarks: &mut Vec<Remark>) {
    let addresses = ["@odata.context", "@odata.bind", "@odata.id", "@odata.nextLink"];
    let is_address = addresses.iter().any(|ending| member.name.ends_with(ending));
    let Some(context) = member.value.as_str().filter(|_| is_address) else { return };
    let Some((_, behind)) = context.split_once("://") else { return };
    let Some(version) = behind.split('/').nth(1) else { return };
    // Addresses within the directory begin with versions of their own.
    if version != published.version && matches!(version, "v1.0" | "beta") {
        let what = if member.name.ends_with("context") { "the context" } else { "the address" };
        let message = format!("{what} is of {version}, the request of {}", published.version);
        let instead =
            context.replacen(&format!("/{version}/"), &format!("/{}/", published.version), 1);
        let at = (member.line, published.step.as_str());
        remarks.push(Remark::new("context-version", at, message, Some(instead)));
    }
}

/// A name that is none: tools take `X@odata.bind` for an address of electronic mail and hide it.
fn mangled(languages: &Languages<'_>, member: &Seen<'_>, at: (usize, &str)) -> Remark {
    let message = format!("'{}' is no name of a member", member.name);
    // What is bound is told by its path: the navigation that leads to such entities is meant.
    let bound = member.value.as_str().and_then(|path| {
        let path = path.split("/entitlementManagement/").last().unwrap_or(path);
        let set = path.split(['/', '(']).next()?;
        let target = &languages.here.member("entitlementManagement", set)?.type_ref.name;
        let mut navigations = languages
            .here
            .lineage(&member.owner)
            .flat_map(|(_, found)| found.navigations.iter())
            .filter(|(_, navigation)| &navigation.type_ref.name == target);
        let (name, _) = navigations.next()?;
        navigations.next().is_none().then(|| format!("{name}@odata.bind"))
    });
    Remark::new("mangled-annotation", at, message, bound)
}

/// A word of an enum.
fn word(
    languages: &Languages<'_>,
    member: &Seen<'_>,
    at: (usize, &str),
    remarks: &mut Vec<Remark>,
) {
    let Some(type_ref) = &member.type_ref else { return };
    let values: Vec<&str> = match member.value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(elements) => elements.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    for value in values {
        spelled(languages, &type_ref.name, value, at, remarks);
    }
}

/// A value where a word of the enum `type_name` belongs; nothing is said of other types.
pub(super) fn spelled(
    languages: &Languages<'_>,
    type_name: &str,
    value: &str,
    at: (usize, &str),
    remarks: &mut Vec<Remark>,
) {
    let version = &languages.here.version;
    let Some(found) = languages.here.types.get(type_name).filter(|t| !t.words.is_empty()) else {
        return;
    };
    let values: Vec<&str> = match found.kind {
        Kind::Flags => value.split(',').map(str::trim).collect(),
        _ => vec![value],
    };
    let strange = |value: &&str| found.word(value).is_none() && !is_placeholder(value);
    for value in values.into_iter().filter(strange) {
        let recased = found.words.iter().find(|word| word.name.eq_ignore_ascii_case(value));
        match recased {
            Some(word) => {
                let message = format!("'{value}' is spelled otherwise in {version}");
                remarks.push(Remark::new("enum-case", at, message, Some(word.name.clone())));
            }
            None => {
                let words: Vec<&str> = found.words.iter().map(|word| word.name.as_str()).collect();
                let words = words.join(", ");
                let message =
                    format!("'{value}' is no word of {type_name} in {version}; it has {words}");
                remarks.push(Remark::new("enum-member", at, message, None));
            }
        }
    }
}

/// JSON types, by the judge of exchanges; what it says of names and words is said better above.
pub(super) fn types(
    published: &Published,
    languages: &Languages<'_>,
    of: &TypeRef,
    body: &Body,
    direction: Direction,
    remarks: &mut Vec<Remark>,
) {
    let judge = match languages.here.version.as_str() {
        "v1.0" | "beta" => crate::Contract::builtin(&languages.here.version).map(|c| c.judge()),
        _ => return,
    };
    let Ok(judge) = judge else { return };
    let elements: Vec<(String, &Value)> = match body.value.get("value") {
        Some(Value::Array(elements)) => {
            elements.iter().enumerate().map(|(i, e)| (format!("/value/{i}"), e)).collect()
        }
        _ => vec![(String::new(), &body.value)],
    };
    for (prefix, element) in elements.into_iter().filter(|(_, element)| element.is_object()) {
        for finding in judge.check_body(&of.name, element, direction) {
            let told = finding.severity == Severity::Violation
                && matches!(finding.rule.as_ref(), "wrong-type" | "null");
            let of = element.pointer(&finding.pointer).and_then(Value::as_str);
            if told && !of.is_some_and(is_placeholder) {
                let pointer = format!("{prefix}{}", finding.pointer);
                let at = (body.line(&pointer), published.step.as_str());
                let message = format!("{pointer}: {}", finding.message);
                remarks.push(Remark::new("wrong-type", at, message, None));
            }
        }
    }
}
