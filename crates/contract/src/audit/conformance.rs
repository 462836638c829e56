//! Each exchange for itself, held against the contract of its version.

use std::collections::BTreeMap;

use odata::Query;
use serde_json::Value;

use super::body::Body;
use super::members::{Seen, members};
use super::page::{Page, Published};
use super::remark::{RENAMED, Remark};
use super::{Languages, guids, is_guid};
use crate::exception::EXCEPTIONS;
use crate::facts::{Kind, TypeRef};
use crate::operation::OperationKind;
use crate::path::{Resolved, Target};
use crate::unserved::unserved;
use crate::{Direction, Severity};

/// An exchange whose path leads somewhere, perhaps after correction.
pub(crate) struct Walked {
    pub(crate) resolved: Resolved,
}

/// What is told once a document.
#[derive(Default)]
pub(crate) struct Told {
    /// The line of the first answer without status, and how many there are.
    without_status: Option<(usize, String, usize)>,
    answers: usize,
    /// By type.
    renamed: BTreeMap<String, Renamed>,
}

/// Names of a type that v1.0 calls otherwise.
struct Renamed {
    /// Where the first stands.
    line: usize,
    step: String,
    /// Each with v1.0's.
    names: Vec<(String, String)>,
}

impl Told {
    pub(crate) fn sum_up(self, page: &Page, remarks: &mut Vec<Remark>) {
        if let Some((line, step, count)) = self.without_status {
            let message = format!(
                "{count} of {} answers of {} requests show no status",
                self.answers,
                page.exchanges.len()
            );
            remarks.push(Remark::new("status-missing", (line, &step), message, None));
        }
        for (owner, Renamed { line, step, names }) in self.renamed {
            let (old, new): (Vec<_>, Vec<_>) = names.into_iter().unzip();
            let message = format!("names of {owner} that v1.0 does not have: {}", old.join(", "));
            remarks.push(Remark::new(RENAMED.0, (line, &step), message, Some(new.join(", "))));
        }
    }

    fn renamed(&mut self, published: &Published, line: usize, owner: &str, name: &str, v1: &str) {
        let renamed = self.renamed.entry(owner.to_owned()).or_insert_with(|| Renamed {
            line,
            step: published.step.clone(),
            names: Vec::new(),
        });
        if !renamed.names.iter().any(|(known, _)| known == name) {
            renamed.names.push((name.to_owned(), v1.to_owned()));
        }
    }
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

/// Where the path leads, names of the other version corrected.
fn route(
    published: &Published,
    languages: &Languages<'_>,
    remarks: &mut Vec<Remark>,
) -> Option<Resolved> {
    let at = (published.line, published.step.as_str());
    let version = &languages.here.version;
    let behind =
        published.path.trim_start_matches('/').split_once('/').map_or("", |(_, path)| path);
    let inside = languages
        .here
        .roots
        .keys()
        .find(|root| behind == root.as_str() || behind.starts_with(&format!("{root}/")));
    let first = behind.split(['/', '(']).next().unwrap_or_default();
    let Some(root) = inside else {
        if languages.here.member("entitlementManagement", first).is_some() {
            let path = format!("/{version}/identityGovernance/entitlementManagement/{behind}");
            let again = languages.here.resolve(&path).ok();
            let message = format!("{version} has no path that begins with '{first}'");
            remarks.push(Remark::new("undeclared-path", at, message, Some(path)));
            return again;
        }
        let message = format!("{} is not held against anything here", published.path);
        remarks.push(Remark::new("outside-the-contract", at, message, None));
        return None;
    };
    let resolved = match languages.here.resolve(&published.path) {
        Ok(resolved) => resolved,
        Err(why) => {
            let corrected = corrected(languages, root, &behind[root.len()..]);
            let again = corrected.as_ref().and_then(|path| languages.here.resolve(path).ok());
            let instead = again.as_ref().and(corrected).map(|path| format!("/{version}/{path}"));
            let rule = if instead.is_some() { "other-version-name" } else { "undeclared-path" };
            remarks.push(Remark::new(rule, at, why, instead));
            return again;
        }
    };
    if let Some(row) = unserved(version, &published.method, &published.path) {
        let message =
            format!("the service does not serve {} {}: {}", row.method, row.path, row.source);
        remarks.push(Remark::new("known-unserved", at, message, None));
    } else {
        let methods = resolved.methods(languages.here);
        if !methods.contains(&published.method.as_str()) {
            let message = format!("{} is not declared for {}", published.method, published.path);
            remarks.push(Remark::new("undeclared-method", at, message, Some(methods.join(" or "))));
        }
    }
    Some(resolved)
}

/// The path with this version's names, if that is all that is wrong with it.
fn corrected(languages: &Languages<'_>, root: &str, behind: &str) -> Option<String> {
    let mut at = languages.here.roots.get(root)?.clone();
    let mut written = vec![root.to_owned()];
    for segment in behind.split('/').filter(|segment| !segment.is_empty()) {
        let (name, key) = segment.split_once('(').unwrap_or((segment, ""));
        if at.collection {
            at.collection = false;
            written.push(segment.to_owned());
            continue;
        }
        let declared = languages.declared(&at.name, name)?;
        let member = languages.here.member(&at.name, &declared)?;
        at = member.type_ref.clone();
        at.collection &= key.is_empty();
        let key = if key.is_empty() { String::new() } else { format!("({key}") };
        written.push(format!("{declared}{key}"));
    }
    Some(written.join("/"))
}

/// Names within `$filter`, `$expand`, `$select` and `$orderby`. Services of Graph's do not tell them
/// apart by case.
fn query(
    published: &Published,
    languages: &Languages<'_>,
    resolved: &Resolved,
    remarks: &mut Vec<Remark>,
) {
    let options = published.query.split('&').filter_map(|option| option.split_once('='));
    let encoded: Vec<String> =
        options.map(|(name, value)| format!("{name}={}", odata::encode_component(value))).collect();
    let at = (published.line, published.step.as_str());
    // What cannot be read may be right: not every option is known here.
    let Ok(query) = Query::parse(&encoded.join("&")) else { return };
    let mut paths: Vec<Vec<String>> = Vec::new();
    paths.extend(query.filter.iter().flat_map(|filter| filter.paths()).map(|path| path.0));
    paths.extend(query.order_by.iter().map(|order| order.path.0.clone()));
    let names = query.select.iter().chain(query.expand.items.iter().map(|item| &item.name));
    paths.extend(names.map(|name| name.split('/').map(str::to_owned).collect()));
    for path in paths {
        let mut owner = resolved.type_ref.name.clone();
        for name in &path {
            let cased = languages.cased(&owner, name);
            let declared = languages.declared(&owner, cased.as_deref().unwrap_or(name));
            match &declared {
                Some(meant) if cased.is_none() => {
                    let message = format!("{owner} of {} has no '{name}'", languages.here.version);
                    let instead = Some(meant.clone());
                    remarks.push(Remark::new("other-version-name", at, message, instead));
                }
                Some(_) => {}
                None => {
                    if !languages.here.lineage(&owner).any(|(_, found)| found.open) {
                        let message =
                            format!("{owner} of {} has no '{name}'", languages.here.version);
                        remarks.push(Remark::new("undeclared-member", at, message, None));
                    }
                    break;
                }
            }
            let next = declared.and_then(|name| {
                languages.here.member(&owner, name.split('/').next().unwrap_or_default())
            });
            match next {
                Some(member) => owner.clone_from(&member.type_ref.name),
                None => break,
            }
        }
    }
}

impl Languages<'_> {
    /// The declared spelling of a name, whatever its case.
    fn cased(&self, owner: &str, name: &str) -> Option<String> {
        self.here.lineage(owner).find_map(|(_, found)| {
            let mut names = found.properties.keys().chain(found.navigations.keys());
            names.find(|known| known.eq_ignore_ascii_case(name)).cloned()
        })
    }

    /// What v1.0 calls what this version, which is beta, calls `name`, where that differs.
    fn v1_name(&self, owner: &str, name: &str) -> Option<String> {
        if self.here.version != "beta" {
            return None;
        }
        let v1 = self.to_there.member(self.here, owner, name)?;
        (v1 != name).then(|| v1.to_owned())
    }
}

/// Every member of a body for itself.
fn judge(
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
        remarks.push(Remark::new("undeclared-member", at, no_such, None));
    }
}

/// `@odata.context`, whose address names a version.
fn annotation(published: &Published, member: &Seen<'_>, remarks: &mut Vec<Remark>) {
    let Some(context) = member.value.as_str().filter(|_| member.name.ends_with("@odata.context"))
    else {
        return;
    };
    let Some((_, behind)) = context.split_once("://") else { return };
    let Some(version) = behind.split('/').nth(1) else { return };
    if version != published.version && !version.starts_with('$') {
        let message = format!("the context is of {version}, the request of {}", published.version);
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
    let Some(found) = languages.here.types.get(&type_ref.name) else { return };
    if found.words.is_empty() {
        return;
    }
    let values: Vec<&str> = match member.value {
        Value::String(text) if found.kind == Kind::Flags => {
            text.split(',').map(str::trim).collect()
        }
        Value::String(text) => vec![text.as_str()],
        Value::Array(elements) => elements.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    };
    for value in values.into_iter().filter(|value| found.word(value).is_none()) {
        let recased = found.words.iter().find(|word| word.name.eq_ignore_ascii_case(value));
        match recased {
            Some(word) => {
                let message =
                    format!("'{value}' is spelled otherwise in {}", languages.here.version);
                remarks.push(Remark::new("enum-case", at, message, Some(word.name.clone())));
            }
            None => {
                let words: Vec<&str> = found.words.iter().map(|word| word.name.as_str()).collect();
                let message = format!(
                    "'{value}' is no word of {} in {}; it has {}",
                    type_ref.name,
                    languages.here.version,
                    words.join(", ")
                );
                remarks.push(Remark::new("enum-member", at, message, None));
            }
        }
    }
}

/// JSON types, by the judge of exchanges; what it says of names and words is said better above.
fn types(
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
            if told {
                let pointer = format!("{prefix}{}", finding.pointer);
                let at = (body.line(&pointer), published.step.as_str());
                let message = format!("{pointer}: {}", finding.message);
                remarks.push(Remark::new("wrong-type", at, message, None));
            }
        }
    }
}

fn answer(
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
                    && !same_word(value, found) =>
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

/// `AdminAdd` and `adminAdd`: the difference is one of spelling, and told as that.
fn same_word(sent: &Value, found: &Value) -> bool {
    match (sent.as_str(), found.as_str()) {
        (Some(sent), Some(found)) => sent.eq_ignore_ascii_case(found),
        _ => false,
    }
}

/// Ids of a text that cannot be ones, each once.
pub(crate) fn malformed(text: &str) -> Vec<&str> {
    guids(text).filter(|token| !is_guid(token)).collect()
}
