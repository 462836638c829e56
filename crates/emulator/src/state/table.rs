//! Tables that know what was changed in them, so that it can be kept.

use indexmap::IndexMap;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ids::Id;

/// A row of a table as it is kept: its place in the order in which rows were made, and its JSON;
/// nothing where it is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) place: u64,
    pub(crate) json: Option<Vec<u8>>,
}

/// What is kept in a state file, row by row.
pub(crate) trait Kept {
    /// Begins to note changes; all that is there counts as changed.
    fn note(&mut self);

    /// What was changed since it was last asked.
    fn take_changes(&mut self) -> Vec<Change>;

    /// All rows, in their order.
    fn rows(&self) -> Vec<(u64, Vec<u8>)>;

    /// Puts rows there, in their order, in place of all that is.
    fn restore(&mut self, rows: Vec<(u64, Vec<u8>)>) -> serde_json::Result<()>;
}

/// Rows by id, in the order they were made, so that lists are stable.
#[derive(Debug, Clone)]
pub(crate) struct Table<T> {
    rows: IndexMap<Id, Row<T>>,
    made: u64,
    touched: Touched,
}

#[derive(Debug, Clone)]
struct Row<T> {
    place: u64,
    value: T,
}

#[derive(Debug, Clone, Default)]
struct Touched {
    noted: bool,
    changed: Vec<Id>,
    removed: Vec<u64>,
}

impl Touched {
    fn change(&mut self, id: &Id) {
        if self.noted && self.changed.last() != Some(id) {
            self.changed.push(id.clone());
        }
    }

    fn remove(&mut self, place: u64) {
        if self.noted {
            self.removed.push(place);
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: IndexMap::new(), made: 0, touched: Touched::default() }
    }
}

impl<T> Table<T> {
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id).map(|row| &row.value)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let (_, id, row) = self.rows.get_full_mut(id)?;
        self.touched.change(id);
        Some(&mut row.value)
    }

    pub(crate) fn contains_key(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Id> {
        self.rows.keys()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.rows.values().map(|row| &row.value)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Puts a row at its place, or at the end.
    pub(crate) fn insert(&mut self, id: Id, value: T) {
        self.touched.change(&id);
        if let Some(row) = self.rows.get_mut(&id) {
            row.value = value;
            return;
        }
        self.made += 1;
        self.rows.insert(id, Row { place: self.made, value });
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        let row = self.rows.shift_remove(id)?;
        self.touched.remove(row.place);
        Some(row.value)
    }

    /// Removes the rows that are not to stay.
    pub(crate) fn retain(&mut self, mut stays: impl FnMut(&T) -> bool) {
        let touched = &mut self.touched;
        self.rows.retain(|_, row| {
            let stays = stays(&row.value);
            if !stays {
                touched.remove(row.place);
            }
            stays
        });
    }

    /// Changes rows; `change` says of each whether it did.
    pub(crate) fn change(&mut self, mut change: impl FnMut(&mut T) -> bool) {
        for (id, row) in &mut self.rows {
            if change(&mut row.value) {
                self.touched.change(id);
            }
        }
    }
}

impl<T: Serialize + DeserializeOwned + Keyed> Kept for Table<T> {
    fn note(&mut self) {
        self.touched =
            Touched { noted: true, changed: self.rows.keys().cloned().collect(), removed: vec![] };
    }

    fn take_changes(&mut self) -> Vec<Change> {
        let removed = std::mem::take(&mut self.touched.removed).into_iter();
        let removed = removed.map(|place| Change { place, json: None });
        let mut changed = std::mem::take(&mut self.touched.changed);
        changed.sort_unstable();
        changed.dedup();
        let changed = changed.iter().filter_map(|id| {
            let row = self.rows.get(id)?;
            Some(Change { place: row.place, json: serde_json::to_vec(&row.value).ok() })
        });
        removed.chain(changed).collect()
    }

    fn rows(&self) -> Vec<(u64, Vec<u8>)> {
        let rows = self.rows.values();
        rows.filter_map(|row| Some((row.place, serde_json::to_vec(&row.value).ok()?))).collect()
    }

    fn restore(&mut self, rows: Vec<(u64, Vec<u8>)>) -> serde_json::Result<()> {
        for row in self.rows.values() {
            self.touched.remove(row.place);
        }
        self.rows = IndexMap::with_capacity(rows.len());
        for (place, json) in rows {
            let value: T = serde_json::from_slice(&json)?;
            self.made = self.made.max(place);
            let id = value.key();
            self.touched.change(&id);
            self.rows.insert(id, Row { place, value });
        }
        Ok(())
    }
}

/// A row that has its id.
pub(crate) trait Keyed {
    fn key(&self) -> Id;
}

macro_rules! keyed {
    ($($row:ty),* $(,)?) => {$(
        impl $crate::state::Keyed for $row {
            fn key(&self) -> $crate::ids::Id {
                self.id.clone()
            }
        }
    )*};
}

pub(crate) use keyed;

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Thing {
        id: Id,
        size: u8,
    }

    keyed!(Thing);

    fn thing(id: &str, size: u8) -> (Id, Thing) {
        (Id::from(id), Thing { id: Id::from(id), size })
    }

    #[test]
    fn what_is_kept_is_what_was_changed() {
        let mut table = Table::default();
        for (id, value) in [thing("a", 1), thing("b", 2), thing("c", 3)] {
            table.insert(id, value);
        }
        assert_eq!(table.take_changes(), []);
        table.note();
        let mut kept: std::collections::BTreeMap<u64, Vec<u8>> = std::collections::BTreeMap::new();
        let mut keep = |table: &mut Table<Thing>| {
            let changes = table.take_changes();
            let count = changes.len();
            for Change { place, json } in changes {
                match json {
                    Some(json) => kept.insert(place, json),
                    None => kept.remove(&place),
                };
            }
            let mut again = Table::default();
            again.restore(kept.clone().into_iter().collect()).unwrap();
            let values = |table: &Table<Thing>| table.values().cloned().collect::<Vec<_>>();
            assert_eq!(values(&again), values(table));
            count
        };
        assert_eq!(keep(&mut table), 3);
        assert_eq!(keep(&mut table), 0);
        table.get_mut("b").unwrap().size = 9;
        table.remove("a");
        assert_eq!(keep(&mut table), 2);
        let (id, value) = thing("b", 4);
        table.insert(id, value);
        table.retain(|thing| thing.size != 3);
        table.change(|thing| {
            thing.size += 1;
            true
        });
        assert_eq!(keep(&mut table), 2);
        let (id, value) = thing("d", 5);
        table.insert(id, value);
        table.remove("d");
        assert_eq!(keep(&mut table), 1);
    }
}
