//! Ids on their way through a document: produced by answers, stated by the text, used by requests.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::conformance::Walked;
use super::ids::{Ids, Known, Source, is_zero, related, whole};
use super::members::{Seen, members};
use super::page::{Page, Prose, Published};
use super::remark::Remark;
use super::role::{Role, role};
use super::written::compared;
use super::{Languages, guids, is_guid};
use crate::facts::Contract;
use crate::path::{Resolved, arguments};

/// Words of the text and the types that they speak of.
const NOUNS: [(&str, &str); 9] = [
    ("user", "user"),
    ("account", "user"),
    ("group", "group"),
    ("catalog", "accessPackageCatalog"),
    ("package", "accessPackage"),
    ("policy", "accessPackageAssignmentPolicy"),
    ("assignment", "accessPackageAssignment"),
    ("request", "accessPackageAssignmentRequest"),
    ("resource", "accessPackageResource"),
];

/// Words by which a text says that it speaks of another one.
const OTHERS: [&str; 9] = [
    "second",
    "another",
    "other",
    "different",
    "new",
    "approver",
    "sponsor",
    "manager",
    "reviewer",
];

/// Follows the ids of `page`; false where each example stands for itself and nothing is followed.
pub(super) fn check<'l>(
    page: &Page,
    walked: &[Option<Walked>],
    speaks: &dyn Fn(&str) -> Option<&'l Languages<'l>>,
    remarks: &mut Vec<Remark>,
) -> bool {
    let flows = leads_on(page);
    let mut flow = Flow {
        ids: Ids::default(),
        sent: BTreeMap::new(),
        told: BTreeSet::new(),
        remarks,
        flows,
        text: (0, String::new()),
    };
    let mut prose = page.prose.iter().peekable();
    for (index, (published, walked)) in page.exchanges.iter().zip(walked).enumerate() {
        while let Some(line) = prose.next_if(|prose| prose.line < published.line) {
            flow.stated(line);
        }
        let Some(languages) = speaks(&published.version) else { continue };
        flow.malformed_path(published);
        if let Some(Walked { resolved }) = walked {
            flow.request(published, resolved, languages);
            flow.answer(index, published, resolved, languages);
        }
    }
    flows
}

/// Whether the document leads from step to step: a request uses what an earlier answer produced.
/// Where each example stands for itself, ids come from the reader; among such, most would have to
/// be known.
fn leads_on(page: &Page) -> bool {
    let mut produced: BTreeSet<String> = BTreeSet::new();
    let stated = page.prose.iter().flat_map(|prose| guids(&prose.text));
    let stated: BTreeSet<String> = stated.map(str::to_lowercase).collect();
    let (mut from_answers, mut given, mut unknown) = (0, 0, 0);
    for published in &page.exchanges {
        let body = published.request.as_ref().map(|body| body.value.to_string());
        let texts = [&published.path, &published.query].into_iter().chain(body.as_ref());
        let used: BTreeSet<String> =
            texts.flat_map(|text| whole(text)).map(str::to_lowercase).collect();
        for guid in used {
            match (produced.contains(&guid), stated.contains(&guid)) {
                (true, _) => from_answers += 1,
                (false, true) => given += 1,
                (false, false) => unknown += 1,
            }
        }
        if let Some(body) = &published.answer.body {
            answered(&body.value, &mut produced);
        }
    }
    let example = |heading: &&String| heading.to_ascii_lowercase().starts_with("example");
    let examples = page.headings.iter().filter(example).count();
    from_answers > 0 && (examples < 2 || from_answers + given >= 3.max(unknown * 2))
}

/// The ids of all objects of a body.
fn answered(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| answered(element, found)),
        Value::Object(members) => {
            let id = members.get("id").and_then(Value::as_str);
            found.extend(id.into_iter().flat_map(guids).map(str::to_lowercase));
            members.values().for_each(|member| answered(member, found));
        }
        _ => {}
    }
}

struct Flow<'r> {
    ids: Ids,
    /// What was sent last, by the member's name.
    sent: BTreeMap<String, (String, usize)>,
    /// Values by step that something was said of.
    told: BTreeSet<(String, String)>,
    remarks: &'r mut Vec<Remark>,
    flows: bool,
    /// The text of the current section so far.
    text: (usize, String),
}

/// Where an id stands.
struct Place<'p> {
    line: usize,
    section: usize,
    step: &'p str,
    /// The member or path segment that holds it.
    holder: &'p str,
}

impl<'p> Place<'p> {
    fn of(published: &'p Published, line: usize, holder: &'p str) -> Self {
        Self { line, section: published.section, step: &published.step, holder }
    }
}

impl Flow<'_> {
    /// Says something of a value, once in a step.
    fn tell(
        &mut self,
        rule: &'static str,
        place: &Place<'_>,
        value: &str,
        message: String,
        instead: Option<String>,
    ) {
        if self.told.insert((place.step.to_owned(), value.to_ascii_lowercase())) {
            self.remarks.push(Remark::new(rule, (place.line, place.step), message, instead));
        }
    }

    /// The ids that the text names, with the noun before each.
    fn stated(&mut self, prose: &Prose) {
        if self.text.0 != prose.section {
            self.text = (prose.section, String::new());
        }
        self.text.1.push_str(&prose.text.to_ascii_lowercase());
        self.text.1.push(' ');
        for guid in whole(&prose.text) {
            let before = prose.text.find(guid).map_or("", |at| &prose.text[..at]);
            let before = before.to_ascii_lowercase();
            let mut words = before.split(|c: char| !c.is_alphanumeric()).rev();
            let of = words.find_map(|word| {
                let known = NOUNS.iter().find(|(noun, _)| word.trim_end_matches('s') == *noun);
                known.map(|(_, of)| *of)
            });
            let mut all_words = self.text.1.split(|c: char| !c.is_alphanumeric());
            let of_another = all_words.any(|word| OTHERS.contains(&word));
            if !self.ids.has(guid) && self.flows && !of_another && of.is_some() {
                let first = self.ids.iter().find(|known| {
                    known.source == Source::Stated
                        && known.of.as_deref() == of
                        && known.section != prose.section
                });
                if let Some(first) = first {
                    let message = format!(
                        "the text states {guid} as the id of the {}; before (line {}) it stated {}",
                        of.unwrap_or_default(),
                        first.line,
                        first.value
                    );
                    let (at, instead) = ((prose.line, prose.step.as_str()), first.value.clone());
                    self.remarks.push(Remark::new("id-changed", at, message, Some(instead)));
                }
            }
            self.ids.learn(Known {
                value: guid.to_owned(),
                of: of.map(str::to_owned),
                line: prose.line,
                section: prose.section,
                source: Source::Stated,
                origin: None,
                within: None,
            });
        }
    }

    fn malformed_path(&mut self, published: &Published) {
        self.malformed(&published.path, &Place::of(published, published.line, "the path's"));
        self.malformed(&published.query, &Place::of(published, published.line, "the query's"));
    }

    fn malformed(&mut self, text: &str, place: &Place<'_>) {
        for token in guids(text).filter(|token| !is_guid(token)) {
            let near = self.ids.nearest(token).map(str::to_owned);
            let holder = place.holder;
            let message = format!("{holder} {token} is no guid (8-4-4-4-12 hexadecimal digits)");
            self.tell("malformed-guid", place, token, message, near);
        }
    }

    fn request(&mut self, published: &Published, resolved: &Resolved, languages: &Languages<'_>) {
        let contract = languages.here;
        for hop in &resolved.hops {
            if let Some(key) = &hop.key {
                let at = Place::of(published, published.line, &hop.member);
                self.used(key, Some(&hop.leads_to.name), &at, contract);
                if published.method == "DELETE" {
                    self.ids.forget_origin(key);
                }
            }
        }
        for (path, value) in compared(&published.query) {
            let of = filtered(languages, &resolved.type_ref.name, path);
            self.used(value, of.as_deref(), &Place::of(published, published.line, path), contract);
        }
        for (name, value) in arguments(&published.path) {
            self.used(value, None, &Place::of(published, published.line, name), contract);
        }
        let Some(body) = &published.request else { return };
        for seen in members(languages, &resolved.type_ref.name, body) {
            let Value::String(value) = seen.value else { continue };
            let at = Place::of(published, seen.line, seen.name);
            self.malformed(value, &at);
            self.sent.insert(seen.name.to_owned(), (value.clone(), seen.line));
            let Some(role) = role(languages, &seen) else { continue };
            if seen.name == "originId" {
                self.origin(&seen, value, &at);
            }
            let of = match role {
                Role::Identity(of) => Some(of),
                Role::Reference(of) => of,
            };
            self.used(value, of.as_deref(), &at, contract);
        }
    }

    /// An id that a request uses: some earlier answer or the text has to have it.
    fn used(&mut self, text: &str, of: Option<&str>, place: &Place<'_>, contract: &Contract) {
        if !self.flows {
            return;
        }
        let parts: Vec<&str> = whole(text).collect();
        // An id made of several is that of no part.
        let of = of.filter(|_| parts.len() < 2 || self.ids.has(text));
        if self.ids.has(text) {
            self.stands_for_one(text, of, place, contract);
            return;
        }
        for guid in parts {
            if self.ids.has(guid) {
                self.stands_for_one(guid, of, place, contract);
                continue;
            }
            let holder = place.holder;
            match of.and_then(|of| self.ids.last_of(contract, of).map(|last| (of, last))) {
                Some((of, last)) => {
                    let message = format!(
                        "{holder} {guid}: nothing produced it; the {of} had the id {} (line {})",
                        last.value, last.line
                    );
                    let instead = Some(last.value.clone());
                    self.tell("id-changed", place, guid, message, instead);
                }
                None => {
                    let message = format!("{holder} {guid}: no earlier step produced it");
                    self.tell("id-from-nowhere", place, guid, message, None);
                }
            }
        }
    }

    /// An id that is known as that of something else.
    fn stands_for_one(
        &mut self,
        id: &str,
        of: Option<&str>,
        place: &Place<'_>,
        contract: &Contract,
    ) {
        let Some(of) = of.filter(|_| self.flows && !is_zero(id)) else { return };
        let fits =
            |known: &Known| known.of.as_deref().is_none_or(|other| related(contract, other, of));
        if self.ids.of(id).any(fits) {
            return;
        }
        let Some(first) = self.ids.of(id).next() else { return };
        let message = format!(
            "{} {id} is the id of the {of} here and of the {} in line {}",
            place.holder,
            first.of.as_deref().unwrap_or_default(),
            first.line
        );
        self.tell("id-of-two-things", place, id, message, None);
    }

    /// The origin of a thing: what its id had as origin before, and for roles, whose origin begins
    /// with their name, what that name stood with.
    fn origin(&mut self, seen: &Seen<'_>, value: &str, place: &Place<'_>) {
        let known = self.ids.iter().any(|known| known.origin.as_deref() == Some(value));
        if !self.flows || known {
            return;
        }
        let id = seen.object.get("id").and_then(Value::as_str).filter(|id| !is_zero(id));
        let name = value.split_once('_').map(|(name, _)| name);
        // A role of another group that is known as well is another role.
        let of_another = whole(value)
            .any(|guid| self.ids.of(guid).any(|known| matches!(known.source, Source::Answered(_))));
        let before = self.ids.iter().rev().find_map(|known| {
            let origin = known.origin.as_ref()?;
            let same_thing = id.is_some_and(|id| known.value.eq_ignore_ascii_case(id));
            let same_role = name.is_some()
                && origin.split_once('_').map(|(name, _)| name) == name
                && whole(value).next().is_some()
                && !of_another;
            (same_thing || same_role).then(|| (origin.clone(), known.line))
        });
        if let Some((origin, line)) = before {
            let message =
                format!("the originId {value}; the same thing had {origin} (line {line})");
            let key = whole(value).next().unwrap_or(value).to_owned();
            self.tell("id-changed", place, &key, message, Some(origin));
        }
    }

    fn answer(
        &mut self,
        index: usize,
        published: &Published,
        resolved: &Resolved,
        languages: &Languages<'_>,
    ) {
        let Some(body) = &published.answer.body else { return };
        let within = resolved.hops.iter().find(|hop| hop.leads_to.name == "accessPackageCatalog");
        let within = within.and_then(|hop| hop.key.clone()).filter(|key| self.ids.has(key));
        for seen in members(languages, &resolved.type_ref.name, body) {
            let Value::String(value) = seen.value else { continue };
            let place = Place::of(published, seen.line, seen.name);
            match role(languages, &seen) {
                Some(Role::Identity(of)) => {
                    self.malformed(value, &place);
                    self.stands_for_one(value, Some(&of), &place, languages.here);
                    let origin = seen.object.get("originId").and_then(Value::as_str);
                    let known = Known {
                        value: value.clone(),
                        of: Some(of),
                        line: seen.line,
                        section: published.section,
                        source: Source::Answered(index),
                        origin: origin.map(str::to_owned),
                        within: within.clone(),
                    };
                    self.known_again(&known, &place);
                    self.ids.learn(known);
                }
                Some(Role::Reference(of)) => {
                    self.malformed(value, &place);
                    self.referred(value, of.as_deref(), &place);
                }
                None => {}
            }
        }
    }

    /// A resource that had another id before: the same origin in the same catalog.
    fn known_again(&mut self, known: &Known, place: &Place<'_>) {
        let of_resource = known.of.as_deref() == Some("accessPackageResource");
        let Some(origin) = known
            .origin
            .as_ref()
            .filter(|origin| self.flows && of_resource && whole(origin).next().is_some())
        else {
            return;
        };
        if self.ids.has(&known.value) {
            return;
        }
        let before = self.ids.iter().find(|other| {
            let elsewhere = match (&other.within, &known.within) {
                (Some(one), Some(other)) => !one.eq_ignore_ascii_case(other),
                _ => false,
            };
            other.of == known.of
                && other.origin.as_ref() == Some(origin)
                && other.source != known.source
                && !elsewhere
        });
        if let Some(before) = before {
            let message = format!(
                "the accessPackageResource with the originId {origin} has the id {}; before (line {}) it had {}",
                known.value, before.line, before.value
            );
            let instead = Some(before.value.clone());
            self.tell("id-changed", place, &known.value, message, instead);
        }
    }

    /// An id that an answer refers to: where a request has sent another, it contradicts; else it is
    /// known from here on.
    fn referred(&mut self, text: &str, of: Option<&str>, place: &Place<'_>) {
        let was_sent =
            |value: &str| self.sent.values().any(|(sent, _)| sent.eq_ignore_ascii_case(value));
        for guid in whole(text) {
            if self.ids.has(guid) || was_sent(guid) {
                continue;
            }
            let sent = self.sent.get(place.holder).filter(|(sent, _)| is_guid(sent));
            if let Some((sent, line)) = sent.filter(|_| self.flows) {
                let holder = place.holder;
                let message = format!(
                    "{holder} {guid}: no step produced it; sent was {sent} as {holder} (line {line})"
                );
                self.tell("id-from-nowhere", place, guid, message, None);
                return;
            }
            self.ids.learn(Known {
                value: guid.to_owned(),
                of: of.map(str::to_owned),
                line: place.line,
                section: place.section,
                source: Source::Referred,
                origin: None,
                within: None,
            });
        }
    }
}

/// The type whose id a path in a filter compares, where it is an id.
fn filtered(languages: &Languages<'_>, of: &str, path: &str) -> Option<String> {
    let segments: Vec<&str> = path.split('/').collect();
    let (last, way) = segments.split_last()?;
    if !last.eq_ignore_ascii_case("id") {
        return None;
    }
    let mut at = of.to_owned();
    for name in way {
        let declared = languages.declared(&at, name)?;
        at = languages.here.member(&at, &declared)?.type_ref.name.clone();
    }
    Some(at)
}
