//! The state file.
//!
//! A write that was acknowledged is in the file, and is there again after the process was killed:
//! every commit is synced to the disk. What a power loss takes beyond that is up to the disk. A
//! reader may see a write that is not acknowledged yet.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use redb::backends::FileBackend;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde_json::Value;
use tokio::sync::oneshot;

use super::{Change, State};

/// The form of the file: of the names of its tables, and of their rows.
const FORMAT: u64 = 1;

/// What is beside the rows, under one key.
const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");
const META_KEY: &str = "tenant";

/// Why a state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It is no state file, is damaged, or cannot be read or written.
    #[error("{path}: {why}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What was found, and what to do.
        why: String,
    },
    /// A later version of this program wrote it.
    #[error(
        "{path}: is in format {found}, expected at most {FORMAT}: a later version of entitle wrote it; use that, or another file"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: u64,
    },
}

/// A file in which the state is kept, and the thread that writes it.
#[derive(Debug)]
pub(crate) struct Store {
    sender: Option<Sender<Batch>>,
    writer: Option<JoinHandle<()>>,
}

/// What one call changed.
struct Batch {
    tables: Vec<(&'static str, Vec<Change>)>,
    meta: Vec<u8>,
    done: Done,
}

type Done = Box<dyn FnOnce(Result<(), String>) + Send>;

/// Told when what was sent is in the file, or why it is not.
pub(crate) type Receipt = oneshot::Receiver<Result<(), String>>;

impl Store {
    /// Opens a file or makes it. What it holds is put into `state`; the meta data is returned,
    /// nothing where the file is new.
    pub(crate) fn open(
        path: &Path,
        state: &mut State,
    ) -> Result<(Self, Option<Value>), StateError> {
        let unusable = |why: String| StateError::Unusable { path: path.to_owned(), why };
        let file = owned(path).map_err(|error| {
            unusable(format!("cannot be opened ({error}); name a file that can be written"))
        })?;
        let backend = FileBackend::new(file);
        let database = backend.and_then(|file| redb::Builder::new().create_with_backend(file));
        let database = database.map_err(|error| {
            unusable(format!(
                "is no state file, is damaged, or is in use ({error}); name another, or import an export into a new one"
            ))
        })?;
        let damaged = |error: &dyn std::fmt::Display| {
            unusable(format!("cannot be read ({error}); import an export into a new file"))
        };
        let meta = load(path, &database, state, &damaged)?;
        for (_, table) in state.kept() {
            table.note();
            if meta.is_some() {
                table.take_changes();
            }
        }
        let (sender, receiver) = channel();
        let writer = std::thread::Builder::new().name("state".to_owned()).spawn(move || {
            write(&database, &receiver);
        });
        let writer = writer.map_err(|error| damaged(&error))?;
        Ok((Self { sender: Some(sender), writer: Some(writer) }, meta))
    }

    /// Sends what was changed to the file; nothing where nothing was.
    pub(crate) fn keep(
        &self,
        state: &mut State,
        meta: impl FnOnce(&State) -> Value,
    ) -> Option<Receipt> {
        let (done, receipt) = oneshot::channel();
        // Whoever does not wait any more need not be told.
        let done = Box::new(move |outcome| drop(done.send(outcome)));
        self.send(state, meta, done).then_some(receipt)
    }

    /// Writes what was changed, and waits for it.
    pub(crate) fn keep_now(
        &self,
        state: &mut State,
        meta: impl FnOnce(&State) -> Value,
    ) -> Result<(), String> {
        let (done, receipt) = channel();
        let done = Box::new(move |outcome| drop(done.send(outcome)));
        match self.send(state, meta, done) {
            true => receipt.recv().unwrap_or_else(|_| Err("its writer has ended".to_owned())),
            false => Ok(()),
        }
    }

    /// Whether there was something to send.
    fn send(&self, state: &mut State, meta: impl FnOnce(&State) -> Value, done: Done) -> bool {
        let mut tables = Vec::new();
        for (name, table) in state.kept() {
            let changes = table.take_changes();
            if !changes.is_empty() {
                tables.push((name, changes));
            }
        }
        if tables.is_empty() && !std::mem::take(&mut state.meta_changed) {
            return false;
        }
        let mut meta = meta(state);
        meta["format"] = FORMAT.into();
        let batch = Batch { tables, meta: meta.to_string().into_bytes(), done };
        // Without a writer nothing is sent, and whoever waits is told by that.
        if let Some(sender) = &self.sender {
            sender.send(batch).ok();
        }
        true
    }
}

impl Drop for Store {
    /// Waits until all that was sent is written.
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(writer) = self.writer.take() {
            writer.join().ok();
        }
    }
}

/// A file of its owner's alone: secrets of the tenant are in it.
fn owned(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn load(
    path: &Path,
    database: &Database,
    state: &mut State,
    damaged: &dyn Fn(&dyn std::fmt::Display) -> StateError,
) -> Result<Option<Value>, StateError> {
    let read = database.begin_read().map_err(|error| damaged(&error))?;
    let meta = match read.open_table(META) {
        Ok(table) => table.get(META_KEY).map_err(|error| damaged(&error))?,
        Err(redb::TableError::TableDoesNotExist(_)) => None,
        Err(error) => return Err(damaged(&error)),
    };
    let Some(meta) = meta else { return Ok(None) };
    let meta: Value = serde_json::from_slice(meta.value()).map_err(|error| damaged(&error))?;
    match meta["format"].as_u64() {
        Some(1..=FORMAT) => {}
        Some(found) => return Err(StateError::Newer { path: path.to_owned(), found }),
        None => return Err(damaged(&"it names no format")),
    }
    for (name, kept) in state.kept() {
        let definition: TableDefinition<'_, u64, &[u8]> = TableDefinition::new(name);
        let table = match read.open_table(definition) {
            Ok(table) => table,
            Err(redb::TableError::TableDoesNotExist(_)) => {
                kept.restore(Vec::new()).map_err(|error| damaged(&error))?;
                continue;
            }
            Err(error) => return Err(damaged(&error)),
        };
        let mut rows = Vec::new();
        for row in table.iter().map_err(|error| damaged(&error))? {
            let (place, json) = row.map_err(|error| damaged(&error))?;
            rows.push((place.value(), json.value().to_vec()));
        }
        kept.restore(rows).map_err(|error| damaged(&format_args!("{name}: {error}")))?;
    }
    Ok(Some(meta))
}

/// Writes what comes, as much at a time as has come by then.
fn write(database: &Database, batches: &Receiver<Batch>) {
    while let Ok(first) = batches.recv() {
        let batches: Vec<Batch> = std::iter::once(first).chain(batches.try_iter()).collect();
        let outcome = commit(database, &batches).map_err(|error| error.to_string());
        for batch in batches {
            (batch.done)(outcome.clone());
        }
    }
}

fn commit(database: &Database, batches: &[Batch]) -> Result<(), redb::Error> {
    let write = database.begin_write()?;
    // The last change of a row stands for those before it.
    let mut tables: BTreeMap<&str, BTreeMap<u64, Option<&[u8]>>> = BTreeMap::new();
    for batch in batches {
        for (name, changes) in &batch.tables {
            let rows = tables.entry(name).or_default();
            rows.extend(changes.iter().map(|change| (change.place, change.json.as_deref())));
        }
    }
    for (name, rows) in tables {
        let definition: TableDefinition<'_, u64, &[u8]> = TableDefinition::new(name);
        let mut table = write.open_table(definition)?;
        for (place, json) in rows {
            match json {
                Some(json) => drop(table.insert(place, json)?),
                None => drop(table.remove(place)?),
            }
        }
    }
    if let Some(last) = batches.last() {
        write.open_table(META)?.insert(META_KEY, last.meta.as_slice())?;
    }
    write.commit()?;
    Ok(())
}
