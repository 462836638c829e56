//! The ids that a document has made known so far.

use super::{guids, is_guid};
use crate::facts::Contract;

/// What is one person or group under several names: its object in the directory, and what it is to
/// entitlement management.
const SUBJECTS: [&str; 5] =
    ["user", "group", "servicePrincipal", "directoryObject", "accessPackageSubject"];

/// An id that is known from some place on.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) value: String,
    /// What it is the id of, where that can be told.
    pub(super) of: Option<String>,
    pub(super) line: usize,
    pub(super) section: usize,
    pub(super) source: Source,
    /// The `originId` of the thing, by which it is known again within its catalog.
    pub(super) origin: Option<String>,
    /// The catalog that the path led through.
    pub(super) within: Option<String>,
}

/// How an id became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The text states it.
    Stated,
    /// The answer of that exchange gives it to a thing.
    Answered(usize),
    /// An answer refers to it.
    Referred,
}

/// The known ids, in the order of the document. Ids are compared whatever their case.
#[derive(Debug, Default)]
pub(super) struct Ids(Vec<Known>);

impl Ids {
    pub(super) fn learn(&mut self, known: Known) {
        self.0.push(known);
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Known> {
        self.0.iter()
    }

    pub(super) fn of<'a>(&'a self, value: &'a str) -> impl Iterator<Item = &'a Known> {
        self.0.iter().filter(move |known| known.value.eq_ignore_ascii_case(value))
    }

    pub(super) fn has(&self, value: &str) -> bool {
        self.of(value).next().is_some()
    }

    /// The last id of such a thing.
    pub(super) fn last_of(&self, contract: &Contract, type_name: &str) -> Option<&Known> {
        self.0.iter().rev().find(|known| {
            known.of.as_deref().is_some_and(|other| related(contract, other, type_name))
        })
    }

    /// The known id that is nearest to a text that is none.
    pub(super) fn nearest(&self, token: &str) -> Option<&str> {
        let ids = self.0.iter().map(|known| known.value.as_str()).filter(|id| is_guid(id));
        let near = ids.map(|id| (distance(token, id), id)).min()?;
        (near.0 <= 6).then_some(near.1)
    }

    /// What is deleted may be made again under the same name.
    pub(super) fn forget_origin(&mut self, id: &str) {
        for known in self.0.iter_mut().filter(|known| known.value.eq_ignore_ascii_case(id)) {
            known.origin = None;
        }
    }
}

/// Whether an id of the one may be an id of the other.
pub(super) fn related(contract: &Contract, one: &str, other: &str) -> bool {
    let extends = |one: &str, other: &str| {
        other != "entity" && contract.lineage(one).any(|(name, _)| name == other)
    };
    let subject = |name: &str| {
        SUBJECTS.contains(&name) || contract.lineage(name).any(|(name, _)| SUBJECTS.contains(&name))
    };
    // An approval goes by the id of the request that it is of.
    let of_request =
        |one: &str, other: &str| one == "approval" && other == "accessPackageAssignmentRequest";
    one == other
        || extends(one, other)
        || extends(other, one)
        || of_request(one, other)
        || of_request(other, one)
        || (subject(one) && subject(other))
}

/// The whole ids of a text; that of zeros stands for any.
pub(super) fn whole(text: &str) -> impl Iterator<Item = &str> {
    guids(text).filter(|id| is_guid(id) && !is_zero(id))
}

pub(super) fn is_zero(id: &str) -> bool {
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
