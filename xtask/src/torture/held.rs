//! What a tenant holds.

use std::collections::BTreeMap;

use serde_json::Value;

/// Ids of what is there, by table.
pub(super) type Held = BTreeMap<String, Vec<String>>;

/// What an export holds that can be taken away by itself: what is told of the past stays in every
/// tenant, and a catalog's roles go with the catalog.
pub(super) fn held(export: &Value) -> Held {
    const PASSED_OVER: [&str; 5] =
        ["assignments", "catalogRoleAssignments", "due", "resourceRequests", "subjects"];
    let tables = export["tables"].as_object().into_iter().flatten();
    let tables = tables.filter(|(name, _)| !PASSED_OVER.contains(&name.as_str()));
    let tables = tables.map(|(name, rows)| {
        let rows = rows.as_array().into_iter().flatten();
        let mut ids: Vec<String> =
            rows.map(|row| row[1]["id"].as_str().unwrap_or_default().to_owned()).collect();
        ids.sort();
        (name.clone(), ids)
    });
    tables.collect()
}

/// What one holds and the other does not, for people.
pub(super) fn more(held: &Held, than: &Held) -> Vec<String> {
    let none = Vec::new();
    let more = held.iter().flat_map(|(table, ids)| {
        let known = than.get(table).unwrap_or(&none);
        let ids = ids.iter().filter(move |id| !known.contains(id));
        ids.map(move |id| format!("{table} {id}"))
    });
    more.collect()
}
