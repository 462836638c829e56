/// A ledger that cannot be used. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be read or written.
    #[error("{file}: {why}; without its ledger nothing is made in a tenant")]
    File {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// Another process has it.
    #[error("{file}: another run has it open; wait for it, or give this one a --ledger of its own")]
    InUse {
        /// The file.
        file: String,
    },
    /// It is of another tenant.
    #[error("{file}: it is the ledger of another tenant; give this one a --ledger of its own")]
    OtherTenant {
        /// The file.
        file: String,
    },
    /// It is newer than this program.
    #[error("{file}: expected format {newest} or older, found {found}; update entitle")]
    Newer {
        /// The file.
        file: String,
        /// Its format.
        found: u32,
        /// The newest that this program reads.
        newest: u32,
    },
    /// A line is none.
    #[error(
        "{file}, line {line}: {why}; restore the file, or move it away and take what is left away by hand: its names begin with `entitle` and six digits"
    )]
    Damaged {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}
