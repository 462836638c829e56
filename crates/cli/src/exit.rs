use std::fmt::{self, Display};
use std::process::ExitCode;

/// How a command ended, the better before the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All is well: 0.
    Ok,
    /// It ran and found something: 1.
    Findings,
    /// The command line or an input cannot be read: 2.
    Usage,
    /// The machine or the tenant does not have what is needed: 3.
    Environment,
    /// Something that was made in a tenant is still there: 4.
    LeftBehind,
    /// Somebody stopped it: 130.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Ok => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Environment => 3,
            Exit::LeftBehind => 4,
            Exit::Interrupted => 130,
        })
    }
}

/// Why a command could not be carried out.
#[derive(Debug)]
pub struct Failure {
    /// With which code it ends.
    pub exit: Exit,
    /// What was expected, found, where, and what to do.
    pub message: String,
}

impl Failure {
    /// The command line or an input cannot be read.
    pub fn usage(message: impl Display) -> Self {
        Self { exit: Exit::Usage, message: message.to_string() }
    }

    /// The machine does not have what is needed.
    pub fn environment(message: impl Display) -> Self {
        Self { exit: Exit::Environment, message: message.to_string() }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
