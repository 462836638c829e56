//! What changed between two contracts, how bad it is by which rule, and whom it hits.
//!
//! ```
//! use contract::{Metadata, drift};
//!
//! let document = |fragment: &str| format!(r#"<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
//!   <edmx:DataServices><Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
//!     <EntityType Name="entitlementManagement">{fragment}</EntityType>
//!     <EntityType Name="identityGovernance"><NavigationProperty Name="entitlementManagement" Type="microsoft.graph.entitlementManagement"/></EntityType>
//!     <EntityContainer Name="c"><Singleton Name="identityGovernance" Type="microsoft.graph.identityGovernance"/></EntityContainer>
//!   </Schema></edmx:DataServices></edmx:Edmx>"#);
//! let contract = |fragment: &str| Metadata::parse(&document(fragment), "a.csdl", "a").unwrap().slice("v1.0").unwrap();
//!
//! let base = contract(r#"<Property Name="motto" Type="Edm.String"/>"#);
//! let changes = drift::compare(&base, &contract(""), None);
//! assert_eq!(changes[0].rule.id, "property-removed");
//! assert_eq!(changes[0].subject.to_string(), "entitlementManagement.motto");
//! ```
//!
//! [`compare`] walks both contracts and hands every difference to every [`Rule`]; a rule that speaks
//! makes a [`Change`]. Types, bases and members are compared as they are on the wire: an alias, an
//! order, or a member that moved to a base type is no change.

mod change;
mod cloud;
mod difference;
mod renames;
pub mod report;
mod rule;
mod subject;
mod usage;
mod versions;

pub use change::{Change, Comparison, Side, compare};
pub use cloud::Cloud;
pub(crate) use cloud::speaks_of;
pub use rule::{Example, Party, RULES, Rule, Severity};
pub use subject::Subject;
pub use usage::{Hit, Recorded};
pub use versions::{Dictionary, MemberNames, TypeNames};
