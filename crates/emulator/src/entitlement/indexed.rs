//! Tables in which rows are found by what they refer to, too: a tenant has a hundred thousand
//! assignments, and every request asks for those of its subject.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ids::Id;
use crate::state::{Change, Kept, Keyed, Table};

/// What a row can be found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Package,
    Policy,
    /// Whose it is, as entitlement management knows them.
    Subject,
    /// The assignment that a request is about.
    Assignment,
    /// The directory's object that a subject stands for.
    Object,
}

/// A row that refers to others.
pub(crate) trait Referring {
    /// The ways by which it is found.
    const WAYS: &'static [By];

    fn id(&self) -> &Id;

    fn refers_to(&self, by: By) -> Option<&Id>;
}

/// Rows by id, in the order they were made, and by what they refer to.
#[derive(Debug, Clone)]
pub(crate) struct Indexed<T> {
    rows: Table<T>,
    ways: Vec<HashMap<Id, Vec<Id>>>,
}

impl<T: Referring> Default for Indexed<T> {
    fn default() -> Self {
        Self { rows: Table::default(), ways: vec![HashMap::new(); T::WAYS.len()] }
    }
}

impl<T: Referring> Indexed<T> {
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id)
    }

    /// For all changes but of what the row refers to.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.rows.get_mut(id)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    /// The rows that refer to `id`, in the order they were made.
    pub(crate) fn of<'a>(&'a self, by: By, id: &str) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let way = T::WAYS.iter().position(|way| *way == by);
        let ids = way.and_then(|way| self.ways[way].get(id));
        ids.into_iter().flatten().filter_map(|id| self.rows.get(id))
    }

    /// Takes in a row that is not there yet.
    pub(crate) fn insert(&mut self, row: T) {
        enter(&mut self.ways, &row);
        self.rows.insert(row.id().clone(), row);
    }

    /// Changes what a row refers to.
    pub(crate) fn refer(&mut self, id: &str, change: impl FnOnce(&mut T)) {
        let Some(row) = self.rows.get_mut(id) else { return };
        change(row);
        index(&mut self.ways, row);
    }

    pub(crate) fn remove(&mut self, id: &str) {
        let Some(row) = self.rows.remove(id) else { return };
        for (way, by) in self.ways.iter_mut().zip(T::WAYS) {
            let known = row.refers_to(*by).and_then(|other| way.get_mut(other));
            if let Some(known) = known {
                known.retain(|known| known != row.id());
            }
        }
    }
}

/// A row that no way leads to yet.
fn enter<T: Referring>(ways: &mut [HashMap<Id, Vec<Id>>], row: &T) {
    for (way, by) in ways.iter_mut().zip(T::WAYS) {
        if let Some(other) = row.refers_to(*by) {
            way.entry(other.clone()).or_default().push(row.id().clone());
        }
    }
}

/// A row to which some ways lead already.
fn index<T: Referring>(ways: &mut [HashMap<Id, Vec<Id>>], row: &T) {
    for (way, by) in ways.iter_mut().zip(T::WAYS) {
        let Some(other) = row.refers_to(*by) else { continue };
        let known = way.entry(other.clone()).or_default();
        // A row that is looked at again is most often one of the last.
        if !known.iter().rev().any(|known| known == row.id()) {
            known.push(row.id().clone());
        }
    }
}

impl<T: Referring + Keyed + Serialize + DeserializeOwned> Kept for Indexed<T> {
    fn note(&mut self) {
        self.rows.note();
    }

    fn take_changes(&mut self) -> Vec<Change> {
        self.rows.take_changes()
    }

    fn rows(&self) -> Vec<(u64, Vec<u8>)> {
        self.rows.rows()
    }

    fn restore(&mut self, rows: Vec<(u64, Vec<u8>)>) -> serde_json::Result<()> {
        self.rows.restore(rows)?;
        self.ways = vec![HashMap::new(); T::WAYS.len()];
        for row in self.rows.values() {
            enter(&mut self.ways, row);
        }
        Ok(())
    }
}
