//! Contracts that name the same things differently, compared through a table of names.

use std::collections::BTreeMap;

use super::change::{Change, differing, sort};
use super::rule::{Rule, renamed_between_versions};
use super::subject::Subject;
use crate::facts::{Contract, Member, Type, TypeRef};
use crate::operation::Operation;

/// What the one version calls things and what the other calls them.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    /// Types, each with its members.
    pub types: Vec<TypeNames>,
}

/// A type by its two names.
#[derive(Debug, Clone)]
pub struct TypeNames {
    /// In the version that is left.
    pub base: String,
    /// In the version that is moved to.
    pub head: String,
    /// Members that both have.
    pub members: Vec<MemberNames>,
}

/// A member by its two names.
#[derive(Debug, Clone)]
pub struct MemberNames {
    /// In the version that is left.
    pub base: String,
    /// In the version that is moved to; a path where it lies deeper (`catalog/id`).
    pub head: String,
}

impl Dictionary {
    /// The head's name of a type.
    pub fn type_name<'a>(&'a self, name: &'a str) -> &'a str {
        let known = self.types.iter().find(|pair| pair.base == name);
        known.map_or(name, |pair| pair.head.as_str())
    }

    /// The head's name of a member of a type of the base, told of it or of what it extends.
    pub fn member<'a>(&'a self, base: &Contract, owner: &str, name: &str) -> Option<&'a str> {
        base.lineage(owner).find_map(|(owner, _)| {
            let pair = self.types.iter().find(|pair| pair.base == owner)?;
            let names = pair.members.iter().find(|names| names.base == name)?;
            Some(names.head.as_str())
        })
    }

    /// The same the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let names = |names: &MemberNames| MemberNames {
            base: names.head.clone(),
            head: names.base.clone(),
        };
        let types = self.types.iter().map(|pair| TypeNames {
            base: pair.head.clone(),
            head: pair.base.clone(),
            members: pair.members.iter().map(names).collect(),
        });
        Self { types: types.collect() }
    }

    /// What a client that moves from `base` to `head` has to rename, loses and gains.
    pub fn compare(&self, base: &Contract, head: &Contract) -> Vec<Change> {
        let renamed_as = &renamed_between_versions::RULE;
        through(self, base, head, None, renamed_as)
    }

    /// `base` in the tongue of `head`; what was renamed is noted, flat references are taken out.
    pub(crate) fn translated(
        &self,
        base: &Contract,
        head: &Contract,
        renamed: &mut Vec<(Subject, String)>,
    ) -> Contract {
        let type_ref = |type_ref: &TypeRef| TypeRef {
            name: self.type_name(&type_ref.name).to_owned(),
            collection: type_ref.collection,
        };
        let mut translated = Contract::empty(&head.version);
        translated.format = base.format.min(head.format);
        for (name, found) in &base.types {
            let other = self.type_name(name);
            if other != name && head.types.contains_key(other) {
                renamed.push((Subject::Type(name.clone()), format!("is {other}")));
            }
            let mut members = |of: &BTreeMap<String, Member>| -> BTreeMap<String, Member> {
                let mut translated = BTreeMap::new();
                for (member_name, member) in of {
                    let pair = self.member(base, name, member_name);
                    let to = pair.unwrap_or(member_name);
                    let first = to.split('/').next().unwrap_or_default();
                    let there = head.member(other, first).is_some();
                    if to != member_name && there {
                        let (owner, name) = (name.clone(), member_name.clone());
                        renamed.push((Subject::Member { owner, name }, format!("is {to}")));
                    }
                    if to.contains('/') && there {
                        continue;
                    }
                    let name = if there { to } else { member_name };
                    let member = Member { type_ref: type_ref(&member.type_ref), ..member.clone() };
                    translated.insert(name.to_owned(), member);
                }
                translated
            };
            let (properties, navigations) =
                (members(&found.properties), members(&found.navigations));
            let base_name = found.base.as_ref().map(|base| self.type_name(base).to_owned());
            let found = Type { base: base_name, properties, navigations, ..found.clone() };
            translated.types.insert(other.to_owned(), found);
        }
        for (path, target) in &base.roots {
            translated.roots.insert(path.clone(), type_ref(target));
        }
        for (key, operation) in &base.operations {
            let (binding, _) = Operation::split_key(key);
            let rest = key.split_once('/').map(|(_, rest)| rest).unwrap_or_default();
            let mut operation = operation.clone();
            for parameter in operation.parameters.values_mut() {
                parameter.type_ref = type_ref(&parameter.type_ref);
            }
            if let Some(returns) = &mut operation.returns {
                returns.type_ref = type_ref(&returns.type_ref);
            }
            translated.operations.insert(format!("{}/{rest}", type_ref(&binding)), operation);
        }
        for (target, facts) in &base.annotations {
            let (owner, member) = target.split_once('/').unwrap_or((target, ""));
            let renamed = self.type_name(owner);
            let member_name = match member.split_once('/') {
                None => self.member(base, owner, member).unwrap_or(member),
                Some(_) => member,
            };
            let target = match member {
                "" => renamed.to_owned(),
                _ => format!("{renamed}/{member_name}"),
            };
            translated.annotations.insert(target, facts.clone());
        }
        translated.observed =
            base.observed.iter().map(|name| self.type_name(name).to_owned()).collect();
        translated.sources.clone_from(&base.sources);
        translated
    }

    /// A subject by the names of the base, which it was found under the names of the head.
    fn untranslated(&self, base: &Contract, subject: Subject) -> Subject {
        let type_name = |name: &str| {
            let pair = self
                .types
                .iter()
                .find(|pair| pair.head == name && base.types.contains_key(&pair.base));
            pair.map_or(name, |pair| pair.base.as_str()).to_owned()
        };
        let member = |owner: &str, name: &str| {
            let pairs = base
                .lineage(owner)
                .filter_map(|(owner, _)| self.types.iter().find(|pair| pair.base == owner));
            let mut names = pairs.flat_map(|pair| &pair.members);
            let known = names.find(|names| names.head == name);
            known.map_or(name, |names| names.base.as_str()).to_owned()
        };
        let key = |key: &str| match key.split_once('/') {
            Some((_, rest)) => {
                let (binding, _) = Operation::split_key(key);
                let binding = TypeRef { name: type_name(&binding.name), ..binding };
                format!("{binding}/{rest}")
            }
            None => key.to_owned(),
        };
        match subject {
            Subject::Root(_) => subject,
            Subject::Type(name) => Subject::Type(type_name(&name)),
            Subject::Member { owner, name } => {
                let owner = type_name(&owner);
                Subject::Member { name: member(&owner, &name), owner }
            }
            Subject::Word { owner, name } => Subject::Word { owner: type_name(&owner), name },
            Subject::Operation(name) => Subject::Operation(key(&name)),
            Subject::Parameter { operation, name } => {
                Subject::Parameter { operation: key(&operation), name }
            }
            Subject::Annotation { target, term } => {
                let target = match target.split_once('/') {
                    Some(("", _)) => target,
                    Some((owner, name)) => {
                        let owner = type_name(owner);
                        format!("{owner}/{}", member(&owner, name))
                    }
                    None => type_name(&target),
                };
                Subject::Annotation { target, term }
            }
        }
    }
}

/// Compares through a table: the base is read in the tongue of the head, what has another name there
/// is told as renamed, and everything that the base has goes by the base's names.
pub(crate) fn through(
    table: &Dictionary,
    base: &Contract,
    head: &Contract,
    global: Option<&Contract>,
    renamed_as: &'static Rule,
) -> Vec<Change> {
    let mut renamed = Vec::new();
    let translated = table.translated(base, head, &mut renamed);
    let global = global.map(|global| table.translated(global, head, &mut Vec::new()));
    let mut changes = differing(&translated, head, global.as_ref());
    for change in changes.iter_mut().filter(|change| !change.new) {
        let subject = std::mem::replace(&mut change.subject, Subject::Root(String::new()));
        change.subject = table.untranslated(base, subject);
    }
    let central = base.centre();
    changes.extend(renamed.into_iter().map(|(subject, what)| Change {
        rule: renamed_as,
        central: subject.type_name().is_some_and(|name| central.contains(name.as_str())),
        subject,
        what,
        new: false,
        hits: Vec::new(),
    }));
    sort(&mut changes);
    changes
}
