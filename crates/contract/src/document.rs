use std::cmp::Ordering;

use thiserror::Error;

use crate::csdl::{CsdlError, Metadata};
use crate::facts::{Contract, ContractError};
use crate::slice::Reach;

/// A document that says what the API is: metadata, or a contract that was stored.
#[derive(Debug, Clone)]
pub enum Document {
    /// CSDL.
    Metadata(Metadata),
    /// A stored contract.
    Stored(Contract),
}

/// A document that is neither.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// It is XML, or nothing known, and no metadata.
    #[error(transparent)]
    Csdl(#[from] CsdlError),
    /// It is JSON and no contract.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// Nothing in it says of which version it is.
    #[error(
        "{0}: neither the catalogs of v1.0 nor those of beta are in it; say with --api which version it is"
    )]
    Versionless(String),
}

impl Document {
    /// Reads a document, which is JSON where it begins with a brace. `file` names it in errors,
    /// `source` in the contract.
    ///
    /// # Errors
    /// [`DocumentError`] with the place.
    pub fn parse(text: &str, file: &str, source: &str) -> Result<Self, DocumentError> {
        match text.trim_start().starts_with('{') {
            true => Ok(Self::Stored(Contract::parse(text, file)?)),
            false => Ok(Self::Metadata(Metadata::parse(text, file, source)?)),
        }
    }

    /// Reads two documents at once, each as [`Document::parse`] does: text, file, source. Reading is
    /// most of the work of comparing, so each has its thread.
    ///
    /// # Errors
    /// [`DocumentError`] of the first, else of the second.
    pub fn parse_both(
        base: (&str, &str, &str),
        head: (&str, &str, &str),
    ) -> Result<(Self, Self), DocumentError> {
        let parse = |(text, file, source): (&str, &str, &str)| Self::parse(text, file, source);
        let (base, head) = together(|| parse(base), || parse(head));
        Ok((base?, head?))
    }

    /// The version that it is of, as told by what entitlement management calls its collections.
    ///
    /// # Errors
    /// [`DocumentError::Versionless`].
    pub fn version(&self, file: &str) -> Result<String, DocumentError> {
        match self {
            Self::Stored(contract) => Ok(contract.version.clone()),
            Self::Metadata(metadata) => {
                let centre = metadata.types.get("entitlementManagement");
                let count = |names: [&str; 4]| {
                    let has = |name: &&str| {
                        centre.is_some_and(|centre| centre.navigations.contains_key(*name))
                    };
                    names.iter().filter(|name| has(name)).count()
                };
                let v1 =
                    count(["catalogs", "assignments", "assignmentPolicies", "assignmentRequests"]);
                let beta = count([
                    "accessPackageCatalogs",
                    "accessPackageAssignments",
                    "accessPackageAssignmentPolicies",
                    "accessPackageAssignmentRequests",
                ]);
                match v1.cmp(&beta) {
                    Ordering::Greater => Ok("v1.0".to_owned()),
                    Ordering::Less => Ok("beta".to_owned()),
                    Ordering::Equal => Err(DocumentError::Versionless(file.to_owned())),
                }
            }
        }
    }

    /// What it says of entitlement management, as the contract of `version`.
    ///
    /// # Errors
    /// [`CsdlError`] where metadata says nothing of it.
    pub fn contract(self, version: &str) -> Result<Contract, CsdlError> {
        match self {
            Self::Metadata(metadata) => metadata.slice(version),
            Self::Stored(contract) => Ok(contract),
        }
    }

    /// The contracts of two documents that are to be compared, each with its version: each has the
    /// types that the other reaches, so that none seems new or gone that is only led to in another
    /// way.
    ///
    /// # Errors
    /// [`CsdlError`] where metadata says nothing of entitlement management.
    pub fn contracts(
        base: (Self, &str),
        head: (Self, &str),
    ) -> Result<(Contract, Contract), CsdlError> {
        let reach = |document: &Self| match document {
            Self::Metadata(metadata) => metadata.reach(),
            Self::Stored(contract) => Reach::of(contract.types.keys()),
        };
        let (of_base, of_head) = together(|| reach(&base.0), || reach(&head.0));
        // A document is large, and taking it apart costs as well: each thread does its own.
        let contract = |(document, version): (Self, &str), reach: Reach| match document {
            Self::Metadata(metadata) => metadata.slice_of(version, &reach),
            Self::Stored(contract) => Ok(contract),
        };
        let (both_base, both_head) = (of_base.and(&of_head), of_head.and(&of_base));
        let (base, head) = together(|| contract(base, both_base), || contract(head, both_head));
        Ok((base?, head?))
    }
}

/// Both at once.
fn together<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        match other.join() {
            Ok(other) => (one, other),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
