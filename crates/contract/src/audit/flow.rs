//! Ids on their way through a document: produced by answers, stated by the text, used by requests.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::conformance::Walked;
use super::members::{Seen, members};
use super::page::{Page, Prose, Published};
use super::remark::Remark;
use super::{Languages, guids, is_guid};
use crate::facts::{Contract, Kind};

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

/// What is one person or group under several names: its object in the directory, and what it is to
/// entitlement management.
const SUBJECTS: [&str; 6] =
    ["user", "group", "servicePrincipal", "directoryObject", "accessPackageSubject", "entity"];

/// An id that is known from some place on.
struct Known {
    value: String,
    /// What it is the id of, where that can be told.
    of: Option<String>,
    line: usize,
    section: usize,
    /// Whether the text states it; else an answer has it.
    stated: bool,
    /// `originId` or `displayName` of the thing, by which it is known again.
    alias: Option<(&'static str, String)>,
}

pub(crate) fn check<'l>(
    page: &Page,
    walked: &[Option<Walked>],
    speaks: &dyn Fn(&str) -> Option<&'l Languages<'l>>,
    remarks: &mut Vec<Remark>,
) {
    let mut flow = Flow {
        known: Vec::new(),
        sent: BTreeMap::new(),
        told: BTreeSet::new(),
        remarks,
        flows: true,
    };
    flow.flows = leads_on(page);
    let mut prose = page.prose.iter().peekable();
    for (published, walked) in page.exchanges.iter().zip(walked) {
        while let Some(line) = prose.next_if(|prose| prose.line < published.line) {
            flow.stated(line);
        }
        let Some(languages) = speaks(&published.version) else { continue };
        flow.request(published, walked.as_ref(), languages);
        flow.answer(published, walked.as_ref(), languages);
    }
}

/// Whether the document leads from step to step: two of three ids that its requests use, and a few
/// at least, were produced by an earlier answer or stated by the text. Where each example stands for
/// itself, ids come from the reader.
fn leads_on(page: &Page) -> bool {
    let mut produced: BTreeSet<String> = BTreeSet::new();
    let mut stated: BTreeSet<&str> =
        page.prose.iter().flat_map(|prose| guids(&prose.text)).collect();
    let (mut from_answers, mut given, mut unknown) = (0, 0, 0);
    for published in &page.exchanges {
        let body = published.request.as_ref().map(|body| body.value.to_string());
        let texts = [&published.path, &published.query].into_iter().chain(body.as_ref());
        let used: BTreeSet<&str> = texts.flat_map(|text| guids(text)).collect();
        for guid in used.into_iter().filter(|guid| !is_zero(guid)) {
            match (produced.contains(guid), stated.contains(guid)) {
                (true, _) => from_answers += 1,
                (false, true) => given += 1,
                (false, false) => unknown += 1,
            }
        }
        let answer = published.answer.body.as_ref();
        let objects: Vec<&Value> = match answer.map(|body| (body.value.get("value"), body)) {
            Some((Some(Value::Array(elements)), _)) => elements.iter().collect(),
            Some((_, body)) => vec![&body.value],
            None => vec![],
        };
        let ids = objects.into_iter().filter_map(|object| object.get("id").and_then(Value::as_str));
        produced.extend(ids.map(str::to_owned));
        stated.retain(|guid| !produced.contains(*guid));
    }
    from_answers > 0 && from_answers + given >= 3.max(unknown * 2)
}

struct Flow<'r> {
    known: Vec<Known>,
    /// What was sent last, by the member's name.
    sent: BTreeMap<String, (String, usize)>,
    /// Values by step that something was said of.
    told: BTreeSet<(String, String)>,
    remarks: &'r mut Vec<Remark>,
    flows: bool,
}

/// Where an id stands.
struct Place<'p> {
    line: usize,
    section: usize,
    step: &'p str,
    /// The member or path segment that holds it.
    holder: &'p str,
}

impl Flow<'_> {
    fn tell(
        &mut self,
        rule: &'static str,
        place: &Place<'_>,
        value: &str,
        message: String,
        instead: Option<String>,
    ) {
        if self.told.insert((place.step.to_owned(), value.to_owned())) {
            self.remarks.push(Remark::new(rule, (place.line, place.step), message, instead));
        }
    }

    fn is_known(&self, value: &str) -> bool {
        self.known.iter().any(|known| known.value == value)
    }

    /// The ids that the text names, with the noun before each.
    fn stated(&mut self, prose: &Prose) {
        for guid in guids(&prose.text).filter(|guid| is_guid(guid)) {
            let before = prose.text.find(guid).map_or("", |at| &prose.text[..at]);
            let before = before.to_ascii_lowercase();
            let words = before.split(|c: char| !c.is_alphanumeric()).rev();
            let mut nouns = words.filter_map(|word| {
                let known = NOUNS.iter().find(|(noun, _)| word.trim_end_matches('s') == *noun);
                known.map(|(_, of)| *of)
            });
            let of = nouns.next();
            let elsewhere = self.known.iter().find(|known| {
                known.stated
                    && known.of.as_deref() == of
                    && of.is_some()
                    && known.section != prose.section
                    && known.value != guid
            });
            if let Some(first) = elsewhere.filter(|_| self.flows && !self.is_known(guid)) {
                let message = format!(
                    "the text states {guid} as the id of the {}; before (line {}) it stated {}",
                    of.unwrap_or_default(),
                    first.line,
                    first.value
                );
                let instead = Some(first.value.clone());
                self.remarks.push(Remark::new(
                    "id-changed",
                    (prose.line, &prose.step),
                    message,
                    instead,
                ));
            }
            if !self.is_known(guid) {
                self.known.push(Known {
                    value: guid.to_owned(),
                    of: of.map(str::to_owned),
                    line: prose.line,
                    section: prose.section,
                    stated: true,
                    alias: None,
                });
            }
        }
    }

    fn request(
        &mut self,
        published: &Published,
        walked: Option<&Walked>,
        languages: &Languages<'_>,
    ) {
        let place = |line, holder| Place {
            line,
            section: published.section,
            step: &published.step,
            holder,
        };
        self.malformed(&published.path, &place(published.line, "the path's"));
        self.malformed(&published.query, &place(published.line, "the query's"));
        let Some(Walked { resolved }) = walked else { return };
        for hop in &resolved.hops {
            if let Some(key) = &hop.key {
                let at = place(published.line, hop.member.as_str());
                self.used(key, Some(&hop.leads_to.name), &at, languages.here);
            }
        }
        for (path, value) in compared(&published.query) {
            let of = filtered(languages, &resolved.type_ref.name, path);
            let at = place(published.line, path);
            self.used(value, of.as_deref(), &at, languages.here);
        }
        let Some(body) = &published.request else { return };
        for seen in members(languages, &resolved.type_ref.name, body) {
            let Value::String(value) = seen.value else { continue };
            let at = place(seen.line, seen.name);
            self.malformed(value, &at);
            self.sent.insert(seen.name.to_owned(), (value.clone(), seen.line));
            if let Some(role) = role(languages, &seen) {
                let of = match &role {
                    Role::Identity(of) => Some(of.as_str()),
                    Role::Reference(of) => of.as_deref(),
                };
                if seen.name == "originId" {
                    self.origin(&seen, value, &at);
                }
                self.used(value, of, &at, languages.here);
            }
        }
    }

    /// An id that a request uses: some earlier answer or the text has to have it.
    fn used(&mut self, text: &str, of: Option<&str>, place: &Place<'_>, contract: &Contract) {
        if !self.flows || self.is_known(text) {
            self.stands_for_one(text, of, place, contract);
            return;
        }
        for guid in guids(text).filter(|guid| is_guid(guid) && !is_zero(guid)) {
            if self.is_known(guid) {
                self.stands_for_one(guid, of, place, contract);
                continue;
            }
            let last = self.known.iter().rev().find(|known| {
                matches!((known.of.as_deref(), of), (Some(a), Some(b)) if related(contract, a, b))
            });
            match last {
                Some(last) => {
                    let message = format!(
                        "{} {guid}: nothing produced it; the {} had the id {} (line {})",
                        place.holder,
                        of.unwrap_or_default(),
                        last.value,
                        last.line
                    );
                    let instead = Some(last.value.clone());
                    self.tell("id-changed", place, guid, message, instead);
                }
                None => {
                    let message = format!("{} {guid}: no earlier step produced it", place.holder);
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
        let of_id: Vec<&Known> = self.known.iter().filter(|known| known.value == id).collect();
        let fits =
            |known: &&Known| known.of.as_deref().is_none_or(|other| related(contract, other, of));
        let Some(first) = of_id.first().filter(|_| !of_id.iter().any(fits)) else { return };
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
        if !self.flows {
            return;
        }
        let id = seen.object.get("id").and_then(Value::as_str);
        let name = value.split_once('_').map(|(name, _)| name);
        let before = self.known.iter().rev().find_map(|known| {
            let (_, origin) = known.alias.as_ref().filter(|(member, _)| *member == "originId")?;
            let same_thing = id.is_some_and(|id| known.value == id && !is_zero(id));
            let same_role = name.is_some()
                && origin.split_once('_').map(|(name, _)| name) == name
                && guids(value).next().is_some();
            ((same_thing || same_role) && origin != value).then(|| (origin.clone(), known.line))
        });
        if self.known.iter().any(|known| {
            known
                .alias
                .as_ref()
                .is_some_and(|(member, origin)| *member == "originId" && origin == value)
        }) {
            return;
        }
        if let Some((origin, line)) = before {
            let message =
                format!("the originId {value}; the same thing had {origin} (line {line})");
            let key = guids(value).next().unwrap_or(value).to_owned();
            self.tell("id-changed", place, &key, message, Some(origin));
        }
    }

    fn answer(
        &mut self,
        published: &Published,
        walked: Option<&Walked>,
        languages: &Languages<'_>,
    ) {
        let (Some(Walked { resolved }), Some(body)) = (walked, &published.answer.body) else {
            return;
        };
        for seen in members(languages, &resolved.type_ref.name, body) {
            let Value::String(value) = seen.value else { continue };
            let place = Place {
                line: seen.line,
                section: published.section,
                step: &published.step,
                holder: seen.name,
            };
            match role(languages, &seen) {
                Some(Role::Identity(of)) => {
                    self.malformed(value, &place);
                    self.produced(value, &of, &seen, &place, languages.here);
                }
                Some(Role::Reference(_)) => {
                    self.malformed(value, &place);
                    self.referred(value, &place);
                }
                None => {}
            }
        }
    }

    /// An id that an answer gives to a thing.
    fn produced(
        &mut self,
        id: &str,
        of: &str,
        seen: &Seen<'_>,
        place: &Place<'_>,
        contract: &Contract,
    ) {
        self.stands_for_one(id, Some(of), place, contract);
        let alias = ["originId", "displayName"].into_iter().find_map(|member| {
            let text = seen.object.get(member)?.as_str()?;
            (!text.is_empty()).then(|| (member, text.to_owned()))
        });
        let before = self.known.iter().find(|known| {
            alias.is_some()
                && known.alias == alias
                && known.of.as_deref() == Some(of)
                && known.value != id
                && !is_zero(id)
                && !is_zero(&known.value)
        });
        if let Some(before) = before.filter(|_| self.flows && !self.is_known(id)) {
            let (member, text) = alias.clone().unwrap_or_default();
            let message = format!(
                "the {of} with the {member} {text} has the id {id}; before (line {}) it had {}",
                before.line, before.value
            );
            let instead = Some(before.value.clone());
            self.tell("id-changed", place, id, message, instead);
        }
        self.known.push(Known {
            value: id.to_owned(),
            of: Some(of.to_owned()),
            line: place.line,
            section: place.section,
            stated: false,
            alias,
        });
    }

    /// An id that an answer refers to: it has to be that of something.
    fn referred(&mut self, text: &str, place: &Place<'_>) {
        if !self.flows || self.is_known(text) {
            return;
        }
        let was_sent = |value: &str| self.sent.values().any(|(sent, _)| sent == value);
        for guid in guids(text).filter(|guid| is_guid(guid) && !is_zero(guid)) {
            if self.is_known(guid) || was_sent(guid) {
                continue;
            }
            let sent = self
                .sent
                .get(place.holder)
                .map(|(sent, line)| format!("; sent was {sent} as {} (line {line})", place.holder));
            let message =
                format!("{} {guid}: no step produced it{}", place.holder, sent.unwrap_or_default());
            self.tell("id-from-nowhere", place, guid, message, None);
            return;
        }
    }

    fn malformed(&mut self, text: &str, place: &Place<'_>) {
        for token in guids(text).filter(|token| !is_guid(token)) {
            let near = self.known.iter().map(|known| known.value.as_str()).filter(|id| is_guid(id));
            let near =
                near.min_by_key(|id| distance(token, id)).filter(|id| distance(token, id) <= 6);
            let near = near.map(str::to_owned);
            let message =
                format!("{} {token} is no guid (8-4-4-4-12 hexadecimal digits)", place.holder);
            self.tell("malformed-guid", place, token, message, near);
        }
    }
}

/// What an id says where it stands.
enum Role {
    /// It is the id of the entity whose member it is.
    Identity(String),
    /// It is the id of another thing, of a type where that can be told.
    Reference(Option<String>),
}

fn role(languages: &Languages<'_>, seen: &Seen<'_>) -> Option<Role> {
    let contract = languages.here;
    let kind = contract.types.get(&seen.owner).map(|found| found.kind);
    match seen.name {
        "id" if kind == Some(Kind::Entity) => Some(Role::Identity(seen.owner.clone())),
        "id" => Some(Role::Reference(Some("directoryObject".to_owned()))),
        "originId" | "objectId" => Some(Role::Reference(None)),
        name => {
            // A flat reference of the other version.
            let nested = seen.declared.as_ref().and_then(|declared| declared.strip_suffix("/id"));
            let target = nested.and_then(|navigation| contract.member(&seen.owner, navigation));
            let target = target.or_else(|| {
                let stem = name.strip_suffix("Id")?.to_ascii_lowercase();
                contract.lineage(&seen.owner).find_map(|(_, found)| {
                    let mut navigations = found.navigations.iter();
                    navigations
                        .find(|(name, _)| name.to_ascii_lowercase().ends_with(&stem))
                        .map(|(_, member)| member)
                })
            })?;
            Some(Role::Reference(Some(target.type_ref.name.clone())))
        }
    }
}

/// `path eq 'value'`, as often as it occurs.
fn compared(query: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (at, _) in query.match_indices(" eq '") {
        let before = &query[..at];
        let begin = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '/' || c == '_'))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let rest = &query[at + 5..];
        if let Some(end) = rest.find('\'') {
            found.push((&before[begin..], &rest[..end]));
        }
    }
    found
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

/// Whether an id of the one may be an id of the other.
fn related(contract: &Contract, one: &str, other: &str) -> bool {
    let extends = |one: &str, other: &str| contract.lineage(one).any(|(name, _)| name == other);
    let subjects = [one, other].iter().all(|name| {
        contract.lineage(name).any(|(name, _)| name != "entity" && SUBJECTS.contains(&name))
            || SUBJECTS.contains(name)
    });
    one == other
        || subjects
        || (one != "entity" && other != "entity" && (extends(one, other) || extends(other, one)))
}

fn is_zero(id: &str) -> bool {
    id.chars().all(|c| c == '0' || c == '-')
}

/// How many letters have to be put in, taken out or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = before + usize::from(a != *b);
            before = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(before + 1);
        }
    }
    row[other.len()]
}
