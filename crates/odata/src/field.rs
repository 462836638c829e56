use crate::{Comparison, Filter, Function, Literal, Path};

/// A property by which rows are filtered, so that a filter reads as a sentence:
/// `Catalog::DISPLAY_NAME.eq("General")`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field(&'static str);

impl Field {
    /// The property at `path`, such as `accessPackage/id`.
    pub const fn new(path: &'static str) -> Self {
        Self(path)
    }

    /// The path as written.
    pub const fn path(self) -> &'static str {
        self.0
    }

    /// `path eq 'value'`
    pub fn eq(self, value: impl Into<String>) -> Filter {
        let literal = Filter::Literal(Literal::String(value.into()));
        Filter::Compare(Box::new(self.into()), Comparison::Eq, Box::new(literal))
    }

    /// `startswith(path,'prefix')`
    pub fn starts_with(self, prefix: impl Into<String>) -> Filter {
        let literal = Filter::Literal(Literal::String(prefix.into()));
        Filter::Call(Function::StartsWith, vec![self.into(), literal])
    }
}

impl From<Field> for Filter {
    fn from(field: Field) -> Self {
        Self::Path(Path::new(field.0))
    }
}
