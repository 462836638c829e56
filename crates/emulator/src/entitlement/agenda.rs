//! What falls due, in order.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Due;
use crate::state::{Change, Kept};

/// What falls due; what was planned first comes first among equal times.
#[derive(Debug, Clone, Default)]
pub(crate) struct Agenda {
    due: BTreeMap<(Timestamp, u64), Due>,
    made: u64,
    noted: bool,
    planned: Vec<(Timestamp, u64)>,
    done: Vec<u64>,
}

impl Agenda {
    pub(crate) fn plan(&mut self, at: Timestamp, due: Due) {
        self.made += 1;
        if self.noted {
            self.planned.push((at, self.made));
        }
        self.due.insert((at, self.made), due);
    }

    /// The next that is due by `now`.
    pub(crate) fn next(&mut self, now: Timestamp) -> Option<(Timestamp, Due)> {
        let entry = self.due.first_entry()?;
        let (at, number) = *entry.key();
        if at > now {
            return None;
        }
        if self.noted {
            self.done.push(number);
        }
        Some((at, entry.remove()))
    }
}

impl Kept for Agenda {
    fn note(&mut self) {
        self.noted = true;
        self.planned = self.due.keys().copied().collect();
        self.done.clear();
    }

    fn take_changes(&mut self) -> Vec<Change> {
        let done = std::mem::take(&mut self.done).into_iter();
        let done = done.map(|place| Change { place, json: None });
        let planned = std::mem::take(&mut self.planned);
        let planned = planned.into_iter().filter_map(|key| {
            let due = self.due.get(&key)?;
            Some(Change { place: key.1, json: serde_json::to_vec(&(key.0, due)).ok() })
        });
        done.chain(planned).collect()
    }

    fn rows(&self) -> Vec<(u64, Vec<u8>)> {
        let due = self.due.iter();
        due.filter_map(|((at, place), due)| Some((*place, serde_json::to_vec(&(at, due)).ok()?)))
            .collect()
    }

    fn restore(&mut self, rows: Vec<(u64, Vec<u8>)>) -> serde_json::Result<()> {
        if self.noted {
            self.done.extend(self.due.keys().map(|(_, place)| place));
        }
        self.due.clear();
        for (place, json) in rows {
            let (at, due): (Timestamp, Due) = serde_json::from_slice(&json)?;
            self.made = self.made.max(place);
            if self.noted {
                self.planned.push((at, place));
            }
            self.due.insert((at, place), due);
        }
        Ok(())
    }
}
