use std::fmt::{self, Display};

use crate::{ParseError, Path};

/// Which way an ordering runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first, the default.
    Ascending,
    /// Largest first.
    Descending,
}

/// One key of an `$orderby`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderBy {
    /// The property that orders.
    pub path: Path,
    /// Which way.
    pub direction: Direction,
}

impl OrderBy {
    pub(crate) fn parse_list(text: &str) -> Result<Vec<Self>, ParseError> {
        text.split(',').map(str::trim).map(|key| Self::parse(key, text)).collect()
    }

    fn parse(key: &str, whole: &str) -> Result<Self, ParseError> {
        let mut words = key.split_whitespace();
        let path = words.next();
        let direction = match words.next() {
            None | Some("asc") => Some(Direction::Ascending),
            Some("desc") => Some(Direction::Descending),
            Some(_) => None,
        };
        match (path, direction, words.next()) {
            (Some(path), Some(direction), None) => Ok(Self { path: Path::new(path), direction }),
            _ => Err(ParseError {
                option: "$orderby".into(),
                expected: "property paths, each with asc, desc or nothing".into(),
                found: format!("'{key}'"),
                position: whole.find(key).unwrap_or(0) + 1,
            }),
        }
    }
}

impl Display for OrderBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.direction {
            Direction::Ascending => write!(f, "{}", self.path),
            Direction::Descending => write!(f, "{} desc", self.path),
        }
    }
}
