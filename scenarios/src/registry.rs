use harness::{Api, Failure, Stage};
use transport::BoxFuture;

use crate::{expiry, resource_requests, tutorial_2020, tutorial_current};

/// A play.
#[derive(Debug)]
pub struct Scenario {
    /// Its name on the command line and in file names.
    pub name: &'static str,
    /// One line on what it plays.
    pub about: &'static str,
    /// The versions that it is played on.
    pub apis: &'static [Api],
    /// What it needs that not every tenant provides.
    pub needs: &'static [Need],
    /// Whether a user asks for access themselves; where none can sign in, the administrator assigns
    /// it, and other goldens judge.
    pub asks: bool,
    /// Plays it.
    pub play: for<'a> fn(&'a Stage) -> BoxFuture<'a, Result<(), Failure>>,
}

impl Scenario {
    /// What it needs and a tenant does not provide, where directory roles may be given or not; `None`
    /// where it can be played.
    pub fn unmet(&self, privileged: bool) -> Option<&'static str> {
        self.needs.iter().find_map(|need| match need {
            Need::MovableClock => Some("a clock that can be moved; a tenant's cannot"),
            Need::DirectoryRole if privileged => None,
            Need::DirectoryRole => Some(
                "--allow-privileged: it makes a user Global Administrator, and takes that away again",
            ),
        })
    }
}

/// What not every tenant provides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A clock that can be moved.
    MovableClock,
    /// That a directory role is given to a user whom the play makes.
    DirectoryRole,
}

/// All plays.
pub static SCENARIOS: [Scenario; 4] = [
    Scenario {
        name: "tutorial-current",
        about: "the tutorial as it stands: a package requested, delivered and removed",
        apis: &[Api::V1, Api::Beta, Api::Mixed],
        needs: &[],
        asks: true,
        play: |stage| Box::pin(tutorial_current::play(stage)),
    },
    Scenario {
        name: "tutorial-2020",
        about: "the tutorial as first published: users, a role, a direct assignment",
        apis: &[Api::V1, Api::Beta],
        needs: &[Need::DirectoryRole],
        asks: false,
        play: |stage| Box::pin(tutorial_2020::play(stage)),
    },
    Scenario {
        name: "resource-requests",
        about: "the six examples of the resource-request page: sites, a group, an application",
        apis: &[Api::V1, Api::Beta],
        needs: &[],
        asks: false,
        play: |stage| Box::pin(resource_requests::play(stage)),
    },
    Scenario {
        name: "expiry",
        about: "thirty days pass, the assignment ends, the member leaves",
        apis: &[Api::V1, Api::Beta],
        needs: &[Need::MovableClock],
        asks: true,
        play: |stage| Box::pin(expiry::play(stage)),
    },
];

/// A name that no scenario has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scenario '{0}'; known are {known}", known = names())]
pub struct UnknownScenario(pub String);

fn names() -> String {
    SCENARIOS.iter().map(|scenario| scenario.name).collect::<Vec<_>>().join(", ")
}

/// The scenario of that name.
///
/// # Errors
/// [`UnknownScenario`] names the known ones.
pub fn find(name: &str) -> Result<&'static Scenario, UnknownScenario> {
    let found = SCENARIOS.iter().find(|scenario| scenario.name == name);
    found.ok_or_else(|| UnknownScenario(name.to_owned()))
}
