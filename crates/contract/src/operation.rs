use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::facts::{Member, TypeRef, as_text};

/// A bound action or function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Whether it changes anything.
    pub kind: OperationKind,
    /// What is given to it, without the binding parameter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Member>,
}

/// Whether an operation changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperationKind {
    /// It may: `POST`.
    Action,
    /// It does not: `GET`.
    Function,
}

/// A parameter, stored on one line: `Edm.String`, `Edm.String, not null`, `Edm.Boolean, optional`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its type.
    pub type_ref: TypeRef,
    /// Whether null is a value of it.
    pub nullable: bool,
    /// Whether it may be left out.
    pub optional: bool,
}

impl Operation {
    /// Where an operation is found: what it is bound to, its name, and for functions, which are
    /// told apart by them, the names of its parameters:
    /// `Collection(accessPackage)/filterByCurrentUser(on)`.
    pub fn key(binding: &TypeRef, name: &str, kind: OperationKind, parameters: &[&str]) -> String {
        match kind {
            OperationKind::Action => format!("{binding}/{name}"),
            OperationKind::Function => format!("{binding}/{name}({})", parameters.join(",")),
        }
    }

    /// The types that are given to it and that it answers.
    pub fn types(&self) -> impl Iterator<Item = &TypeRef> {
        let given = self.parameters.values().map(|parameter| &parameter.type_ref);
        given.chain(self.returns.iter().map(|returned| &returned.type_ref))
    }

    /// What the operation of that key is bound to, and its name.
    pub fn split_key(key: &str) -> (TypeRef, &str) {
        let (binding, name) = key.split_once('/').unwrap_or((key, ""));
        let Ok(binding) = binding.parse();
        (binding, name.split('(').next().unwrap_or_default())
    }
}

impl OperationKind {
    /// `action` or `function`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Function => "function",
        }
    }
}

impl Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.type_ref)?;
        f.write_str(if self.nullable { "" } else { ", not null" })?;
        f.write_str(if self.optional { ", optional" } else { "" })
    }
}

impl FromStr for Parameter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split(", ");
        let Ok(type_ref) = words.next().unwrap_or_default().parse();
        let mut parameter = Self { type_ref, nullable: true, optional: false };
        for word in words {
            match word {
                "not null" => parameter.nullable = false,
                "optional" => parameter.optional = true,
                other => {
                    return Err(format!(
                        "expected 'not null' or 'optional' behind the type, found '{other}'"
                    ));
                }
            }
        }
        Ok(parameter)
    }
}

as_text!(Parameter);
