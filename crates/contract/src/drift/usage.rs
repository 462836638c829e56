use std::collections::{BTreeMap, BTreeSet};

use odata::{Expand, Query};
use serde::Serialize;
use serde_json::Value;

use super::change::{Change, Comparison, sort};
use super::rule::Party;
use super::subject::Subject;
use crate::facts::{Contract, TypeRef};
use crate::operation::Operation;
use crate::path::{Target, arguments};

/// An exchange that was recorded once.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The file that it stands in.
    pub file: String,
    /// The step in which it was made.
    pub step: String,
    /// The method.
    pub method: String,
    /// The path with its version, decoded.
    pub path: String,
    /// The query, encoded.
    pub query: String,
    /// The body sent; null where there was none.
    pub request: Value,
    /// The bodies that came back.
    pub responses: Vec<Value>,
}

/// A recorded step that a change touches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hit {
    /// The file.
    pub file: String,
    /// The step.
    pub step: String,
    /// The method and path.
    pub request: String,
    /// Whether the step sends what changed, reads it, or both.
    pub parties: Vec<Party>,
}

impl Comparison {
    /// Says of every change which recorded steps touch it. The recordings are read by `base`, for
    /// it is the base that they were made against.
    pub fn used_by(&mut self, base: &Contract, recorded: &[Recorded]) {
        let mut steps: BTreeMap<Subject, BTreeMap<(usize, &str), BTreeSet<Party>>> =
            BTreeMap::new();
        let mut looked_at = 0;
        for (index, one) in recorded.iter().enumerate() {
            let Some(touched) = touched(base, one) else { continue };
            looked_at += 1;
            for (subject, party) in touched {
                let step = steps.entry(subject).or_default();
                step.entry((index, one.step.as_str())).or_default().insert(party);
            }
        }
        for change in &mut self.changes {
            let mut hits: BTreeMap<(&str, &str), Hit> = BTreeMap::new();
            for subject in touching(change) {
                for ((index, _), parties) in steps.get(&subject).into_iter().flatten() {
                    // A change that breaks readers is nothing to who only sends.
                    let hit = |party: &&Party| {
                        change.rule.breaks.is_empty() || change.rule.breaks.contains(party)
                    };
                    let parties: Vec<Party> = parties.iter().filter(hit).copied().collect();
                    if parties.is_empty() {
                        continue;
                    }
                    let Recorded { file, step, method, path, .. } = &recorded[*index];
                    let hit = hits.entry((file, step)).or_insert_with(|| Hit {
                        file: file.clone(),
                        step: step.clone(),
                        request: format!("{method} {path}"),
                        parties: Vec::new(),
                    });
                    for party in parties {
                        if !hit.parties.contains(&party) {
                            hit.parties.push(party);
                        }
                    }
                }
            }
            change.hits = hits.into_values().collect();
        }
        sort(&mut self.changes);
        self.exchanges = Some(looked_at);
    }

    /// Keeps the changes that may break recorded steps.
    pub fn keep_touching(&mut self) {
        self.changes.retain(|change| !change.hits.is_empty() && !change.rule.breaks.is_empty());
    }
}

/// What a recording has to touch to be touched by a change: the thing itself, and where the thing is
/// new and not for nothing, what it was added to.
fn touching(change: &Change) -> Vec<Subject> {
    let mut subjects = vec![change.subject.clone()];
    let owner = match &change.subject {
        Subject::Member { owner, .. } | Subject::Word { owner, .. } => Some(done(BODY, owner)),
        Subject::Parameter { operation, .. } => Some(Subject::Operation(operation.clone())),
        _ => None,
    };
    if change.new && !change.rule.breaks.is_empty() {
        subjects.extend(owner);
    }
    if let Subject::Annotation { target, term } = &change.subject {
        // Of what restricts a method, only requests of the method are touched.
        let method = METHODS.iter().find(|(restriction, _)| term.starts_with(restriction));
        subjects = match method {
            Some((_, methods)) => methods.iter().map(|method| done(method, target)).collect(),
            None => vec![match target.split_once('/') {
                Some(("", name)) => Subject::Root(name.to_owned()),
                Some((owner, name)) => {
                    Subject::Member { owner: owner.to_owned(), name: name.to_owned() }
                }
                None => Subject::Type(target.clone()),
            }],
        };
    }
    subjects
}

/// Restrictions, and the methods that they restrict.
const METHODS: [(&str, &[&str]); 4] = [
    ("DeleteRestrictions", &["DELETE"]),
    ("InsertRestrictions", &["POST"]),
    ("UpdateRestrictions", &["PATCH", "PUT"]),
    ("ReadRestrictions", &["GET"]),
];

/// In place of a method: a body of a type was sent or read, not only a path led over it.
const BODY: &str = "body";

/// That a method was used on a target of annotations.
fn done(method: &str, target: &str) -> Subject {
    Subject::Annotation { target: target.to_owned(), term: method.to_owned() }
}

/// What an exchange touches, and as whom; none where it is of another version or leads nowhere.
fn touched(contract: &Contract, recorded: &Recorded) -> Option<BTreeSet<(Subject, Party)>> {
    let version = recorded.path.split('/').find(|segment| !segment.is_empty())?;
    if version != contract.version {
        return None;
    }
    let resolved = contract.resolve(&recorded.path).ok()?;
    let mut walk = Walk { contract, touched: BTreeSet::new() };
    for hop in &resolved.hops {
        walk.types(&hop.leads_to.name, Party::Writer);
        match hop.owner.as_str() {
            "" => walk.touch(Subject::Root(hop.member.clone()), Party::Writer),
            owner => walk.member(owner, &hop.member, Party::Writer),
        }
    }
    if let Some(last) = resolved.hops.last() {
        let root = format!("/{}", last.member);
        let member = format!("{}/{}", last.owner, last.member);
        for target in [&root, &member, &last.leads_to.name] {
            walk.touch(done(&recorded.method, target), Party::Writer);
        }
    }
    let reads = match &resolved.target {
        Target::Operation(key) => {
            let operation = contract.operations.get(key)?;
            for party in [Party::Writer, Party::Reader] {
                walk.touch(Subject::Operation(key.clone()), party);
            }
            walk.arguments(key, operation, &recorded.path);
            walk.parameters(key, operation, &recorded.request);
            operation.returns.as_ref().map(|returned| returned.type_ref.clone())
        }
        Target::Entities => {
            walk.body(&resolved.type_ref.name, &recorded.request, Party::Writer);
            Some(resolved.type_ref.clone())
        }
        Target::Property(name) => {
            let owner = resolved.hops.last().map(|hop| hop.leads_to.name.clone());
            let party = if recorded.method == "GET" { Party::Reader } else { Party::Writer };
            walk.member(&owner.unwrap_or_default(), name, party);
            None
        }
        Target::References | Target::Text => None,
    };
    if let Ok(query) = Query::parse(&recorded.query) {
        walk.query(&resolved.type_ref.name, &query);
    }
    if let Some(TypeRef { name, .. }) = reads {
        for response in &recorded.responses {
            match response.get("value") {
                Some(Value::Array(elements)) => {
                    for element in elements {
                        walk.body(&name, element, Party::Reader);
                    }
                }
                _ => walk.body(&name, response, Party::Reader),
            }
        }
    }
    Some(walk.touched)
}

struct Walk<'a> {
    contract: &'a Contract,
    touched: BTreeSet<(Subject, Party)>,
}

impl Walk<'_> {
    fn touch(&mut self, subject: Subject, party: Party) {
        self.touched.insert((subject, party));
    }

    /// The member of a type and, where it is inherited, of the types on the way to who declares it.
    fn member(&mut self, owner: &str, name: &str, party: Party) {
        let contract = self.contract;
        for (owner, found) in contract.lineage(owner) {
            let (owner, name) = (owner.to_owned(), name.to_owned());
            let declares =
                found.properties.contains_key(&name) || found.navigations.contains_key(&name);
            self.touch(Subject::Member { owner, name }, party);
            if declares {
                return;
            }
        }
    }

    fn body(&mut self, type_name: &str, body: &Value, party: Party) {
        let contract = self.contract;
        match body {
            Value::Array(elements) => {
                for element in elements {
                    self.body(type_name, element, party);
                }
            }
            Value::String(text)
                if contract.types.get(type_name).is_some_and(|found| !found.words.is_empty()) =>
            {
                self.touch(Subject::Type(type_name.to_owned()), party);
                self.touch(done(BODY, type_name), party);
                for word in text.split(',').map(str::trim) {
                    let (owner, name) = (type_name.to_owned(), word.to_owned());
                    self.touch(Subject::Word { owner, name }, party);
                }
            }
            Value::Object(members) => {
                let told = members.get("@odata.type").and_then(Value::as_str);
                let actual = told.and_then(|told| contract.type_told(told)).unwrap_or(type_name);
                self.types(actual, party);
                for (name, _) in contract.lineage(actual) {
                    self.touch(done(BODY, name), party);
                }
                for (name, value) in members {
                    let name = name.strip_suffix("@odata.bind").unwrap_or(name);
                    if name.contains('@') {
                        continue;
                    }
                    self.member(actual, name, party);
                    if let Some(member) = contract.member(actual, name) {
                        self.body(&member.type_ref.name, value, party);
                    }
                }
            }
            _ => {}
        }
    }

    /// A type and what it extends.
    fn types(&mut self, type_name: &str, party: Party) {
        let contract = self.contract;
        for (name, _) in contract.lineage(type_name) {
            self.touch(Subject::Type(name.to_owned()), party);
        }
    }

    /// What a function is given in the path.
    fn arguments(&mut self, key: &str, operation: &Operation, path: &str) {
        for (name, value) in arguments(path) {
            let (name, value) = (name.to_owned(), Value::from(value));
            if let Some(parameter) = operation.parameters.get(&name) {
                self.body(&parameter.type_ref.name, &value, Party::Writer);
            }
            self.touch(Subject::Parameter { operation: key.to_owned(), name }, Party::Writer);
        }
    }

    fn parameters(&mut self, key: &str, operation: &Operation, request: &Value) {
        for (name, value) in request.as_object().into_iter().flatten() {
            let (operation_key, name) = (key.to_owned(), name.clone());
            if let Some(parameter) = operation.parameters.get(&name) {
                self.body(&parameter.type_ref.name, value, Party::Writer);
            }
            self.touch(Subject::Parameter { operation: operation_key, name }, Party::Writer);
        }
    }

    fn query(&mut self, type_name: &str, query: &Query) {
        let mut paths: Vec<Vec<String>> = Vec::new();
        paths.extend(query.filter.iter().flat_map(|filter| filter.paths()).map(|path| path.0));
        if let Some(filter) = &query.filter {
            self.words(type_name, &filter.to_string());
        }
        paths.extend(query.order_by.iter().map(|order| order.path.0.clone()));
        paths.extend(query.select.iter().map(|name| vec![name.clone()]));
        for path in paths {
            self.path(type_name, &path);
        }
        self.expand(type_name, &query.expand);
    }

    /// The words of enums that a filter compares with.
    fn words(&mut self, type_name: &str, filter: &str) {
        for (at, _) in filter.match_indices(" eq '") {
            let path = filter[..at].rsplit(|c: char| !(c.is_alphanumeric() || c == '/')).next();
            let word = filter[at + 5..].split('\'').next().unwrap_or_default();
            let names = path.unwrap_or_default().split('/');
            let compared = names.into_iter().try_fold(type_name.to_owned(), |owner, name| {
                self.contract.member(&owner, name).map(|member| member.type_ref.name.clone())
            });
            if let Some(compared) = compared {
                self.body(&compared, &Value::from(word), Party::Writer);
            }
        }
    }

    fn path(&mut self, type_name: &str, path: &[String]) {
        let mut at = type_name.to_owned();
        for name in path {
            self.member(&at, name, Party::Writer);
            match self.contract.member(&at, name) {
                Some(member) => at.clone_from(&member.type_ref.name),
                None => return,
            }
        }
    }

    fn expand(&mut self, type_name: &str, expand: &Expand) {
        for item in &expand.items {
            let path: Vec<String> = item.name.split('/').map(str::to_owned).collect();
            self.path(type_name, &path);
            let below = path.iter().try_fold(type_name.to_owned(), |at, name| {
                self.contract.member(&at, name).map(|member| member.type_ref.name.clone())
            });
            if let Some(below) = below {
                self.query(&below, &item.query);
            }
        }
    }
}
