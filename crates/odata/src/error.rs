use thiserror::Error;

/// Text that is not the query option it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{option}: expected {expected} at character {position}, found {found}")]
pub struct ParseError {
    /// The option that was read, such as `$filter`.
    pub option: String,
    /// What would have been right at this place.
    pub expected: String,
    /// What stands there.
    pub found: String,
    /// Where, in characters from the start of the decoded option text, counted from 1.
    pub position: usize,
}
