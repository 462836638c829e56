//! Two versions of the API that exist side by side, compared through a table of names.

use std::collections::BTreeMap;

use super::change::{Change, compare, sort};
use super::rule::renamed_between_versions;
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
        let mut renamed = Vec::new();
        let translated = self.translated(base, head, &mut renamed);
        let mut changes = compare(&translated, head, None);
        let central = base.centre();
        changes.extend(renamed.into_iter().map(|(subject, what)| Change {
            rule: &renamed_between_versions::RULE,
            central: subject.type_name().is_some_and(|name| central.contains(name.as_str())),
            subject,
            what,
            new: false,
            hits: Vec::new(),
        }));
        sort(&mut changes);
        changes
    }

    /// `base` in the tongue of `head`; what was renamed is noted, flat references are taken out.
    fn translated(
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
        translated.annotations.clone_from(&base.annotations);
        translated
    }
}
