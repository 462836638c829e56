use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::act::Draft;
use crate::{Kind, LedgerError};

/// The format of the file. What an older program cannot read needs a higher one.
const FORMAT: u32 = 1;
/// How every ledger begins.
const HEAD: &str = "{\"is\":\"ledger\",";

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "camelCase")]
enum Line {
    /// The first.
    Ledger { format: u32, tool: String, tenant: String },
    /// Before the request is sent.
    Intent { n: usize, at: Timestamp, run: String, kind: Kind, marks: BTreeMap<String, String> },
    /// It may have been sent once more.
    Again { n: usize },
    /// There it is.
    Made { n: usize, id: String },
    /// Nothing was made.
    Refused { n: usize },
    /// One of what was made was deleted.
    Deleted { n: usize, id: String },
    /// None of it is there any more, and that was seen.
    Gone { n: usize },
}

/// What is known of something that was to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the ledger, from 0.
    pub number: usize,
    /// When it was about to be sent.
    pub at: Timestamp,
    /// The prefix of the run's names.
    pub run: String,
    /// What it is.
    pub kind: Kind,
    /// What it is found and recognised by.
    pub marks: BTreeMap<String, String>,
    /// How often the request may have been sent.
    pub sends: usize,
    /// Its ids, once they are known: more than one where a request was carried out more than once. Of a
    /// resource that of the request that brought it in.
    pub ids: Vec<String>,
    /// Ids of what was deleted, and not seen to be gone yet.
    pub deleted: Vec<String>,
    /// Whether it is known not to be there: never made, or taken away.
    pub over: bool,
}

impl Entry {
    /// A mark, empty where the request did not say.
    pub fn mark(&self, name: &str) -> &str {
        self.marks.get(name).map(String::as_str).unwrap_or_default()
    }

    /// What it is called for people: its kind, and a name where it has one.
    pub fn called(&self) -> String {
        let name = ["displayName", "type"].iter().find_map(|mark| self.marks.get(*mark));
        let name = name.map(|name| format!(" '{name}'")).unwrap_or_default();
        let id = self.ids.first().or(self.deleted.first());
        let id = id.map_or("its id is not known", String::as_str);
        format!("{}{name} ({id})", self.kind)
    }
}

/// What was made in a tenant and is not taken away yet: written down before a request is sent, so
/// that a killed process leaves nothing that nobody knows of. Clones share it.
#[derive(Debug, Clone)]
pub struct Ledger(Arc<Mutex<Book>>);

#[derive(Debug)]
struct Book {
    entries: Vec<Entry>,
    /// None where it is kept in memory only.
    file: Option<(File, PathBuf)>,
    /// Why nothing is written any more: what stands in the file cannot be relied on.
    broken: Option<String>,
}

impl Ledger {
    /// A ledger that ends with the process.
    pub fn in_memory() -> Self {
        Self(Arc::new(Mutex::new(Book { entries: Vec::new(), file: None, broken: None })))
    }

    /// Opens the ledger of a tenant, made where it is missing, and keeps it from others as long as
    /// it is open. `tenant` is the tenant's id, of which a digest is kept. A last line that was torn
    /// is dropped: what it was to say was not done yet.
    ///
    /// # Errors
    /// [`LedgerError`] where the file is in use, of another tenant, newer than this program, or
    /// damaged elsewhere than in its last line.
    pub fn open(path: &Path, tenant: &str) -> Result<Self, LedgerError> {
        let place = || path.display().to_string();
        let failed =
            |error: std::io::Error| LedgerError::File { file: place(), why: error.to_string() };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        file.try_lock().map_err(|_| LedgerError::InUse { file: place() })?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let (lines, torn) = text.split_at(whole);
        // What has no whole line may be a ledger that was torn at its first one, and nothing else.
        if whole == 0 && !HEAD.as_bytes().starts_with(&torn[..torn.len().min(HEAD.len())]) {
            let why = "expected a ledger, or no file yet".to_owned();
            return Err(LedgerError::Damaged { file: place(), line: 1, why });
        }
        let text = String::from_utf8_lossy(lines).into_owned();
        let entries = read(&text, &digest(tenant), &place)?;
        // It is one, so that what was torn from it is nobody's loss.
        if !torn.is_empty() {
            file.set_len(whole as u64).map_err(failed)?;
            file.seek(SeekFrom::End(0)).map_err(failed)?;
        }
        let book = Book { entries, file: Some((file, path.to_owned())), broken: None };
        let ledger = Self(Arc::new(Mutex::new(book)));
        if text.is_empty() {
            let tool = env!("CARGO_PKG_VERSION").to_owned();
            let head = Line::Ledger { format: FORMAT, tool, tenant: digest(tenant) };
            ledger.book().write(&head)?;
            // That the file is there is on the disk, too.
            #[cfg(unix)]
            if let Some(folder) = path.parent() {
                let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
            }
        }
        Ok(ledger)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What may still be there, oldest first; of one run, or of all.
    pub fn open_entries(&self, run: Option<&str>) -> Vec<Entry> {
        let book = self.book();
        let open = book.entries.iter().filter(|entry| !entry.over);
        open.filter(|entry| run.is_none_or(|run| entry.run == run)).cloned().collect()
    }

    /// How many objects were to be made in a run.
    pub fn intended(&self, run: &str) -> usize {
        self.book().entries.iter().filter(|entry| entry.run == run).count()
    }

    /// The entry of an object that was made and is not known to be gone.
    pub fn made(&self, kind: Kind, id: &str) -> Option<Entry> {
        let book = self.book();
        let found = book.entries.iter().find(|entry| {
            entry.kind == kind && !entry.over && entry.ids.iter().any(|known| is_same(known, id))
        });
        found.cloned()
    }

    /// The entry of an object that was deleted and is not known to be gone for good.
    pub(crate) fn deleted(&self, kind: Kind, id: &str) -> Option<Entry> {
        let book = self.book();
        let found = book.entries.iter().find(|entry| {
            entry.kind == kind
                && !entry.over
                && entry.deleted.iter().any(|known| is_same(known, id))
        });
        found.cloned()
    }

    /// Writes down that something is about to be made; its number. On the disk when this returns.
    pub(crate) fn intend(
        &self,
        run: &str,
        draft: &Draft,
        at: Timestamp,
    ) -> Result<usize, LedgerError> {
        let mut book = self.book();
        let n = book.entries.len();
        let marks = draft.marks.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let marks: BTreeMap<String, String> = marks.collect();
        let (run, kind) = (run.to_owned(), draft.kind);
        book.write(&Line::Intent { n, at, run, kind, marks })?;
        Ok(n)
    }

    pub(crate) fn sent_again(&self, n: usize) -> Result<(), LedgerError> {
        self.book().write(&Line::Again { n })
    }

    pub(crate) fn was_made(&self, n: usize, id: &str) -> Result<(), LedgerError> {
        self.book().write(&Line::Made { n, id: id.to_owned() })
    }

    pub(crate) fn was_refused(&self, n: usize) -> Result<(), LedgerError> {
        self.book().write(&Line::Refused { n })
    }

    pub(crate) fn was_deleted(&self, n: usize, id: &str) -> Result<(), LedgerError> {
        self.book().write(&Line::Deleted { n, id: id.to_owned() })
    }

    pub(crate) fn is_gone(&self, n: usize) -> Result<(), LedgerError> {
        self.book().write(&Line::Gone { n })
    }
}

impl Book {
    /// Takes a line in, after it is on the disk. A line that could not be written whole is taken out of
    /// the file again.
    fn write(&mut self, line: &Line) -> Result<(), LedgerError> {
        if let Some((file, path)) = &mut self.file {
            let failed = |why: String| LedgerError::File { file: path.display().to_string(), why };
            if let Some(why) = &self.broken {
                return Err(failed(why.clone()));
            }
            let mut text =
                serde_json::to_string(line).map_err(|error| failed(error.to_string()))?;
            text.push('\n');
            let before = file.metadata().map_err(|error| failed(error.to_string()))?.len();
            let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
            if let Err(error) = written {
                if file.set_len(before).and_then(|()| file.sync_data()).is_err() {
                    self.broken = Some(format!("a line could not be written whole: {error}"));
                }
                return Err(failed(error.to_string()));
            }
        }
        take(&mut self.entries, line);
        Ok(())
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// What a line says; false where it speaks of what no line before it spoke of.
fn take(entries: &mut Vec<Entry>, line: &Line) -> bool {
    let mut on = |n: usize, change: &dyn Fn(&mut Entry)| match entries.get_mut(n) {
        Some(entry) => {
            change(entry);
            true
        }
        None => false,
    };
    match line {
        Line::Ledger { .. } => true,
        Line::Again { n } => on(*n, &|entry| entry.sends += 1),
        Line::Made { n, id } => on(*n, &|entry| {
            if !entry.ids.iter().chain(&entry.deleted).any(|known| is_same(known, id)) {
                entry.ids.push(id.clone());
            }
        }),
        Line::Deleted { n, id } => on(*n, &|entry| {
            entry.ids.retain(|known| !is_same(known, id));
            entry.deleted.push(id.clone());
        }),
        Line::Refused { n } | Line::Gone { n } => on(*n, &|entry| entry.over = true),
        Line::Intent { n, at, run, kind, marks } => {
            let next = *n == entries.len();
            if next {
                entries.push(Entry {
                    number: *n,
                    at: *at,
                    run: run.clone(),
                    kind: *kind,
                    marks: marks.clone(),
                    sends: 1,
                    ids: Vec::new(),
                    deleted: Vec::new(),
                    over: false,
                });
            }
            next
        }
    }
}

fn read(text: &str, tenant: &str, place: &dyn Fn() -> String) -> Result<Vec<Entry>, LedgerError> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    let mut entries = Vec::new();
    for (index, text) in text.lines().enumerate() {
        let damaged = |why: String| LedgerError::Damaged { file: place(), line: index + 1, why };
        if index == 0
            && let Ok(Head { format }) = serde_json::from_str(text)
            && format > FORMAT
        {
            return Err(LedgerError::Newer { file: place(), found: format, newest: FORMAT });
        }
        let line: Line = serde_json::from_str(text).map_err(|error| damaged(words(&error)))?;
        match &line {
            Line::Ledger { tenant: of, .. } if index == 0 => {
                if of != tenant {
                    return Err(LedgerError::OtherTenant { file: place() });
                }
            }
            _ if index == 0 => return Err(damaged("expected the head of a ledger".to_owned())),
            Line::Ledger { .. } => return Err(damaged("found a second head".to_owned())),
            line => {
                if !take(&mut entries, line) {
                    return Err(damaged(
                        "it speaks of an object that no line above names".to_owned(),
                    ));
                }
            }
        }
    }
    Ok(entries)
}

/// Words for an error of JSON that quote nothing of what was read.
fn words(error: &serde_json::Error) -> String {
    let words = match error.classify() {
        serde_json::error::Category::Data => "it is JSON, but no line of a ledger",
        _ => "it is no JSON",
    };
    words.to_owned()
}

/// A tenant's id is told to nobody; that it is the same is enough.
fn digest(tenant: &str) -> String {
    let salted = format!("entitle ledger {}", tenant.to_lowercase());
    let digest = ring::digest::digest(&ring::digest::SHA256, salted.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(&digest.as_ref()[..9])
}
