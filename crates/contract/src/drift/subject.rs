use std::fmt::{self, Display};

/// What a change is a change of, by the names of the base where it is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// What a path begins with.
    Root(String),
    /// A type.
    Type(String),
    /// A property or navigation.
    Member {
        /// The type that declares it.
        owner: String,
        /// Its name.
        name: String,
    },
    /// A word of an enum.
    Word {
        /// The enum.
        owner: String,
        /// The word.
        name: String,
    },
    /// An action or function, by its key.
    Operation(String),
    /// A parameter.
    Parameter {
        /// The key of the operation.
        operation: String,
        /// Its name.
        name: String,
    },
    /// A restriction.
    Annotation {
        /// What it is told of.
        target: String,
        /// The term and property.
        term: String,
    },
}

impl Subject {
    /// The type that it belongs to; none for what a path begins with.
    pub fn type_name(&self) -> Option<String> {
        match self {
            Self::Root(_) => None,
            Self::Type(name) => Some(name.clone()),
            Self::Member { owner, .. } | Self::Word { owner, .. } => Some(owner.clone()),
            Self::Operation(key) | Self::Parameter { operation: key, .. } => {
                Some(crate::Operation::split_key(key).0.name)
            }
            Self::Annotation { target, .. } => {
                let name = target.split('/').next().unwrap_or_default();
                Some(name.to_owned()).filter(|name| !name.is_empty())
            }
        }
    }
}

impl Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(path) => write!(f, "/{path}"),
            Self::Type(name) | Self::Operation(name) => f.write_str(name),
            Self::Member { owner, name } | Self::Word { owner, name } => {
                write!(f, "{owner}.{name}")
            }
            Self::Parameter { operation, name } => write!(f, "{operation} {name}"),
            Self::Annotation { target, term } => write!(f, "{target} {term}"),
        }
    }
}
