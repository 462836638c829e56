//! What was made in a tenant, kept so that it is taken away.
//!
//! ```
//! use ledger::{Kind, Ledger, LedgerError};
//!
//! let folder = tempfile::tempdir().unwrap();
//! let path = folder.path().join("ledger.jsonl");
//! let tenant = "33f2f5f3-8d60-4b8c-9fb6-2f1e7a7d5b11";
//! let ledger = Ledger::open(&path, tenant)?;
//! assert!(ledger.open_entries(None).is_empty());
//! assert!(ledger.made(Kind::Group, "5a").is_none());
//! // Nobody else has it meanwhile, and it is of one tenant.
//! assert!(matches!(Ledger::open(&path, tenant), Err(LedgerError::InUse { .. })));
//! drop(ledger);
//! assert!(matches!(Ledger::open(&path, "another"), Err(LedgerError::OtherTenant { .. })));
//! # Ok::<(), LedgerError>(())
//! ```
//!
//! A [`Guard`] stands before the tenant: it writes an intent to the [`Ledger`], on the disk, before it
//! lets a request pass that makes something, and lets nothing be changed or deleted that is not in
//! there or that somebody has changed since. Where the answer to a making was lost it looks whether
//! it was made, by name or by parent, before it asks again. A [`Sweep`] takes away what is left: at the
//! end of a run, and after a run that was killed.
//!
//! The file has a line a happening, as JSON: an intent with what the object is found by, then what
//! became of it. It holds no secret, no name of anybody who was there before, and of the tenant's id
//! no more than a digest. A line that was torn by a power cut is dropped: what it was to say was not
//! done yet.
//!
//! Invariants, said as absences: nothing is deleted by how its name begins; no scenario, no golden;
//! nothing here knows whether a tenant or the emulator answers.

mod act;
mod book;
mod error;
mod find;
mod guard;
mod kind;
mod sweep;

pub use book::{Entry, Ledger};
pub use error::LedgerError;
pub use guard::{Guard, Limits};
pub use kind::Kind;
pub use sweep::{Sweep, Swept};
