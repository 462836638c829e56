use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::{self, Display};
use std::path::Path;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::Judge;
use crate::operation::Operation;

/// The newest format of a stored contract that this build reads.
const FORMAT: u32 = 2;

/// The facts of one API version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// The format of the stored file.
    pub format: u32,
    /// `v1.0` or `beta`.
    pub version: String,
    /// Where the facts come from, most trusted first.
    pub sources: Vec<String>,
    /// Path prefixes behind the version, and what they lead to.
    pub roots: BTreeMap<String, TypeRef>,
    /// Types that were observed as a whole: of the others nothing is known but what the sources
    /// say, which may be a national cloud's.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub observed: BTreeSet<String>,
    /// Types by name, without namespace.
    pub types: BTreeMap<String, Type>,
    /// Bound actions and functions, by [`Operation::key`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub operations: BTreeMap<String, Operation>,
    /// What the metadata says of what may be done with a target: annotations by target
    /// (`group/photo`; `/users` for what paths begin with), then by term and property
    /// (`UpdateRestrictions/Updatable`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, BTreeMap<String, String>>,
}

/// A type of the metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Type {
    /// What it is.
    pub kind: Kind,
    /// The type it extends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Whether it admits members that it does not declare.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// Whether only types that extend it have instances.
    #[serde(default, rename = "abstract", skip_serializing_if = "std::ops::Not::not")]
    pub is_abstract: bool,
    /// The properties that identify an entity, where it does not inherit them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<String>,
    /// Other keys, each a property or several with commas between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternate_keys: Vec<String>,
    /// The words of an enum, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    /// Structural properties.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, Member>,
    /// Navigations to entities.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub navigations: BTreeMap<String, Member>,
}

/// What a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It has an id and a path.
    Entity,
    /// A value with members.
    Complex,
    /// A list of words.
    Enum,
    /// A list of words that can be combined with commas.
    Flags,
}

/// A reference to a type by name: `Edm.String`, `Collection(accessPackage)`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypeRef {
    /// The name, without namespace but for `Edm.`.
    pub name: String,
    /// Whether it stands for many.
    pub collection: bool,
}

/// A word of an enum. Stored as `delivered = 3`, or `delivered` where its number is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word as it is spelled on the wire.
    pub name: String,
    /// Its number in the metadata, which is never on the wire.
    pub value: Option<i64>,
}

/// The word of an enum whose clients read words that they do not know as this one, unless they ask
/// for them (`Prefer: include-unknown-enum-members`).
pub const UNKNOWN_FUTURE_VALUE: &str = "unknownFutureValue";

/// Where a member's fact was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The metadata document.
    Csdl,
    /// Observed in today's global beta: name and type are known, nullability and containment not.
    Observed,
    /// The metadata document of the other version, from which the whole type was taken.
    OtherVersion,
}

/// A property or navigation. Stored on one line, so that a one-property change of the API is a
/// one-line diff: `"Edm.String"`, `"Collection(accessPackage), contained"`,
/// `"accessPackageSubjectLifecycle, not null"`, `"Edm.String, observed"`,
/// `"Edm.String, of the other version"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its type.
    pub type_ref: TypeRef,
    /// Whether null is a value of it.
    pub nullable: bool,
    /// Whether what it leads to lives below this entity.
    pub contained: bool,
    /// Where this was read.
    pub source: Source,
}

impl Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.collection {
            true => write!(f, "Collection({})", self.name),
            false => f.write_str(&self.name),
        }
    }
}

impl FromStr for TypeRef {
    type Err = std::convert::Infallible;

    /// Reads a type's name with or without `Collection(…)`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let within = text.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')'));
        Ok(Self { name: within.unwrap_or(text).to_owned(), collection: within.is_some() })
    }
}

impl Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.type_ref)?;
        for (holds, word) in [
            (!self.nullable, ", not null"),
            (self.contained, ", contained"),
            (self.source == Source::Observed, ", observed"),
            (self.source == Source::OtherVersion, ", of the other version"),
        ] {
            f.write_str(if holds { word } else { "" })?;
        }
        Ok(())
    }
}

impl FromStr for Member {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split(", ");
        let Ok(type_ref) = words.next().unwrap_or_default().parse();
        let mut member = Self { type_ref, nullable: true, contained: false, source: Source::Csdl };
        for word in words {
            match word {
                "not null" => member.nullable = false,
                "contained" => member.contained = true,
                "observed" => member.source = Source::Observed,
                "of the other version" => member.source = Source::OtherVersion,
                other => {
                    return Err(format!(
                        "expected 'not null', 'contained', 'observed' or 'of the other version' behind the type, found '{other}'"
                    ));
                }
            }
        }
        Ok(member)
    }
}

impl Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Some(value) => write!(f, "{} = {value}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl FromStr for Word {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, value)) = text.split_once(" = ") else {
            return Ok(Self { name: text.to_owned(), value: None });
        };
        match value.parse() {
            Ok(value) => Ok(Self { name: name.to_owned(), value: Some(value) }),
            Err(_) => Err(format!("expected a whole number behind '{name} =', found '{value}'")),
        }
    }
}

/// Serializes what has a text of its own as that text.
macro_rules! as_text {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

pub(crate) use as_text;

as_text!(TypeRef, Member, Word);

/// A stored contract that cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ContractError {
    /// The file system says no.
    #[error("{file}: {cause}")]
    File {
        /// The file.
        file: String,
        /// Why.
        cause: String,
    },
    /// It is no contract.
    #[error(
        "{file}, line {line}, column {column}: {cause}; restore the file or rewrite it with `cargo xtask contract update`"
    )]
    Malformed {
        /// The file.
        file: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What was expected and found.
        cause: String,
    },
    /// A type of it extends itself.
    #[error(
        "{file}: expected types whose bases end, found {name}, which extends itself; restore the file or rewrite it with `cargo xtask contract update`"
    )]
    Cyclic {
        /// The file.
        file: String,
        /// The type.
        name: String,
    },
    /// The version has none.
    #[error("no contract of '{0}'; known are v1.0 and beta")]
    Unknown(String),
    /// A newer build wrote it.
    #[error(
        "{file}: format {found} is newer than {FORMAT}, the newest that this build reads; update entitle"
    )]
    Newer {
        /// The file.
        file: String,
        /// Its format.
        found: u32,
    },
}

static V1: LazyLock<Result<Contract, ContractError>> = LazyLock::new(|| {
    Contract::parse(include_str!("../contracts/v1.0.json"), "crates/contract/contracts/v1.0.json")
});
static BETA: LazyLock<Result<Contract, ContractError>> = LazyLock::new(|| {
    Contract::parse(include_str!("../contracts/beta.json"), "crates/contract/contracts/beta.json")
});

static V1_JUDGE: LazyLock<Judge> = LazyLock::new(|| Judge::new(had(&V1)));
static BETA_JUDGE: LazyLock<Judge> = LazyLock::new(|| Judge::new(had(&BETA)));

fn had(stored: &'static Result<Contract, ContractError>) -> &'static Contract {
    stored.as_ref().expect("only who has a contract asks for its judge")
}

impl Type {
    /// One that says nothing yet.
    pub(crate) fn of(kind: Kind, base: Option<String>) -> Self {
        Self {
            kind,
            base,
            open: false,
            is_abstract: false,
            key: Vec::new(),
            alternate_keys: Vec::new(),
            words: Vec::new(),
            properties: BTreeMap::new(),
            navigations: BTreeMap::new(),
        }
    }

    /// The word of that name.
    pub fn word(&self, name: &str) -> Option<&Word> {
        self.words.iter().find(|word| word.name == name)
    }
}

impl Contract {
    /// The contract that this build carries for `version`.
    ///
    /// # Errors
    /// [`ContractError::Unknown`] names the known versions; the others say that this build carries
    /// a contract that cannot be read.
    pub fn builtin(version: &str) -> Result<&'static Self, ContractError> {
        let stored: &'static Result<Self, ContractError> = match version {
            "v1.0" => &V1,
            "beta" => &BETA,
            _ => return Err(ContractError::Unknown(version.to_owned())),
        };
        stored.as_ref().map_err(Clone::clone)
    }

    /// The judge over a built-in contract, compiled once a process.
    pub fn judge(&'static self) -> &'static Judge {
        match self.version.as_str() {
            "v1.0" => &V1_JUDGE,
            _ => &BETA_JUDGE,
        }
    }

    /// Reads a stored contract; `file` names it in errors.
    ///
    /// # Errors
    /// [`ContractError`] with the place.
    pub fn parse(text: &str, file: &str) -> Result<Self, ContractError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let malformed = |error: serde_json::Error| ContractError::Malformed {
            file: file.to_owned(),
            line: error.line(),
            column: error.column(),
            cause: error.to_string(),
        };
        let head: Head = serde_json::from_str(text).map_err(malformed)?;
        if head.format > FORMAT {
            return Err(ContractError::Newer { file: file.to_owned(), found: head.format });
        }
        let contract: Self = serde_json::from_str(text).map_err(malformed)?;
        match extends_itself(&contract.types) {
            Some(name) => Err(ContractError::Cyclic { file: file.to_owned(), name }),
            None => Ok(contract),
        }
    }

    /// The contract as stored: pretty JSON, a line a member, a newline at the end.
    ///
    /// # Panics
    /// Never: strings and maps of strings are JSON.
    pub fn to_text(&self) -> String {
        let json = serde_json::to_string_pretty(self);
        json.expect("strings and maps of strings") + "\n"
    }

    /// Writes the contract beside `path`, then renames it there.
    ///
    /// # Errors
    /// [`ContractError::File`].
    pub fn write(&self, path: &Path) -> Result<(), ContractError> {
        file::replace(path, &self.to_text()).map_err(|error| {
            let (file, cause) = (path.display().to_string(), error.to_string());
            ContractError::File { file, cause }
        })
    }

    /// Twelve hexadecimal digits that change with any fact.
    pub fn fingerprint(&self) -> String {
        let text = self.to_text();
        let name = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, text.as_bytes());
        name.simple().to_string()[..12].to_owned()
    }

    pub(crate) fn empty(version: &str) -> Self {
        Self {
            format: FORMAT,
            version: version.to_owned(),
            sources: Vec::new(),
            roots: BTreeMap::new(),
            observed: BTreeSet::new(),
            types: BTreeMap::new(),
            operations: BTreeMap::new(),
            annotations: BTreeMap::new(),
        }
    }

    /// The member of `type_name` or of a type it extends.
    pub fn member(&self, type_name: &str, member: &str) -> Option<&Member> {
        self.lineage(type_name)
            .find_map(|(_, t)| t.properties.get(member).or_else(|| t.navigations.get(member)))
    }

    /// The type that an `@odata.type` names: `#microsoft.graph.singleUser`, with or without the
    /// mark; types of other namespaces by their names in full.
    pub fn type_told(&self, told: &str) -> Option<&str> {
        let name = told.trim_start_matches('#');
        let short = name.strip_prefix("microsoft.graph.").unwrap_or(name);
        let known = self.types.get_key_value(short).or_else(|| self.types.get_key_value(name));
        known.map(|(name, _)| name.as_str())
    }

    /// `type_name` and the types it extends, nearest first.
    pub fn lineage<'a>(&'a self, type_name: &str) -> impl Iterator<Item = (&'a str, &'a Type)> {
        let mut next = self.types.get_key_value(type_name);
        std::iter::from_fn(move || {
            let (name, found) = next?;
            next = found.base.as_ref().and_then(|base| self.types.get_key_value(base));
            Some((name.as_str(), found))
        })
    }

    /// How many members the types have, inherited ones not counted again.
    pub fn member_count(&self) -> usize {
        self.types.values().map(|t| t.properties.len() + t.navigations.len()).sum()
    }
}

/// A type that extends itself, over whatever bases; whoever follows bases would never end.
pub(crate) fn extends_itself(types: &BTreeMap<String, Type>) -> Option<String> {
    let mut ending: HashSet<&str> = HashSet::new();
    let mut chain: HashSet<&str> = HashSet::new();
    for (name, _) in types.iter().filter(|(_, found)| found.base.is_some()) {
        let mut next = Some(name.as_str());
        while let Some(at) = next.filter(|at| !ending.contains(at)) {
            if !chain.insert(at) {
                return Some(name.clone());
            }
            next = types.get(at).and_then(|found| found.base.as_deref());
        }
        ending.extend(chain.drain());
    }
    None
}
