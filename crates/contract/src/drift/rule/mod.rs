//! The rules, one a file: what a difference is called, how bad it is and why.
//!
//! To add one: a file beside these, with the smallest pair of documents in which it fires; its name
//! in the lists below. The tests hold every rule against its example.

pub(super) mod absent_in_cloud;
mod action_added;
mod action_removed;
mod alternate_key_added;
pub(super) mod alternate_key_removed;
mod annotation_changed;
mod base_type_changed;
mod cardinality_changed;
mod closed_enum_member_added;
mod containment_changed;
mod deprecated;
pub(super) mod different_in_cloud;
mod enum_member_added;
mod enum_member_hidden;
mod enum_member_inserted;
mod enum_member_recased;
mod enum_member_removed;
mod enum_openness_changed;
mod enum_value_renumbered;
mod function_added;
mod function_removed;
mod key_changed;
mod made_read_only;
mod member_kind_changed;
mod member_recased;
mod member_renamed;
mod navigation_added;
mod navigation_removed;
mod null_allowed;
mod null_forbidden;
mod operation_recased;
mod optional_parameter_added;
mod parameter_changed;
mod parameter_relaxed;
mod parameter_removed;
mod property_added;
mod property_removed;
pub(super) mod renamed_between_versions;
mod required_parameter_added;
mod required_property_added;
mod restriction_added;
mod restriction_lifted;
mod return_type_changed;
mod root_added;
mod root_changed;
mod root_removed;
mod type_added;
mod type_changed;
mod type_closed;
mod type_kind_changed;
mod type_made_abstract;
mod type_made_concrete;
mod type_narrowed;
mod type_opened;
mod type_removed;
pub(super) mod type_renamed;
mod type_widened;
mod update_method_changed;

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

use super::difference::{Difference, Place, Placed, Types};
use crate::facts::{Kind, Source, Type, UNKNOWN_FUTURE_VALUE};
use crate::operation::{Operation, OperationKind, Parameter};

use Party::{Reader, Writer};

/// What a difference is called, how bad it is, and why.
pub struct Rule {
    /// Its name, which stays.
    pub id: &'static str,
    /// How bad.
    pub severity: Severity,
    /// Why, in one sentence.
    pub reason: &'static str,
    /// Whose work it may break.
    pub breaks: &'static [Party],
    /// The smallest pair of documents in which it fires.
    pub example: Example,
    /// Where the judgement comes from.
    pub reference: &'static str,
    pub(crate) applies: fn(&Difference<'_>) -> Option<String>,
}

/// How bad a change is, the milder before the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nobody is hit.
    Cosmetic,
    /// There is more than there was.
    Additive,
    /// A national cloud is not as the global service is.
    Cloud,
    /// Some clients may be hit.
    Risky,
    /// Clients that are right today are wrong then.
    Breaking,
}

/// Who is hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// Who reads answers.
    Reader,
    /// Who sends requests.
    Writer,
}

/// Fragments of CSDL, as they stand within a schema whose `entitlementManagement` has a collection
/// `things` of a `thing`.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// Before.
    pub base: &'static str,
    /// After.
    pub head: &'static str,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] =
        [Self::Breaking, Self::Risky, Self::Cloud, Self::Additive, Self::Cosmetic];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cosmetic => "cosmetic",
            Self::Additive => "additive",
            Self::Cloud => "cloud",
            Self::Risky => "risky",
            Self::Breaking => "breaking",
        }
    }
}

impl Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Party {
    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Reader => "reader",
            Writer => "writer",
        }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.id).finish()
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

impl Rule {
    /// The rule of that id.
    pub fn find(id: &str) -> Option<&'static Self> {
        RULES.iter().copied().find(|rule| rule.id == id)
    }
}

const ODATA_VERSIONING: &str = "OData 4.01 Protocol, 5.2 Model Versioning: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part1-protocol.html#sec_ModelVersioning";
const ODATA_CONTAINMENT: &str = "OData 4.01 CSDL XML, 8.4 Containment Navigation Property: https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html#sec_ContainmentNavigationProperty";
const ODATA_OPEN_TYPES: &str = "OData 4.01 CSDL XML, 6.3 Open Entity Type: https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html#sec_OpenEntityType";
const ODATA_JSON: &str = "OData 4.01 JSON Format, 7.1 Primitive Value: https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_PrimitiveValue";
const EVOLVABLE_ENUMS: &str = "Microsoft Graph best practices, handling future members in evolvable enumerations: https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations";
const GRAPH_VERSIONING: &str = "Microsoft Graph versioning, support and breaking change policies: https://learn.microsoft.com/graph/versioning-and-support";
const GRAPH_CLOUDS: &str =
    "Microsoft Graph national cloud deployments: https://learn.microsoft.com/graph/deployments";
const CAPABILITIES: &str = "OData Capabilities vocabulary: https://github.com/oasis-tcs/odata-vocabularies/blob/main/vocabularies/Org.OData.Capabilities.V1.md";
const CORE: &str = "OData Core vocabulary: https://github.com/oasis-tcs/odata-vocabularies/blob/main/vocabularies/Org.OData.Core.V1.md";
const ALTERNATE_KEYS: &str = "OData Core vocabulary, AlternateKeys: https://github.com/oasis-tcs/odata-vocabularies/blob/main/vocabularies/Org.OData.Core.V1.md#AlternateKeys";

/// All rules on differences, in the order in which people read of them.
pub static RULES: [&Rule; 58] = [
    &property_removed::RULE,
    &property_added::RULE,
    &navigation_removed::RULE,
    &navigation_added::RULE,
    &required_property_added::RULE,
    &member_renamed::RULE,
    &member_recased::RULE,
    &member_kind_changed::RULE,
    &type_changed::RULE,
    &type_widened::RULE,
    &type_narrowed::RULE,
    &cardinality_changed::RULE,
    &null_allowed::RULE,
    &null_forbidden::RULE,
    &containment_changed::RULE,
    &type_removed::RULE,
    &type_added::RULE,
    &type_kind_changed::RULE,
    &type_opened::RULE,
    &type_closed::RULE,
    &type_made_abstract::RULE,
    &type_made_concrete::RULE,
    &base_type_changed::RULE,
    &key_changed::RULE,
    &alternate_key_removed::RULE,
    &alternate_key_added::RULE,
    &enum_member_removed::RULE,
    &enum_member_added::RULE,
    &enum_member_inserted::RULE,
    &enum_member_hidden::RULE,
    &closed_enum_member_added::RULE,
    &enum_member_recased::RULE,
    &enum_value_renumbered::RULE,
    &enum_openness_changed::RULE,
    &action_removed::RULE,
    &action_added::RULE,
    &function_removed::RULE,
    &function_added::RULE,
    &operation_recased::RULE,
    &required_parameter_added::RULE,
    &optional_parameter_added::RULE,
    &parameter_removed::RULE,
    &parameter_changed::RULE,
    &parameter_relaxed::RULE,
    &return_type_changed::RULE,
    &root_removed::RULE,
    &root_added::RULE,
    &root_changed::RULE,
    &restriction_added::RULE,
    &restriction_lifted::RULE,
    &update_method_changed::RULE,
    &made_read_only::RULE,
    &deprecated::RULE,
    &annotation_changed::RULE,
    &type_renamed::RULE,
    &absent_in_cloud::RULE,
    &different_in_cloud::RULE,
    &renamed_between_versions::RULE,
];

/// Whether a body that was complete without the member is no more.
fn required(placed: &Placed<'_>) -> bool {
    !placed.member.nullable && !placed.member.type_ref.collection && !placed.given
}

/// Whether nullability and containment are known of both sides: of what was observed they are not.
fn known(base: &Placed<'_>, head: &Placed<'_>) -> bool {
    base.member.source != Source::Observed && head.member.source != Source::Observed
}

fn from_to(base: &impl Display, head: &impl Display) -> String {
    format!("was {base}, is {head}")
}

fn described(found: &Type) -> &'static str {
    match found.kind {
        Kind::Entity => "an entity type",
        Kind::Complex => "a complex type",
        Kind::Enum => "an enum",
        Kind::Flags => "an enum of flags",
    }
}

fn only_in(these: &BTreeSet<String>, others: &BTreeSet<String>) -> Option<String> {
    let only: Vec<&str> = these.difference(others).map(String::as_str).collect();
    (!only.is_empty()).then(|| only.join("), ("))
}

fn listed(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Whether every call that was right is right with the new parameter.
fn relaxed(base: &Parameter, head: &Parameter, types: Types) -> bool {
    matches!(types, Types::Same | Types::Widened)
        && base.type_ref.collection == head.type_ref.collection
        && (head.nullable || !base.nullable)
        && (head.optional || !base.optional)
}

/// Whether entities could be updated by a method by which they cannot any more; `PATCH` is what is
/// meant where nothing is said.
fn loses_method(base: Option<&str>, head: Option<&str>) -> bool {
    let methods = |of: Option<&str>| -> BTreeSet<String> {
        of.unwrap_or("PATCH").split(", ").map(str::to_owned).collect()
    };
    !methods(base).is_subset(&methods(head))
}

/// Whether a term of the core vocabulary says that clients cannot set the value.
fn read_only(term: &str, value: Option<&str>) -> bool {
    match term {
        "Computed" | "Immutable" => value == Some("true"),
        "Permissions" => matches!(value, Some("Read" | "None")),
        _ => false,
    }
}

/// What one value of a capability forbids that the other does not: `false` of what is possible
/// else, `true` of what is demanded, names of what is excepted or demanded, a smaller limit.
fn restricted(term: &str, value: Option<&str>, other: Option<&str>) -> Option<String> {
    let property = term.rsplit('/').next().unwrap_or_default();
    let of_core = ["Computed", "Immutable", "Permissions", "Revisions", "DefaultValue"];
    if of_core.contains(&property) || matches!(property, "UpdateMethod" | "Upsertable") {
        return None;
    }
    let value = value?;
    if property.starts_with("Max") {
        let limit = |text: Option<&str>| {
            text.and_then(|text| text.parse::<i64>().ok()).filter(|limit| *limit >= 0)
        };
        let (is, was) = (limit(Some(value))?, limit(other));
        return was.is_none_or(|was| is < was).then(|| value.to_owned());
    }
    let listed = |of: Option<&str>| -> BTreeSet<String> {
        of.into_iter().flat_map(|of| of.split(", ")).map(str::to_owned).collect()
    };
    let only: Vec<String> = listed(Some(value)).difference(&listed(other)).cloned().collect();
    let list = property.ends_with("Properties");
    let demanded = property.starts_with("Requires");
    let restricts = |word: &String| list || word == if demanded { "true" } else { "false" };
    let only: Vec<String> = only.into_iter().filter(restricts).collect();
    (!only.is_empty()).then(|| only.join(", "))
}
