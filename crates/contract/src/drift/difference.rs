use std::collections::{BTreeMap, BTreeSet};

use super::renames::alike;
use super::subject::Subject;
use crate::facts::{Contract, Member, Type, TypeRef, UNKNOWN_FUTURE_VALUE, Word};
use crate::operation::{Operation, OperationKind, Parameter};

/// Something that two contracts say differently, as it is handed to the rules. At least one side is
/// there, and the two are not the same.
#[derive(Debug, Clone)]
pub(crate) enum Difference<'a> {
    /// What a path begins with.
    Root { path: &'a str, base: Option<&'a TypeRef>, head: Option<&'a TypeRef> },
    /// A type, its members aside.
    Type { name: &'a str, base: Option<&'a Type>, head: Option<&'a Type>, keys: (Keys, Keys) },
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
        types: Types,
    },
    /// A restriction of what both have.
    Annotation { target: &'a str, term: &'a str, base: Option<&'a str>, head: Option<&'a str> },
}

/// The keys of a type, inherited ones too; their order means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) key: BTreeSet<String>,
    pub(crate) alternate: BTreeSet<String>,
}

impl Keys {
    pub(crate) fn of(contract: &Contract, name: &str) -> Self {
        let mut keys = Self::default();
        for (_, found) in contract.lineage(name) {
            keys.key.extend(found.key.iter().cloned());
            keys.alternate.extend(found.alternate_keys.iter().cloned());
        }
        keys
    }
}

/// A member, and whether it is a navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed<'a> {
    pub(crate) member: &'a Member,
    pub(crate) navigation: bool,
    /// Whether the service has a value for it by itself: it computes one, or has a default.
    pub(crate) given: bool,
}

/// Where a word of an enum stands in the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind the word that stands for all that is new, and, if it is not new, it stood before it;
    /// or nobody knows where.
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

/// Two contracts side by side, in one tongue.
pub(crate) struct Pair<'a> {
    pub(crate) base: &'a Contract,
    pub(crate) head: &'a Contract,
}

impl<'a> Pair<'a> {
    /// All differences, types before their members.
    pub(crate) fn differences(&self) -> Vec<Difference<'a>> {
        let mut found = self.roots();
        for (name, base) in &self.base.types {
            let head = self.head.types.get(name);
            let keys = self.keys(name);
            found.push(Difference::Type { name, base: Some(base), head, keys });
            if let Some(head) = head {
                self.members(name, &mut found);
                words(name, base, head, &mut found);
            }
        }
        for (name, head) in &self.head.types {
            if !self.base.types.contains_key(name) {
                let keys = (Keys::default(), Keys::default());
                found.push(Difference::Type { name, base: None, head: Some(head), keys });
            }
        }
        // The first stored format had neither of these: nothing is known, nothing is compared.
        if self.base.format > 1 && self.head.format > 1 {
            self.operations(&mut found);
            self.annotations(&mut found);
        }
        found
    }

    /// The keys of a type before and after, inherited ones too; the same where a base type tells
    /// of the change already.
    fn keys(&self, name: &str) -> (Keys, Keys) {
        let (base, head) = (Keys::of(self.base, name), Keys::of(self.head, name));
        let parent = |contract: &'a Contract| contract.types.get(name)?.base.as_deref();
        match (parent(self.base), parent(self.head)) {
            (Some(before), Some(after)) if before == after => {
                let above = (Keys::of(self.base, before), Keys::of(self.head, after));
                match above == (base.clone(), head.clone()) {
                    true => (base.clone(), base),
                    false => (base, head),
                }
            }
            _ => (base, head),
        }
    }

    fn roots(&self) -> Vec<Difference<'a>> {
        let (base, head) = (&self.base.roots, &self.head.roots);
        let paths: BTreeSet<&String> = base.keys().chain(head.keys()).collect();
        paths
            .into_iter()
            .map(|path| Difference::Root { path, base: base.get(path), head: head.get(path) })
            .collect()
    }

    fn members(&self, owner: &'a str, found: &mut Vec<Difference<'a>>) {
        let base = effective(self.base, owner);
        let head = effective(self.head, owner);
        let lineage = |contract: &'a Contract| -> Vec<&str> {
            contract.lineage(owner).skip(1).map(|(name, _)| name).collect()
        };
        let (above_in_base, above_in_head) = (lineage(self.base), lineage(self.head));
        // What a base type tells already is not told again of what extends it.
        let told_above = |name: &str, declarer: &str| {
            above_in_head.contains(&declarer)
                && effective(self.head, declarer).get(name).map(|(_, placed)| *placed)
                    == head.get(name).map(|(_, placed)| *placed)
        };
        let new_above = |declarer: &str| above_in_base.contains(&declarer);
        let gone: Vec<(&str, Placed<'a>)> = base
            .iter()
            .filter(|(name, (declarer, _))| {
                !head.contains_key(*name) && !told_above(name, declarer)
            })
            .filter(|(name, _)| !self.pushed_down(owner, name))
            .map(|(name, (_, placed))| (*name, *placed))
            .collect();
        let come: Vec<(&str, Placed<'a>)> = head
            .iter()
            .filter(|(name, (declarer, _))| !base.contains_key(*name) && !new_above(declarer))
            .map(|(name, (_, placed))| (*name, *placed))
            .collect();
        let pairs = self.renamed_members(&gone, &come);
        let member = |name, base: Option<Placed<'a>>, head: Option<Placed<'a>>, renamed| {
            let types = match (base, head) {
                (Some(base), Some(head)) => {
                    self.types(&base.member.type_ref, &head.member.type_ref)
                }
                _ => Types::Other,
            };
            Difference::Member { owner, name, base, head, renamed, types }
        };
        for (name, placed) in &gone {
            let other = pairs.iter().find(|(from, _)| from == name).map(|(_, to)| *to);
            let to = other.and_then(|other| come.iter().find(|(name, _)| *name == other));
            found.push(member(name, Some(*placed), to.map(|(_, placed)| *placed), other));
        }
        for (name, (declarer, placed)) in &base {
            if let Some((_, other)) = head.get(name).filter(|_| !told_above(name, declarer)) {
                found.push(member(name, Some(*placed), Some(*other), None));
            }
        }
        for (name, placed) in come {
            if !pairs.iter().any(|(_, to)| *to == name) {
                found.push(member(name, None, Some(placed), None));
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
                    && self.types(&base.member.type_ref, &head.member.type_ref) == Types::Same
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

    fn types(&self, base: &TypeRef, head: &TypeRef) -> Types {
        let (from, to) = (base.name.as_str(), head.name.as_str());
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
        if wider(from, to, self.base) {
            Types::Widened
        } else if wider(to, from, self.head) {
            Types::Narrowed
        } else {
            Types::Other
        }
    }

    fn operations(&self, found: &mut Vec<Difference<'a>>) {
        let (base, head) = (&self.base.operations, &self.head.operations);
        let mut met: BTreeSet<&str> = BTreeSet::new();
        for (key, operation) in base {
            let Some((other, counterpart)) = self.counterpart(key, operation) else {
                // What went with the type that it was bound to is told of the type.
                if self.head.types.contains_key(&Operation::split_key(key).0.name) {
                    let base = Some(operation);
                    found.push(Difference::Operation { key, base, head: None, renamed: None });
                }
                continue;
            };
            met.insert(other);
            let (name, now) = (Operation::split_key(key).1, Operation::split_key(other).1);
            found.push(Difference::Operation {
                key,
                base: Some(operation),
                head: Some(counterpart),
                renamed: Some(now).filter(|now| *now != name),
            });
            let names: BTreeSet<&String> =
                operation.parameters.keys().chain(counterpart.parameters.keys()).collect();
            for name in names {
                let (base, head) =
                    (operation.parameters.get(name), counterpart.parameters.get(name));
                let types = match (base, head) {
                    (Some(base), Some(head)) => self.types(&base.type_ref, &head.type_ref),
                    _ => Types::Other,
                };
                found.push(Difference::Parameter { operation: key, name, base, head, types });
            }
        }
        for (key, operation) in head.iter().filter(|(key, _)| !met.contains(key.as_str())) {
            if self.base.types.contains_key(&Operation::split_key(key).0.name) {
                let head = Some(operation);
                found.push(Difference::Operation { key, base: None, head, renamed: None });
            }
        }
    }

    /// The operation of the head that a call of this one reaches: bound to the same type or to what
    /// it extends, whatever its letters' case, with the same parameters in any order, or with
    /// others that may be left out.
    fn counterpart(&self, key: &str, operation: &Operation) -> Option<(&'a String, &'a Operation)> {
        let head = &self.head.operations;
        if let Some(same) = head.get_key_value(key) {
            return Some(same);
        }
        let (binding, name) = Operation::split_key(key);
        let lineage: Vec<&str> = self.head.lineage(&binding.name).map(|(name, _)| name).collect();
        let called = head.iter().filter(|(other, found)| {
            let (bound, called) = Operation::split_key(other);
            found.kind == operation.kind
                && bound.collection == binding.collection
                && called.eq_ignore_ascii_case(name)
                && lineage.contains(&bound.name.as_str())
        });
        let reached = |(_, found): &(&String, &Operation)| match operation.kind {
            OperationKind::Action => true,
            OperationKind::Function => {
                let has = |name: &String| found.parameters.contains_key(name);
                let more = found
                    .parameters
                    .iter()
                    .filter(|(name, _)| !operation.parameters.contains_key(*name));
                operation.parameters.keys().all(has)
                    && more.into_iter().all(|(_, parameter)| parameter.optional)
            }
        };
        // A function with the same parameters has its own place.
        called.filter(reached).find(|(other, _)| {
            other.eq_ignore_ascii_case(key) || !self.base.operations.contains_key(other.as_str())
        })
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
            let told = contract.annotations.get(&format!("{declarer}/{name}"));
            let given = told.is_some_and(|facts| {
                facts.contains_key("DefaultValue")
                    || facts.get("Computed").is_some_and(|c| c == "true")
            });
            let placed = Placed { member, navigation, given };
            members.entry(name.as_str()).or_insert((declarer, placed));
        }
    }
    members
}

fn words<'a>(owner: &'a str, base: &'a Type, head: &'a Type, found: &mut Vec<Difference<'a>>) {
    let recased = |word: &Word, among: &'a Type| -> Option<&'a Word> {
        among.words.iter().find(|other| other.name.eq_ignore_ascii_case(&word.name))
    };
    let open = base.word(UNKNOWN_FUTURE_VALUE).is_some();
    for word in &base.words {
        let same = head.word(&word.name);
        let other = same.or_else(|| recased(word, head));
        let renamed = other.map(|other| other.name.as_str()).filter(|_| same.is_none());
        let hidden =
            open && is_shown(base, word) && other.is_some_and(|word| !is_shown(head, word));
        found.push(Difference::Word {
            owner,
            name: &word.name,
            base: Some(word),
            head: other,
            renamed,
            place: if hidden { Place::Behind } else { Place::Before },
        });
    }
    for word in &head.words {
        if base.word(&word.name).is_some() || recased(word, base).is_some() {
            continue;
        }
        let place = match (open, is_shown(head, word)) {
            (false, _) => Place::Closed,
            (true, true) => Place::Before,
            (true, false) => Place::Behind,
        };
        let head = Some(word);
        let (name, renamed) = (word.name.as_str(), None);
        found.push(Difference::Word { owner, name, base: None, head, renamed, place });
    }
}

/// Whether clients are sent the word itself that do not ask for words they do not know: it stands
/// before the word for all of those, or there is none.
fn is_shown(of: &Type, word: &Word) -> bool {
    let Some(unknown) = of.words.iter().position(|word| word.name == UNKNOWN_FUTURE_VALUE) else {
        return true;
    };
    match (word.value, of.words[unknown].value) {
        (Some(value), Some(unknown)) => value <= unknown,
        // What was observed was appended, wherever it stands in truth.
        (None, Some(_)) => false,
        (_, None) => of.words.iter().position(|other| other == word) <= Some(unknown),
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
