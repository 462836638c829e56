//! Export, import and reset.

use serde_json::{Map, Value, json};

use super::{Founded, Inner, resume};
use crate::state::State;

/// The form of an export.
const FORMAT: u64 = 1;

/// Members that hold secrets.
const SECRETS: [&str; 2] = ["password", "secret"];

impl Inner {
    pub(crate) fn export(&self) -> Value {
        let state = &mut *self.lock();
        let mut meta = self.meta(state);
        meta["format"] = FORMAT.into();
        let tables = state.kept().map(|(name, table)| {
            let rows = table.rows().into_iter().filter_map(|(place, json)| {
                let mut row: Value = serde_json::from_slice(&json).ok()?;
                if let Value::Object(members) = &mut row {
                    members.retain(|name, _| !SECRETS.contains(&name.as_str()));
                }
                Some(json!([place, row]))
            });
            (name.to_owned(), rows.collect())
        });
        meta["tables"] = Value::Object(tables.into_iter().collect::<Map<_, _>>());
        meta
    }

    pub(crate) fn import(&self, export: &Value) -> Result<(), String> {
        match export["format"].as_u64() {
            Some(1..=FORMAT) => {}
            Some(newer) => {
                return Err(format!(
                    "expected an export in format {FORMAT} at most, found {newer}: a later version wrote it"
                ));
            }
            None => return Err("expected an export, found no member 'format'".to_owned()),
        }
        if export["seed"] != self.options.seed {
            return Err(format!(
                "expected an export of a tenant of seed {}, found seed {}: start with --seed {}",
                self.options.seed, export["seed"], export["seed"]
            ));
        }
        // Read into a tenant of its own, so that nothing is lost where it cannot be.
        let mut read = Founded::new(&self.options, self.clock.now()).state;
        for (name, table) in read.kept() {
            let rows = export["tables"][name].as_array().into_iter().flatten().map(|row| {
                let place = row[0].as_u64().ok_or("a row has no place")?;
                Ok((place, row[1].to_string().into_bytes()))
            });
            let rows: Result<Vec<_>, &str> = rows.collect();
            let rows = rows.map_err(|why| format!("tables/{name}: {why}"))?;
            table.restore(rows).map_err(|error| format!("tables/{name}: {error}"))?;
        }
        resume(&mut read, export);
        self.put(read);
        Ok(())
    }

    /// As it was when it was made.
    pub(crate) fn reset(&self) {
        self.put(Founded::new(&self.options, self.clock.now()).state);
    }

    /// Puts all of another state in the place of this one's; who can sign in, still can.
    fn put(&self, mut other: State) {
        let known = Founded::new(&self.options, self.clock.now());
        for user in [&known.administrator, &known.requestor] {
            let user = user.user.as_str();
            let own = known.state.directory.users.get(user).and_then(|user| user.password.clone());
            if let Some(user) = other.directory.users.get_mut(user) {
                user.password = own;
            }
        }
        let own = &self.application;
        if let Some(principal) = other.directory.service_principals.get_mut(&own.principal) {
            principal.secret = Some(own.client_secret.clone());
        }
        let state = &mut *self.lock();
        let rows = other.kept().map(|(_, table)| table.rows());
        for ((_, table), rows) in state.kept().into_iter().zip(rows) {
            let restored = table.restore(rows);
            debug_assert!(restored.is_ok(), "what was just written is read: {restored:?}");
        }
        state.ids = other.ids;
        state.entitlement.settings = other.entitlement.settings;
        state.meta_changed = true;
    }
}
