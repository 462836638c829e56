use std::collections::{BTreeMap, BTreeSet};

use crate::Contract;
use crate::csdl::{CsdlError, Metadata};
use crate::facts::{Kind, Member, Type, TypeRef};
use crate::operation::Operation;

/// Directory nouns in use.
const DIRECTORY: [&str; 6] = [
    "user",
    "group",
    "servicePrincipal",
    "rbacApplication",
    "unifiedRoleDefinition",
    "unifiedRoleAssignment",
];
/// So common as base types that following what extends them would lead everywhere.
const TOO_COMMON: [&str; 6] =
    ["entity", "directoryObject", "identity", "identitySet", "request", "Dictionary"];
/// Lifecycle workflows extend types that they share with entitlement management, and lead to the
/// whole of themselves.
const ELSEWHERE: &str = "microsoft.graph.identityGovernance.";
/// The whole of the noun that this project is about.
const CENTRE: &str = "entitlementManagement";

/// Where paths begin, with the container's member and the navigation behind it.
const ROOTS: [(&str, &str, Option<&str>); 6] = [
    ("identityGovernance/entitlementManagement", "identityGovernance", Some(CENTRE)),
    ("roleManagement/directory", "roleManagement", Some("directory")),
    ("me", "me", None),
    ("users", "users", None),
    ("groups", "groups", None),
    ("servicePrincipals", "servicePrincipals", None),
];

/// Whether a type is the directory's, by its own name or that of a type it extends.
fn is_directory(types: &BTreeMap<String, Type>, name: &str) -> bool {
    let mut at = Some(name);
    while let Some(name) = at {
        if name == "directoryObject" || DIRECTORY.contains(&name) || name.starts_with("unifiedRole")
        {
            return true;
        }
        at = types.get(name).and_then(|found| found.base.as_deref());
    }
    false
}

impl Contract {
    /// Whether an annotation's target is part of this contract: a type, a member of it, or what a
    /// path begins with.
    fn is_annotated(&self, target: &str) -> bool {
        let (first, member) = target.split_once('/').unwrap_or((target, ""));
        if first.is_empty() {
            let root = member.split('/').next().unwrap_or_default();
            return ROOTS.iter().any(|(_, singleton, _)| *singleton == root);
        }
        match self.types.get(first) {
            None => false,
            Some(_) if member.is_empty() => true,
            Some(found) => {
                let name = member.split('/').next().unwrap_or_default();
                found.properties.contains_key(name) || found.navigations.contains_key(name)
            }
        }
    }

    /// The types that entitlement management reaches without leading through the directory; the
    /// others are in the contract because its nouns are in use.
    pub fn centre(&self) -> BTreeSet<&str> {
        let extending = extending(&self.types);
        let mut bound: BTreeMap<String, Vec<&Operation>> = BTreeMap::new();
        for (key, operation) in &self.operations {
            bound.entry(Operation::split_key(key).0.name).or_default().push(operation);
        }
        let mut centre = BTreeSet::new();
        let mut queue = vec![CENTRE];
        while let Some(name) = queue.pop() {
            let Some((name, found)) = self.types.get_key_value(name) else { continue };
            if is_directory(&self.types, name) || !centre.insert(name.as_str()) {
                continue;
            }
            let members = found.properties.values().chain(found.navigations.values());
            queue.extend(members.map(|member| member.type_ref.name.as_str()));
            queue.extend(found.base.as_deref());
            if !TOO_COMMON.contains(&name.as_str()) {
                queue.extend(extending.get(name.as_str()).into_iter().flatten());
            }
            for operation in bound.get(name).into_iter().flatten() {
                queue.extend(operation.types().map(|type_ref| type_ref.name.as_str()));
            }
        }
        centre
    }
}

/// Types by the type that they extend.
fn extending(types: &BTreeMap<String, Type>) -> BTreeMap<&str, Vec<&str>> {
    let mut extending: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, found) in types {
        if let Some(base) = &found.base {
            extending.entry(base).or_default().push(name);
        }
    }
    extending
}

/// The types of a slice, and how far each is followed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reach(BTreeMap<String, Depth>);

impl Reach {
    /// Types that are kept for their own sake, without being followed.
    pub(crate) fn of<'a>(names: impl Iterator<Item = &'a String>) -> Self {
        Self(names.map(|name| (name.clone(), Depth::Structural)).collect())
    }

    /// These types, and those of `others` as they are.
    pub(crate) fn and(&self, others: &Self) -> Self {
        let mut both = others.0.clone();
        for depth in both.values_mut() {
            *depth = Depth::Structural;
        }
        both.extend(self.0.iter().map(|(name, depth)| (name.clone(), *depth)));
        Self(both)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    /// Structural properties and what they are made of.
    Structural,
    /// Navigations and extending types too.
    Whole,
}

impl Metadata {
    /// The part of this metadata that is reachable from entitlement management and the directory
    /// nouns in use, as the contract of `version`.
    ///
    /// # Errors
    /// [`CsdlError`] where the metadata says nothing of entitlement management.
    pub fn slice(&self, version: &str) -> Result<Contract, CsdlError> {
        self.slice_of(version, &self.reach())
    }

    /// The types named by `kept`, as far as they are there, as the contract of `version`.
    pub(crate) fn slice_of(&self, version: &str, kept: &Reach) -> Result<Contract, CsdlError> {
        let [(_, singleton, behind), ..] = ROOTS;
        if self.root(singleton, behind).is_none() || !self.types.contains_key(CENTRE) {
            return Err(CsdlError {
                file: self.sources.join(", "),
                place: String::new(),
                expected: format!("the type {CENTRE} and a singleton {singleton} that leads to it"),
                found: format!("{} types without", self.types.len()),
            });
        }
        let kept = &kept.0;
        let mut contract = Contract::empty(version);
        contract.sources.clone_from(&self.sources);
        for (prefix, root, behind) in ROOTS {
            if let Some(target) = self.root(root, behind) {
                contract.roots.insert(prefix.to_owned(), target);
            }
        }
        for name in kept.keys() {
            let Some(found) = self.types.get(name) else { continue };
            let mut found = found.clone();
            // A path may lead through a navigation only where the contract knows what is behind.
            found.navigations.retain(|_, member| kept.contains_key(&member.type_ref.name));
            contract.types.insert(name.clone(), found);
            if self.observed.contains(name) {
                contract.observed.insert(name.clone());
            }
        }
        let bound = self.operations.iter().filter(|(binding, ..)| {
            kept.get(binding) == Some(&Depth::Whole) && !TOO_COMMON.contains(&binding.as_str())
        });
        for (_, key, operation) in bound {
            contract.operations.insert(key.clone(), operation.clone());
        }
        for (target, facts) in &self.annotations {
            if contract.is_annotated(target) {
                contract.annotations.insert(target.clone(), facts.clone());
            }
        }
        Ok(contract)
    }

    fn root(&self, root: &str, behind: Option<&str>) -> Option<TypeRef> {
        let target = self.container.get(root)?;
        let Some(behind) = behind else { return Some(target.clone()) };
        let member = self.types.get(&target.name)?.navigations.get(behind)?;
        Some(member.type_ref.clone())
    }

    /// What entitlement management and the directory nouns in use lead to.
    pub(crate) fn reach<'a>(&'a self) -> Reach {
        let extending = extending(&self.types);
        let mut operations: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
        for (binding, _, operation) in &self.operations {
            operations.entry(binding).or_default().push(operation);
        }
        let mut kept: BTreeMap<&str, Depth> = BTreeMap::new();
        let mut queue: Vec<(&str, Depth)> = vec![(CENTRE, Depth::Whole)];
        queue.extend(DIRECTORY.map(|name| (name, Depth::Structural)));
        while let Some((name, depth)) = queue.pop() {
            let directory = self.is_directory(name);
            let depth = if directory { Depth::Structural } else { depth };
            if kept.get(name).is_some_and(|known| *known >= depth) {
                continue;
            }
            let Some(found) = self.types.get(name) else { continue };
            kept.insert(name, depth);
            queue.extend(found.base.iter().map(|base| (base.as_str(), depth)));
            let follow = |member: &'a Member| (member.type_ref.name.as_str(), depth);
            queue.extend(found.properties.values().map(follow));
            let derives = depth == Depth::Whole || found.kind == Kind::Complex;
            if derives && !directory && !TOO_COMMON.contains(&name) {
                let names = extending.get(name).into_iter().flatten();
                let names = names.filter(|derived| !derived.starts_with(ELSEWHERE));
                queue.extend(names.map(|derived| (*derived, depth)));
            }
            if depth == Depth::Whole {
                queue.extend(found.navigations.values().map(follow));
                if !TOO_COMMON.contains(&name) {
                    let bound = operations.get(name).into_iter().flatten();
                    queue.extend(bound.flat_map(|operation| {
                        operation.types().map(|type_ref| (type_ref.name.as_str(), depth))
                    }));
                }
            }
        }
        Reach(kept.into_iter().map(|(name, depth)| (name.to_owned(), depth)).collect())
    }

    /// Whether a type is the directory's: its structural properties belong to the contract, what
    /// it navigates to does not.
    fn is_directory(&self, name: &str) -> bool {
        is_directory(&self.types, name)
    }
}
