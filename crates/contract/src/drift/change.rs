use std::collections::{BTreeMap, BTreeSet};

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::cloud::{Cloud, speaks_of, still_global};
use super::difference::{Difference, Pair};
use super::renames::renames;
use super::rule::{
    RULES, Rule, Severity, absent_in_cloud, alternate_key_removed, different_in_cloud, type_renamed,
};
use super::subject::Subject;
use super::usage::Hit;
use super::versions::through;
use crate::Contract;

/// One change, judged.
#[derive(Debug, Clone)]
pub struct Change {
    /// The rule that it falls under.
    pub rule: &'static Rule,
    /// What changed.
    pub subject: Subject,
    /// How, in words.
    pub what: String,
    /// Whether it is within entitlement management; else it is within the directory nouns in use.
    pub central: bool,
    /// Whether the base has nothing of it.
    pub new: bool,
    /// The recorded steps that it touches, where recordings were given.
    pub hits: Vec<Hit>,
}

/// One of the two that are compared.
#[derive(Debug, Clone, Serialize)]
pub struct Side {
    /// The file, address or version.
    pub label: String,
    /// The version of the API.
    pub version: String,
    /// The cloud.
    pub cloud: String,
    /// The fingerprint of the contract.
    pub fingerprint: String,
}

/// Two contracts, compared.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Before.
    pub base: Side,
    /// After.
    pub head: Side,
    /// What speaks for the global service, where the head is a national cloud's.
    pub global: Option<String>,
    /// The changes, the worst first, those of entitlement management before others.
    pub changes: Vec<Change>,
    /// How many recorded exchanges were looked at, where recordings were given.
    pub exchanges: Option<usize>,
}

impl Side {
    /// A contract by its name in reports.
    pub fn new(label: &str, contract: &Contract, cloud: Cloud) -> Self {
        Self {
            label: label.to_owned(),
            version: contract.version.clone(),
            cloud: cloud.to_string(),
            fingerprint: contract.fingerprint(),
        }
    }
}

/// What changed from `base` to `head`. With `global`, the contract of the global service, a change
/// in which the global service goes on as the base is a matter of the head's cloud.
pub fn compare(base: &Contract, head: &Contract, global: Option<&Contract>) -> Vec<Change> {
    let renames = renames(base, head);
    match renames.types.is_empty() {
        true => differing(base, head, global),
        false => through(&renames, base, head, global, &type_renamed::RULE),
    }
}

/// What differs between two contracts of one tongue.
pub(crate) fn differing(
    base: &Contract,
    head: &Contract,
    global: Option<&Contract>,
) -> Vec<Change> {
    let pair = Pair { base, head };
    let central: BTreeSet<_> = base.centre().into_iter().chain(head.centre()).collect();
    let mut changes = Vec::new();
    for difference in pair.differences() {
        for rule in RULES {
            let Some(mut what) = (rule.applies)(&difference) else { continue };
            let subject = difference.subject();
            let name = subject.type_name();
            let takes = rule.severity > Severity::Cloud;
            let in_cloud = takes && global.is_some_and(|global| still_global(&difference, global));
            if takes
                && !in_cloud
                && !new(&difference)
                && global.is_some_and(|global| !speaks_of(global, name.as_deref()))
            {
                what.push_str("; what the global service says is not known here");
            }
            let rule = match in_cloud {
                true if absent(&difference) || rule.id == alternate_key_removed::RULE.id => {
                    &absent_in_cloud::RULE
                }
                true => &different_in_cloud::RULE,
                false => rule,
            };
            changes.push(Change {
                rule,
                central: match name {
                    Some(name) => central.contains(name.as_str()),
                    None => is_central(&subject),
                },
                new: new(&difference),
                subject,
                what,
                hits: Vec::new(),
            });
        }
    }
    sort(&mut changes);
    changes
}

/// Whether what belongs to no type lies on the way to entitlement management.
fn is_central(subject: &Subject) -> bool {
    let path = match subject {
        Subject::Root(path) => path.as_str(),
        Subject::Annotation { target, .. } => target.trim_start_matches('/'),
        _ => return false,
    };
    path.split('/').next() == Some("identityGovernance")
}

pub(crate) fn sort(changes: &mut [Change]) {
    changes.sort_by(|a, b| {
        b.rule
            .severity
            .cmp(&a.rule.severity)
            .then(b.central.cmp(&a.central))
            .then(a.subject.type_name().cmp(&b.subject.type_name()))
            .then(a.subject.cmp(&b.subject))
            .then(a.rule.id.cmp(b.rule.id))
    });
}

/// Whether the head lacks what the base has.
fn absent(difference: &Difference<'_>) -> bool {
    match difference {
        Difference::Root { head, .. } => head.is_none(),
        Difference::Type { head, .. } => head.is_none(),
        Difference::Member { head, renamed, .. } => head.is_none() || renamed.is_some(),
        Difference::Word { head, .. } => head.is_none(),
        Difference::Operation { head, .. } => head.is_none(),
        Difference::Parameter { head, .. } => head.is_none(),
        Difference::Annotation { .. } => false,
    }
}

/// Whether the base has nothing of it.
fn new(difference: &Difference<'_>) -> bool {
    match difference {
        Difference::Root { base, .. } => base.is_none(),
        Difference::Type { base, .. } => base.is_none(),
        Difference::Member { base, .. } => base.is_none(),
        Difference::Word { base, .. } => base.is_none(),
        Difference::Operation { base, .. } => base.is_none(),
        Difference::Parameter { base, .. } => base.is_none(),
        Difference::Annotation { base, .. } => base.is_none(),
    }
}

impl Comparison {
    /// How many changes there are of each severity that occurs.
    pub fn counts(&self) -> BTreeMap<Severity, usize> {
        let mut counts = BTreeMap::new();
        for change in &self.changes {
            *counts.entry(change.rule.severity).or_default() += 1;
        }
        counts
    }

    /// The worst that happened.
    pub fn worst(&self) -> Option<Severity> {
        self.changes.iter().map(|change| change.rule.severity).max()
    }

    /// `2 breaking, 1 risky, 0 cloud, 14 additive, 0 cosmetic`.
    pub fn summary(&self) -> String {
        let counts = self.counts();
        let count = |severity| counts.get(&severity).copied().unwrap_or_default();
        let counted = Severity::ALL.map(|severity| format!("{} {severity}", count(severity)));
        counted.join(", ")
    }

    /// Of two versions of the API: `52 renamed, 88 lost, 142 gained`.
    pub fn moved(&self) -> Option<String> {
        let count = |ending: &[&str]| {
            let ends = |change: &&Change| ending.iter().any(|end| change.rule.id.ends_with(end));
            self.changes.iter().filter(ends).count()
        };
        (self.base.version != self.head.version).then(|| {
            let renamed = count(&["renamed-between-versions", "member-renamed", "-recased"]);
            format!(
                "{renamed} renamed, {} lost, {} gained",
                count(&["-removed"]),
                count(&["-added"])
            )
        })
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut change = serializer.serialize_struct("Change", 7)?;
        change.serialize_field("rule", self.rule.id)?;
        change.serialize_field("severity", &self.rule.severity)?;
        change.serialize_field("subject", &self.subject.to_string())?;
        change.serialize_field("what", &self.what)?;
        change.serialize_field("area", self.area())?;
        change.serialize_field("breaks", self.rule.breaks)?;
        change.serialize_field("hits", &self.hits)?;
        change.end()
    }
}

impl Change {
    /// Where it is: `entitlement management` or `directory`.
    pub fn area(&self) -> &'static str {
        match self.central {
            true => "entitlement management",
            false => "directory",
        }
    }
}
