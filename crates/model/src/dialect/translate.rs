use serde_json::{Map, Value};

use crate::Version;
use crate::dialect::table::{Kind, Member, Noun};
use crate::dialect::{Inexpressible, noun as table};

/// Which way a canonical value leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A request: what the version cannot express is an error, references are flattened.
    Request,
    /// An answer: what the version cannot express is left out.
    Answer,
}

/// Puts a canonical request body into the tongue of `version`.
///
/// # Errors
/// [`Inexpressible`] names the first member that the version has no word for. Members that say
/// nothing (null, false, an empty list) are left out instead.
pub fn to_wire(version: Version, noun: &Noun, value: &Value) -> Result<Value, Inexpressible> {
    Writer { version, purpose: Use::Request }.value(noun, value.clone())
}

/// Puts a canonical answer into the tongue of `version`; what the version cannot express is not
/// there.
pub fn render(version: Version, noun: &Noun, value: Value) -> Value {
    let written = Writer { version, purpose: Use::Answer }.value(noun, value);
    written.unwrap_or_else(|inexpressible| {
        debug_assert!(false, "an answer is never refused: {inexpressible}");
        Value::Null
    })
}

/// A body of the wire, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// The body in canonical form; members without a row stand under their own names.
    pub value: Value,
    /// JSON pointers, in the wire's names, of members without a row.
    pub unknown: Vec<String>,
}

/// Reads a body of `version`, request or answer, into canonical form.
pub fn from_wire(version: Version, noun: &Noun, value: &Value) -> Understood {
    let mut reader = Reader { version, unknown: Vec::new() };
    let value = reader.value(noun, value, "");
    Understood { value, unknown: reader.unknown }
}

struct Writer {
    version: Version,
    purpose: Use,
}

impl Writer {
    fn value(&self, noun: &Noun, value: Value) -> Result<Value, Inexpressible> {
        Ok(match value {
            Value::Object(members) => Value::Object(self.object(noun, members)?),
            Value::Array(elements) => {
                let elements = elements.into_iter().map(|e| self.value(noun, e));
                Value::Array(elements.collect::<Result<_, _>>()?)
            }
            scalar => scalar,
        })
    }

    fn object(
        &self,
        noun: &Noun,
        members: Map<String, Value>,
    ) -> Result<Map<String, Value>, Inexpressible> {
        let members = match (self.version, &noun.reshape) {
            (Version::Beta, Some(reshape)) => (reshape.to_beta)(members, self.purpose)?,
            _ => members,
        };
        let mut members = members;
        if self.purpose == Use::Answer && self.keeps_names(noun, &members) {
            members.retain(|key, value| match noun.member(key) {
                None => true,
                Some(member) => match self.answered(noun, member, std::mem::take(value)) {
                    Some(written) => {
                        *value = written;
                        true
                    }
                    None => false,
                },
            });
            return Ok(members);
        }
        let mut written = Map::with_capacity(members.len());
        for (key, value) in members {
            let (name, annotation) = split_annotation(&key);
            let Some(member) = noun.member(name) else {
                written.insert(key, value);
                continue;
            };
            if let Some(annotation) = annotation {
                if let Some(wire) = member.wire(self.version) {
                    let value = rebind(self.version, annotation, &value, Direction::ToWire);
                    written.insert(format!("{wire}{annotation}"), value);
                }
                continue;
            }
            self.member(noun, member, key, value, &mut written)?;
        }
        Ok(written)
    }

    /// Whether no member has another name on the wire, so that an object stays the same object.
    fn keeps_names(&self, noun: &Noun, members: &Map<String, Value>) -> bool {
        members.keys().all(|key| {
            let wire = |member: &'static Member| member.wire(self.version);
            !key.contains('@')
                && noun.member(key).is_none_or(|member| wire(member).is_none_or(|w| w == key))
        })
    }

    /// The value of a member in an answer; nothing where the version does not have it.
    fn answered(&self, noun: &Noun, member: &Member, value: Value) -> Option<Value> {
        if table::is_undeclared(self.version, noun, member.name()) {
            return None;
        }
        member.wire(self.version)?;
        self.translated(member, value).ok()
    }

    fn translated(&self, member: &Member, value: Value) -> Result<Value, Inexpressible> {
        Ok(match member.kind {
            Kind::Spelled if self.version == Version::Beta => {
                recase(&value, char::to_ascii_uppercase)
            }
            Kind::Plain | Kind::Word | Kind::Spelled => value,
            Kind::Paired(pairs) => repaired(&value, pairs.iter().map(|(v1, beta)| (*v1, *beta))),
            Kind::Nest(below) | Kind::Reference(below, _) => self.value(below, value)?,
            Kind::ByType(nouns) => self.by_type(nouns, value)?,
        })
    }

    fn member(
        &self,
        noun: &Noun,
        member: &Member,
        key: String,
        value: Value,
        written: &mut Map<String, Value>,
    ) -> Result<(), Inexpressible> {
        if let Kind::Reference(_, flat) = member.kind
            && self.version == Version::Beta
            && self.purpose == Use::Request
            && let Some(id) = only_id(&value)
        {
            written.insert(flat.to_owned(), id.clone());
            return Ok(());
        }
        let undeclared = table::is_undeclared(self.version, noun, member.name());
        if undeclared && self.purpose == Use::Answer {
            return Ok(());
        }
        let Some(wire) = member.wire(self.version) else {
            return match self.purpose {
                Use::Request if !says_nothing(&value) => Err(Inexpressible {
                    version: self.version,
                    what: format!("{} of {}", member.name(), noun.name()),
                }),
                _ => Ok(()),
            };
        };
        let value = self.translated(member, value)?;
        written.insert(if key == wire { key } else { wire.to_owned() }, value);
        Ok(())
    }

    fn by_type(&self, nouns: &[&'static Noun], value: Value) -> Result<Value, Inexpressible> {
        match value {
            Value::Array(elements) => {
                let elements = elements.into_iter().map(|e| self.by_type(nouns, e));
                Ok(Value::Array(elements.collect::<Result<_, _>>()?))
            }
            _ => match noun_of(nouns, &value) {
                Some(noun) => self.value(noun, value),
                None => Ok(value),
            },
        }
    }
}

struct Reader {
    version: Version,
    unknown: Vec<String>,
}

impl Reader {
    fn value(&mut self, noun: &Noun, value: &Value, at: &str) -> Value {
        match value {
            Value::Object(members) => Value::Object(self.object(noun, members, at)),
            Value::Array(elements) => {
                let read = elements.iter().enumerate();
                Value::Array(read.map(|(i, e)| self.value(noun, e, &format!("{at}/{i}"))).collect())
            }
            scalar => scalar.clone(),
        }
    }

    fn object(
        &mut self,
        noun: &Noun,
        members: &Map<String, Value>,
        at: &str,
    ) -> Map<String, Value> {
        let mut read = Map::new();
        for (key, value) in members {
            let (name, annotation) = split_annotation(key);
            let below = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
            let member = noun.members.iter().find(|m| m.wire(self.version) == Some(name));
            let Some(member) = member else {
                if !name.is_empty() && !noun.open {
                    self.unknown.push(below);
                }
                read.insert(key.clone(), value.clone());
                continue;
            };
            if let Some(annotation) = annotation {
                let value = rebind(self.version, annotation, value, Direction::FromWire);
                read.insert(format!("{}{annotation}", member.name()), value);
                continue;
            }
            if let Some(reference) = noun.flattened(name).filter(|_| self.version == Version::Beta)
            {
                refer(&mut read, reference.name(), value);
                continue;
            }
            let value = self.member(member, value, &below);
            match (member.kind, read.get_mut(member.name())) {
                // The flat id came first; the expanded object joins it.
                (Kind::Reference(..), Some(Value::Object(known))) => {
                    if let Value::Object(more) = value {
                        known.extend(more);
                    }
                }
                _ => {
                    read.insert(member.name().to_owned(), value);
                }
            }
        }
        match (self.version, &noun.reshape) {
            (Version::Beta, Some(reshape)) => (reshape.from_beta)(read),
            _ => read,
        }
    }

    fn member(&mut self, member: &Member, value: &Value, at: &str) -> Value {
        match member.kind {
            Kind::Plain | Kind::Word => value.clone(),
            // Both versions take both cases in requests.
            Kind::Spelled => recase(value, char::to_ascii_lowercase),
            Kind::Paired(pairs) => repaired(value, pairs.iter().map(|(v1, beta)| (*beta, *v1))),
            Kind::Nest(below) | Kind::Reference(below, _) => self.value(below, value, at),
            Kind::ByType(nouns) => self.by_type(nouns, value, at),
        }
    }

    fn by_type(&mut self, nouns: &[&'static Noun], value: &Value, at: &str) -> Value {
        match value {
            Value::Array(elements) => {
                let read = elements.iter().enumerate();
                Value::Array(
                    read.map(|(i, e)| self.by_type(nouns, e, &format!("{at}/{i}"))).collect(),
                )
            }
            _ => match noun_of(nouns, value) {
                Some(noun) => self.value(noun, value, at),
                None => value.clone(),
            },
        }
    }
}

/// `resource@odata.bind` is `resource` and `@odata.bind`; `@odata.type` has no name.
fn split_annotation(key: &str) -> (&str, Option<&str>) {
    match key.find('@') {
        Some(at) => (&key[..at], Some(&key[at..])),
        None => (key, None),
    }
}

#[derive(Clone, Copy)]
enum Direction {
    ToWire,
    FromWire,
}

/// A relative `@odata.bind` starts with an entity set, which has two names.
fn rebind(version: Version, annotation: &str, value: &Value, direction: Direction) -> Value {
    let Value::String(target) = value else { return value.clone() };
    let (set, rest) = target.split_once('/').unwrap_or((target, ""));
    let sets = &table::ENTITLEMENT_MANAGEMENT;
    let renamed = match direction {
        Direction::ToWire => sets.member(set).and_then(|member| member.wire(version)),
        Direction::FromWire => sets.wire_member(version, set).map(Member::name),
    };
    match renamed {
        Some(set) if annotation == "@odata.bind" => Value::String(format!("{set}/{rest}")),
        _ => value.clone(),
    }
}

fn only_id(value: &Value) -> Option<&Value> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    members.get("id")
}

fn refer(read: &mut Map<String, Value>, name: &str, id: &Value) {
    if id.is_null() {
        return;
    }
    let entry = read.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(members) = entry {
        members.insert("id".to_owned(), id.clone());
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(elements) => elements.is_empty(),
        _ => false,
    }
}

fn recase(value: &Value, case: fn(&char) -> char) -> Value {
    match value {
        Value::String(word) => Value::String(recase_word(word, case)),
        other => other.clone(),
    }
}

pub(crate) fn recase_word(word: &str, case: fn(&char) -> char) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| case(&first)).into_iter().chain(chars).collect()
}

fn repaired<'a>(value: &Value, mut pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let Value::String(word) = value else { return value.clone() };
    let other = pairs.find(|(from, _)| from.eq_ignore_ascii_case(word)).map(|(_, to)| to);
    Value::String(other.unwrap_or(word).to_owned())
}

fn noun_of(nouns: &[&'static Noun], value: &Value) -> Option<&'static Noun> {
    let name = value.get("@odata.type")?.as_str()?;
    let name = name.trim_start_matches('#').trim_start_matches("microsoft.graph.");
    nouns.iter().find(|noun| noun.name() == name).copied()
}
