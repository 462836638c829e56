use std::fmt::{self, Display};
use std::str::FromStr;

use crate::ParseError;
use crate::parse::parse_filter;

/// A property path such as `accessPackage/id`; in a lambda it starts with the lambda's variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<String>);

impl Path {
    /// Reads `a/b` as two segments.
    pub fn new(text: &str) -> Self {
        Self(text.split('/').map(str::to_owned).collect())
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("/"))
    }
}

/// A literal of a `$filter`.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, integral or not, as written.
    Number(String),
    /// A string in single quotes; a quote within is doubled on the wire.
    String(String),
    /// A bare guid, as written.
    Guid(String),
    /// A bare date or date and time, as written.
    DateTime(String),
}

impl Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) | Self::Guid(text) | Self::DateTime(text) => f.write_str(text),
            Self::String(text) => write!(f, "'{}'", text.replace('\'', "''")),
        }
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `eq`
    Eq,
    /// `ne`
    Ne,
    /// `gt`
    Gt,
    /// `ge`
    Ge,
    /// `lt`
    Lt,
    /// `le`
    Le,
}

impl Comparison {
    /// The operator's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }
}

/// A function that a `$filter` may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `startswith(text, prefix)`
    StartsWith,
    /// `endswith(text, suffix)`
    EndsWith,
    /// `contains(text, part)`
    Contains,
    /// `tolower(text)`
    ToLower,
    /// `toupper(text)`
    ToUpper,
    /// `length(text)`
    Length,
}

impl Function {
    /// All functions, for error texts and generators.
    pub const ALL: [Self; 6] = [
        Self::StartsWith,
        Self::EndsWith,
        Self::Contains,
        Self::ToLower,
        Self::ToUpper,
        Self::Length,
    ];

    /// The function's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
            Self::Contains => "contains",
            Self::ToLower => "tolower",
            Self::ToUpper => "toupper",
            Self::Length => "length",
        }
    }

    /// How many arguments it takes.
    pub fn arity(self) -> usize {
        match self {
            Self::StartsWith | Self::EndsWith | Self::Contains => 2,
            Self::ToLower | Self::ToUpper | Self::Length => 1,
        }
    }
}

/// Whether one or every element of a collection must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// `any`
    Any,
    /// `all`
    All,
}

/// The tree of a `$filter`.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// A literal.
    Literal(Literal),
    /// The value at a path.
    Path(Path),
    /// Two values compared.
    Compare(Box<Filter>, Comparison, Box<Filter>),
    /// A value among literals.
    In(Box<Filter>, Vec<Literal>),
    /// Both.
    And(Box<Filter>, Box<Filter>),
    /// Either.
    Or(Box<Filter>, Box<Filter>),
    /// Not.
    Not(Box<Filter>),
    /// A function call.
    Call(Function, Vec<Filter>),
    /// `path/any(variable: body)`; an empty body asks whether the collection has elements.
    Quantified(Path, Quantifier, Option<(String, Box<Filter>)>),
}

impl Filter {
    /// This and that.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }

    /// This or that.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }

    /// Every path that evaluation follows, those of lambda bodies as they stand from the root:
    /// `a/any(x: x/b eq 1)` follows `a` and `a/b`.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        self.follow(&mut Vec::new(), &mut paths);
        paths
    }

    fn follow<'a>(&'a self, variables: &mut Vec<(&'a str, Vec<String>)>, into: &mut Vec<Path>) {
        let from_root = |path: &Path, variables: &[(&str, Vec<String>)]| {
            let bound = path.0.split_first().and_then(|(first, rest)| {
                let (_, prefix) = variables.iter().rev().find(|(name, _)| name == first)?;
                Some([prefix.as_slice(), rest].concat())
            });
            bound.unwrap_or_else(|| path.0.clone())
        };
        match self {
            Self::Literal(_) => {}
            Self::Path(path) => into.push(Path(from_root(path, variables))),
            Self::Compare(left, _, right) | Self::And(left, right) | Self::Or(left, right) => {
                left.follow(variables, into);
                right.follow(variables, into);
            }
            Self::In(inner, _) | Self::Not(inner) => inner.follow(variables, into),
            Self::Call(_, arguments) => {
                for argument in arguments {
                    argument.follow(variables, into);
                }
            }
            Self::Quantified(path, _, body) => {
                let path = from_root(path, variables);
                into.push(Path(path.clone()));
                if let Some((variable, body)) = body {
                    variables.push((variable, path));
                    body.follow(variables, into);
                    variables.pop();
                }
            }
        }
    }

    /// The comparisons that must all hold: the operands of the outermost `and`s.
    pub fn conjuncts(&self) -> Vec<&Filter> {
        match self {
            Self::And(left, right) => {
                let mut all = left.conjuncts();
                all.extend(right.conjuncts());
                all
            }
            other => vec![other],
        }
    }

    fn precedence(&self) -> u8 {
        match self {
            Self::Or(..) => 1,
            Self::And(..) => 2,
            Self::Not(..) => 3,
            Self::Compare(..) | Self::In(..) => 4,
            Self::Literal(_) | Self::Path(_) | Self::Call(..) | Self::Quantified(..) => 5,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, at_least: u8) -> fmt::Result {
        if self.precedence() < at_least {
            f.write_str("(")?;
            self.write(f, 0)?;
            return f.write_str(")");
        }
        match self {
            Self::Literal(literal) => write!(f, "{literal}"),
            Self::Path(path) => write!(f, "{path}"),
            Self::Compare(left, op, right) => {
                left.write(f, 5)?;
                write!(f, " {} ", op.word())?;
                right.write(f, 5)
            }
            Self::In(value, literals) => {
                value.write(f, 5)?;
                f.write_str(" in (")?;
                for (index, literal) in literals.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{literal}")?;
                }
                f.write_str(")")
            }
            Self::And(left, right) => {
                left.write(f, 2)?;
                f.write_str(" and ")?;
                right.write(f, 3)
            }
            Self::Or(left, right) => {
                left.write(f, 1)?;
                f.write_str(" or ")?;
                right.write(f, 2)
            }
            Self::Not(inner) => {
                f.write_str("not ")?;
                inner.write(f, 5)
            }
            Self::Call(function, arguments) => {
                write!(f, "{}(", function.word())?;
                for (index, argument) in arguments.iter().enumerate() {
                    if index > 0 {
                        f.write_str(",")?;
                    }
                    argument.write(f, 0)?;
                }
                f.write_str(")")
            }
            Self::Quantified(path, quantifier, body) => {
                let word = match quantifier {
                    Quantifier::Any => "any",
                    Quantifier::All => "all",
                };
                write!(f, "{path}/{word}(")?;
                if let Some((variable, body)) = body {
                    write!(f, "{variable}:")?;
                    body.write(f, 0)?;
                }
                f.write_str(")")
            }
        }
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl FromStr for Filter {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse_filter(text)
    }
}
