use std::collections::{BTreeMap, BTreeSet};

use super::renames::{Renames, alike};
use super::subject::Subject;
use crate::facts::{Contract, Member, Type, TypeRef, UNKNOWN_FUTURE_VALUE, Word};
use crate::operation::{Operation, Parameter};

/// Something that two contracts say differently, as it is handed to the rules. At least one side is
/// there, and the two are not the same.
#[derive(Debug, Clone)]
pub(crate) enum Difference<'a> {
    /// What a path begins with.
    Root { path: &'a str, base: Option<&'a TypeRef>, head: Option<&'a TypeRef> },
    /// A type, its members aside.
    Type { name: &'a str, base: Option<&'a Type>, head: Option<&'a Type>, renamed: Option<&'a str> },
    /// A property or navigation.
    Member {
        owner: &'a str,
        name: &'a str,
        base: Option<Placed<'a>>,
        head: Option<Placed<'a>>,
        /// Its name in the head, where that is another.
        renamed: Option<&'a str>,
        /// How the two types compare.
        types: Types,
    },
    /// A word of an enum.
    Word {
        owner: &'a str,
        name: &'a str,
        base: Option<&'a Word>,
        head: Option<&'a Word>,
        renamed: Option<&'a str>,
        place: Place,
    },
    /// An action or function.
    Operation {
        key: &'a str,
        base: Option<&'a Operation>,
        head: Option<&'a Operation>,
        renamed: Option<&'a str>,
    },
    /// A parameter of an operation that both have.
    Parameter {
        operation: &'a str,
        name: &'a str,
        base: Option<&'a Parameter>,
        head: Option<&'a Parameter>,
    },
    /// A restriction of what both have.
    Annotation { target: &'a str, term: &'a str, base: Option<&'a str>, head: Option<&'a str> },
}

/// A member, and whether it is a navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed<'a> {
    pub(crate) member: &'a Member,
    pub(crate) navigation: bool,
}

/// Where a new word of an enum stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind the word that stands for all that is new, or nobody knows where.
    Behind,
    /// Before it: clients see the word itself.
    Before,
    /// The enum has no such word in the base.
    Closed,
}

/// How the types of a member compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Types {
    Same,
    /// Every value of the base is one of the head.
    Widened,
    /// Every value of the head is one of the base.
    Narrowed,
    Other,
}

impl Difference<'_> {
    pub(crate) fn subject(&self) -> Subject {
        match *self {
            Self::Root { path, .. } => Subject::Root(path.to_owned()),
            Self::Type { name, .. } => Subject::Type(name.to_owned()),
            Self::Member { owner, name, .. } => {
                Subject::Member { owner: owner.to_owned(), name: name.to_owned() }
            }
            Self::Word { owner, name, .. } => {
                Subject::Word { owner: owner.to_owned(), name: name.to_owned() }
            }
            Self::Operation { key, .. } => Subject::Operation(key.to_owned()),
            Self::Parameter { operation, name, .. } => {
                Subject::Parameter { operation: operation.to_owned(), name: name.to_owned() }
            }
            Self::Annotation { target, term, .. } => {
                Subject::Annotation { target: target.to_owned(), term: term.to_owned() }
            }
        }
    }
}

/// Two contracts side by side.
pub(crate) struct Pair<'a> {
    pub(crate) base: &'a Contract,
    pub(crate) head: &'a Contract,
    renames: Renames<'a>,
}

impl<'a> Pair<'a> {
    pub(crate) fn new(base: &'a Contract, head: &'a Contract) -> Self {
        Self { base, head, renames: Renames::of(base, head) }
    }

    /// All differences, types before their members.
    pub(crate) fn differences(&self) -> Vec<Difference<'a>> {
        let mut found = self.roots();
        for (name, base) in &self.base.types {
            let counterpart = self.renames.head(name);
            let head = self.head.types.get(counterpart);
            let renamed = Some(counterpart).filter(|other| *other != name && head.is_some());
            found.push(Difference::Type { name, base: Some(base), head, renamed });
            if let Some(head) = head {
                self.members(name, counterpart, &mut found);
                words(name, base, head, &mut found);
            }
        }
        for (name, head) in &self.head.types {
            if self.renames.base(name).is_none_or(|base| !self.base.types.contains_key(base)) {
                found.push(Difference::Type { name, base: None, head: Some(head), renamed: None });
            }
        }
        // The first stored format had neither of these: nothing is known, nothing is compared.
        if self.base.format > 1 && self.head.format > 1 {
            self.operations(&mut found);
            self.annotations(&mut found);
        }
        found
    }

    fn roots(&self) -> Vec<Difference<'a>> {
        let (base, head) = (&self.base.roots, &self.head.roots);
        let paths: BTreeSet<&String> = base.keys().chain(head.keys()).collect();
        paths
            .into_iter()
            .map(|path| Difference::Root { path, base: base.get(path), head: head.get(path) })
            .collect()
    }

    fn members(&self, base_name: &'a str, head_name: &'a str, found: &mut Vec<Difference<'a>>) {
        let base = effective(self.base, base_name);
        let head = effective(self.head, head_name);
        let head_lineage: Vec<&str> = self.head.lineage(head_name).map(|(name, _)| name).collect();
        let base_lineage: Vec<&str> = self.base.lineage(base_name).map(|(name, _)| name).collect();
        // What a base type tells already is not told again of what extends it.
        let told_above = |declarer: &str| {
            declarer != base_name && head_lineage.contains(&self.renames.head(declarer))
        };
        let new_above = |declarer: &str| {
            declarer != head_name
                && self.renames.base(declarer).is_some_and(|base| base_lineage.contains(&base))
        };
        let gone: Vec<(&str, Placed<'a>)> = base
            .iter()
            .filter(|(name, (declarer, _))| !head.contains_key(*name) && !told_above(declarer))
            .filter(|(name, _)| !self.pushed_down(head_name, name))
            .map(|(name, (_, placed))| (*name, *placed))
            .collect();
        let come: Vec<(&str, Placed<'a>)> = head
            .iter()
            .filter(|(name, (declarer, _))| !base.contains_key(*name) && !new_above(declarer))
            .map(|(name, (_, placed))| (*name, *placed))
            .collect();
        let pairs = self.renamed_members(&gone, &come);
        for (name, placed) in &gone {
            let other = pairs.iter().find(|(from, _)| from == name).map(|(_, to)| *to);
            let to = other.and_then(|other| come.iter().find(|(name, _)| *name == other));
            found.push(Difference::Member {
                owner: base_name,
                name,
                base: Some(*placed),
                head: to.map(|(_, placed)| *placed),
                renamed: other,
                types: to.map_or(Types::Other, |(_, head)| self.types(placed.member, head.member)),
            });
        }
        for (name, (declarer, placed)) in &base {
            let Some((_, other)) = head.get(name).filter(|_| !told_above(declarer)) else {
                continue;
            };
            found.push(Difference::Member {
                owner: base_name,
                name,
                base: Some(*placed),
                head: Some(*other),
                renamed: None,
                types: self.types(placed.member, other.member),
            });
        }
        for (name, placed) in come {
            if !pairs.iter().any(|(_, to)| *to == name) {
                found.push(Difference::Member {
                    owner: head_name,
                    name,
                    base: None,
                    head: Some(placed),
                    renamed: None,
                    types: Types::Other,
                });
            }
        }
    }

    /// Whether every type that can have an instance still has the member, though this one lost it.
    fn pushed_down(&self, name: &str, member: &str) -> bool {
        let extending: Vec<&str> = self
            .head
            .types
            .iter()
            .filter(|(_, found)| found.base.as_deref() == Some(name))
            .map(|(name, _)| name.as_str())
            .collect();
        let is_abstract = self.head.types.get(name).is_some_and(|found| found.is_abstract);
        is_abstract
            && !extending.is_empty()
            && extending.iter().all(|derived| {
                self.head.member(derived, member).is_some() || self.pushed_down(derived, member)
            })
    }

    fn renamed_members(
        &self,
        gone: &[(&'a str, Placed<'a>)],
        come: &[(&'a str, Placed<'a>)],
    ) -> Vec<(&'a str, &'a str)> {
        let mut candidates: Vec<(u32, &str, &str)> = Vec::new();
        for (from, base) in gone {
            for (to, head) in come {
                let fits = base.navigation == head.navigation
                    && self.types(base.member, head.member) == Types::Same
                    && base.member.type_ref.collection == head.member.type_ref.collection;
                if let Some(score) = alike(from, to).filter(|_| fits) {
                    candidates.push((score, from, to));
                }
            }
        }
        candidates.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)).then(a.2.cmp(b.2)));
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for (_, from, to) in candidates {
            if !pairs.iter().any(|(known_from, known_to)| *known_from == from || *known_to == to) {
                pairs.push((from, to));
            }
        }
        pairs
    }

    fn types(&self, base: &Member, head: &Member) -> Types {
        let (from, to) = (self.renames.head(&base.type_ref.name), head.type_ref.name.as_str());
        if from == to {
            return Types::Same;
        }
        let is_word = |contract: &Contract, name: &str| {
            contract.types.get(name).is_some_and(|found| !found.words.is_empty())
        };
        let wider = |narrow: &str, wide: &str, of: &Contract| {
            WIDER.contains(&(narrow, wide))
                || (wide == "Edm.String" && is_word(of, narrow))
                || of.lineage(narrow).skip(1).any(|(name, _)| name == wide)
        };
        if wider(&base.type_ref.name, to, self.base) {
            Types::Widened
        } else if wider(to, from, self.head) {
            Types::Narrowed
        } else {
            Types::Other
        }
    }

    fn operations(&self, found: &mut Vec<Difference<'a>>) {
        let (base, head) = (&self.base.operations, &self.head.operations);
        let counterpart = |key: &'a String| {
            let renamed = self.renames.operation(key);
            head.get_key_value(renamed.as_str())
                .or_else(|| head.iter().find(|(other, _)| other.eq_ignore_ascii_case(&renamed)))
        };
        let mut met: BTreeSet<&str> = BTreeSet::new();
        for (key, operation) in base {
            let Some((other, head)) = counterpart(key) else {
                // What went with the type that it was bound to is told of the type.
                if self
                    .head
                    .types
                    .contains_key(self.renames.head(&Operation::split_key(key).0.name))
                {
                    let base = Some(operation);
                    found.push(Difference::Operation { key, base, head: None, renamed: None });
                }
                continue;
            };
            met.insert(other);
            let recased = !other.as_str().eq(self.renames.operation(key).as_str());
            found.push(Difference::Operation {
                key,
                base: Some(operation),
                head: Some(head),
                renamed: Some(other.as_str()).filter(|_| recased),
            });
            let names: BTreeSet<&String> =
                operation.parameters.keys().chain(head.parameters.keys()).collect();
            for name in names {
                let (base, head) = (operation.parameters.get(name), head.parameters.get(name));
                found.push(Difference::Parameter { operation: key, name, base, head });
            }
        }
        for (key, operation) in head.iter().filter(|(key, _)| !met.contains(key.as_str())) {
            let binding = Operation::split_key(key).0.name;
            if self.renames.base(&binding).is_some_and(|base| self.base.types.contains_key(base)) {
                let head = Some(operation);
                found.push(Difference::Operation { key, base: None, head, renamed: None });
            }
        }
    }

    fn annotations(&self, found: &mut Vec<Difference<'a>>) {
        static NOTHING: BTreeMap<String, String> = BTreeMap::new();
        let (base, head) = (&self.base.annotations, &self.head.annotations);
        let targets: BTreeSet<&String> = base.keys().chain(head.keys()).collect();
        for target in targets {
            if !(self.base.has(target) && self.head.has(target)) {
                continue;
            }
            let told = |of: &'a BTreeMap<String, BTreeMap<String, String>>| {
                of.get(target).unwrap_or(&NOTHING)
            };
            let (base, head) = (told(base), told(head));
            let terms: BTreeSet<&String> = base.keys().chain(head.keys()).collect();
            for term in terms {
                let value = |of: &'a BTreeMap<String, String>| of.get(term).map(String::as_str);
                let (base, head) = (value(base), value(head));
                found.push(Difference::Annotation { target, term, base, head });
            }
        }
    }
}

/// Values of the first are values of the second.
const WIDER: [(&str, &str); 16] = [
    ("Edm.Byte", "Edm.Int16"),
    ("Edm.Byte", "Edm.Int32"),
    ("Edm.Byte", "Edm.Int64"),
    ("Edm.SByte", "Edm.Int16"),
    ("Edm.SByte", "Edm.Int32"),
    ("Edm.SByte", "Edm.Int64"),
    ("Edm.Int16", "Edm.Int32"),
    ("Edm.Int16", "Edm.Int64"),
    ("Edm.Int32", "Edm.Int64"),
    ("Edm.Int32", "Edm.Double"),
    ("Edm.Int32", "Edm.Decimal"),
    ("Edm.Int64", "Edm.Decimal"),
    ("Edm.Single", "Edm.Double"),
    ("Edm.Guid", "Edm.String"),
    ("Edm.Duration", "Edm.String"),
    ("Edm.DateTimeOffset", "Edm.String"),
];

/// The members of a type and of what it extends, by name, with the type that declares each.
fn effective<'a>(contract: &'a Contract, name: &str) -> BTreeMap<&'a str, (&'a str, Placed<'a>)> {
    let mut members = BTreeMap::new();
    for (declarer, found) in contract.lineage(name) {
        let properties = found.properties.iter().map(|(name, member)| (name, member, false));
        let navigations = found.navigations.iter().map(|(name, member)| (name, member, true));
        for (name, member, navigation) in properties.chain(navigations) {
            let placed = Placed { member, navigation };
            members.entry(name.as_str()).or_insert((declarer, placed));
        }
    }
    members
}

fn words<'a>(owner: &'a str, base: &'a Type, head: &'a Type, found: &mut Vec<Difference<'a>>) {
    let recased = |word: &Word, among: &'a Type| -> Option<&'a Word> {
        among.words.iter().find(|other| other.name.eq_ignore_ascii_case(&word.name))
    };
    for word in &base.words {
        let same = head.word(&word.name);
        let other = same.or_else(|| recased(word, head));
        let renamed = other.map(|other| other.name.as_str()).filter(|_| same.is_none());
        found.push(Difference::Word {
            owner,
            name: &word.name,
            base: Some(word),
            head: other,
            renamed,
            place: Place::Behind,
        });
    }
    let unknown = head.words.iter().position(|word| word.name == UNKNOWN_FUTURE_VALUE);
    for (index, word) in head.words.iter().enumerate() {
        if base.word(&word.name).is_some() || recased(word, base).is_some() {
            continue;
        }
        let place = match (base.word(UNKNOWN_FUTURE_VALUE), unknown) {
            (None, _) => Place::Closed,
            (Some(_), None) => Place::Behind,
            (Some(_), Some(at)) => {
                let before = match (word.value, head.words[at].value) {
                    (Some(value), Some(unknown)) => value < unknown,
                    // What was observed was appended, wherever it stands in truth.
                    (None, _) => false,
                    (Some(_), None) => index < at,
                };
                if before { Place::Before } else { Place::Behind }
            }
        };
        let head = Some(word);
        let (name, renamed) = (word.name.as_str(), None);
        found.push(Difference::Word { owner, name, base: None, head, renamed, place });
    }
}

impl Contract {
    /// Whether what an annotation speaks of is there.
    fn has(&self, target: &str) -> bool {
        let (first, member) = target.split_once('/').unwrap_or((target, ""));
        match (first, member.split('/').next().unwrap_or_default()) {
            ("", root) => self.roots.keys().any(|path| path.split('/').next() == Some(root)),
            (owner, "") => self.types.contains_key(owner),
            (owner, member) => self.member(owner, member).is_some(),
        }
    }
}
