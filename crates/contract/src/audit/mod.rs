//! API documentation held against the contract and against itself: the exchanges of a page, in the
//! two forms in which pages come, and what contradicts in them.
//!
//! ```
//! use contract::audit::{Auditor, text};
//!
//! let page = "Make a catalog\n\n\
//!     POST https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/catalogs\n\
//!     Content-type: application/json\n\n\
//!     { \"displayName\": \"Sales\", \"catalogStatus\": \"published\", }";
//! let audit = Auditor::default().audit(page, "page.md").unwrap();
//! let rules: Vec<_> = audit.remarks.iter().map(|remark| (remark.line, remark.rule)).collect();
//! assert_eq!(rules, [(6, "invalid-json"), (6, "other-version-name")]);
//! ```
//!
//! With a table of names ([`Auditor::with_names`]) names of the other version are recognised and
//! corrected.
//!
//! What lives in prose alone is out of reach, but for three things: ids that the text states, what
//! it tells to record, and the states that it says an answer shows.

mod answer;
mod body;
mod conformance;
mod flow;
mod ids;
mod line;
mod members;
mod page;
mod prose;
mod remark;
mod report;
mod role;
mod route;
mod told;
mod vocabulary;
mod written;

use thiserror::Error;

use crate::drift::Dictionary;
use crate::facts::{Contract, ContractError};

pub use remark::{AUDIT_RULES, Remark};
pub use report::{json, markdown, text};

/// Reads documents and says what is wrong with them.
#[derive(Debug, Clone, Default)]
pub struct Auditor {
    /// Names of v1.0, and what beta calls them.
    v1_to_beta: Dictionary,
}

/// What was found in one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The document.
    pub file: String,
    /// How many requests it shows.
    pub exchanges: usize,
    /// Whether ids were followed from step to step; not where each example stands for itself.
    pub follows_ids: bool,
    /// What is wrong, in the order of the document.
    pub remarks: Vec<Remark>,
}

/// A document that cannot be audited.
#[derive(Debug, Error)]
pub enum AuditError {
    /// There is nothing to hold against anything.
    #[error(
        "{0}: expected requests (GET https://graph.microsoft.com/v1.0/…), found none in {1} lines"
    )]
    NoExchanges(String, usize),
    /// This build carries a contract that cannot be read.
    #[error(transparent)]
    Contract(#[from] ContractError),
}

/// A version of the API, and the other beside it.
#[derive(Debug)]
pub(crate) struct Languages<'a> {
    pub(crate) here: &'a Contract,
    pub(crate) there: &'a Contract,
    pub(crate) from_there: &'a Dictionary,
    pub(crate) to_there: &'a Dictionary,
}

impl Languages<'_> {
    /// What the version calls what is written as `name` in a body of `owner`: the same, or its name
    /// for what the other version calls so; a path where it lies deeper.
    pub(crate) fn declared(&self, owner: &str, name: &str) -> Option<String> {
        if self.here.member(owner, name).is_some() {
            return Some(name.to_owned());
        }
        let abroad = self.to_there.type_name(owner);
        let meant = self.from_there.member(self.there, abroad, name)?;
        let first = meant.split('/').next().unwrap_or_default();
        self.here.member(owner, first).map(|_| meant.to_owned())
    }

    /// The declared spelling of a name, whatever its case.
    pub(crate) fn cased(&self, owner: &str, name: &str) -> Option<String> {
        self.here.lineage(owner).find_map(|(_, found)| {
            let mut names = found.properties.keys().chain(found.navigations.keys());
            names.find(|known| known.eq_ignore_ascii_case(name)).cloned()
        })
    }

    /// What v1.0 calls what this version, which is beta, calls `name`, where that differs.
    pub(crate) fn v1_name(&self, owner: &str, name: &str) -> Option<String> {
        if self.here.version != "beta" {
            return None;
        }
        let v1 = self.to_there.member(self.here, owner, name)?;
        (v1 != name).then(|| v1.to_owned())
    }

    /// Whether the other version has a member of that name where this one has not.
    pub(crate) fn only_there(&self, owner: &str, name: &str) -> bool {
        self.there.member(self.to_there.type_name(owner), name).is_some()
    }
}

impl Auditor {
    /// One that knows what the two versions call the same: `v1_to_beta` leads from v1.0's names to
    /// beta's.
    #[must_use]
    pub fn with_names(v1_to_beta: Dictionary) -> Self {
        Self { v1_to_beta }
    }

    /// Reads a document, Markdown or the text of a page; `file` is its name in the report.
    ///
    /// # Errors
    /// [`AuditError::NoExchanges`] where it shows no request.
    pub fn audit(&self, document: &str, file: &str) -> Result<Audit, AuditError> {
        let page = page::Page::parse(document);
        if page.exchanges.is_empty() {
            let lines = document.lines().count();
            return Err(AuditError::NoExchanges(file.to_owned(), lines));
        }
        let (v1, beta) = (Contract::builtin("v1.0")?, Contract::builtin("beta")?);
        let beta_to_v1 = self.v1_to_beta.reversed();
        let in_v1 = Languages {
            here: v1,
            there: beta,
            from_there: &beta_to_v1,
            to_there: &self.v1_to_beta,
        };
        let in_beta = Languages {
            here: beta,
            there: v1,
            from_there: &self.v1_to_beta,
            to_there: &beta_to_v1,
        };
        let speaks = |version: &str| match version {
            "v1.0" => Some(&in_v1),
            "beta" => Some(&in_beta),
            _ => None,
        };
        let mut remarks = Vec::new();
        let mut told = told::Told::default();
        let mut walked = Vec::new();
        for published in &page.exchanges {
            walked.push(conformance::check(
                published,
                speaks(&published.version),
                &mut told,
                &mut remarks,
            ));
        }
        told.sum_up(&page, &mut remarks);
        let follows_ids = flow::check(&page, &walked, &speaks, &mut remarks);
        prose::check(&page, &mut remarks);
        remarks.sort_by(|a, b| a.line.cmp(&b.line).then(b.severity.cmp(&a.severity)));
        remarks.dedup();
        let exchanges = page.exchanges.len();
        Ok(Audit { file: file.to_owned(), exchanges, follows_ids, remarks })
    }
}

/// The globally unique ids in a text, and what looks as if it were meant as one: four to six groups
/// of about their lengths, nearly all of it hexadecimal.
pub(crate) fn guids(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|token| {
        let groups: Vec<&str> = token.split('-').collect();
        let letters = token.chars().filter(|c| *c != '-').count();
        let hexadecimal = token.chars().filter(char::is_ascii_hexdigit).count();
        let digits = token.chars().filter(char::is_ascii_digit).count();
        (4..=6).contains(&groups.len())
            && (26..=40).contains(&letters)
            && hexadecimal + 2 >= letters
            && digits >= 4
            && groups.iter().all(|group| (3..=16).contains(&group.len()))
    })
}

/// Whether a text is a globally unique id.
pub(crate) fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// Words that stand in documents where a value of their kind belongs.
const PLACEHOLDERS: [&str; 5] = ["string", "boolean", "integer", "guid", "timestamp"];

/// Whether a value stands for any of its kind: `String (identifier)`, `{id}`.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let words = text.to_ascii_lowercase();
    let kind = PLACEHOLDERS.iter().any(|word| {
        words.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
    });
    kind || words.ends_with("-value")
        || (text.starts_with('{') && text.ends_with('}'))
        || (text.starts_with('<') && text.ends_with('>'))
}
