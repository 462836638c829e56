//! Tables in which rows are found by what they refer to, too: a tenant has a hundred thousand
//! assignments, and every request asks for those of its subject.

use std::collections::HashMap;

use crate::ids::Id;
use crate::state::Table;

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
        Self { rows: Table::new(), ways: vec![HashMap::new(); T::WAYS.len()] }
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

    pub(crate) fn insert(&mut self, row: T) {
        for (way, by) in self.ways.iter_mut().zip(T::WAYS) {
            if let Some(other) = row.refers_to(*by) {
                way.entry(other.clone()).or_default().push(row.id().clone());
            }
        }
        self.rows.insert(row.id().clone(), row);
    }

    /// Changes what a row refers to.
    pub(crate) fn refer(&mut self, id: &str, change: impl FnOnce(&mut T)) {
        let Some((at, _, row)) = self.rows.get_full_mut(id) else { return };
        change(row);
        let row = &self.rows[at];
        for (way, by) in self.ways.iter_mut().zip(T::WAYS) {
            if let Some(other) = row.refers_to(*by) {
                let known = way.entry(other.clone()).or_default();
                if !known.contains(row.id()) {
                    known.push(row.id().clone());
                }
            }
        }
    }

    pub(crate) fn remove(&mut self, id: &str) {
        let Some(row) = self.rows.shift_remove(id) else { return };
        for (way, by) in self.ways.iter_mut().zip(T::WAYS) {
            let known = row.refers_to(*by).and_then(|other| way.get_mut(other));
            if let Some(known) = known {
                known.retain(|known| known != row.id());
            }
        }
    }
}
