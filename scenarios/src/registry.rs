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
    /// Plays it.
    pub play: for<'a> fn(&'a Stage) -> BoxFuture<'a, Result<(), Failure>>,
}

/// All plays.
pub static SCENARIOS: [Scenario; 4] = [
    Scenario {
        name: "tutorial-current",
        about: "the tutorial as it stands: a package requested, delivered and removed",
        apis: &[Api::V1, Api::Beta, Api::Mixed],
        play: |stage| Box::pin(tutorial_current::play(stage)),
    },
    Scenario {
        name: "tutorial-2020",
        about: "the tutorial as first published: users, a role, a direct assignment",
        apis: &[Api::V1, Api::Beta],
        play: |stage| Box::pin(tutorial_2020::play(stage)),
    },
    Scenario {
        name: "resource-requests",
        about: "the six examples of the resource-request page: sites, a group, an application",
        apis: &[Api::V1, Api::Beta],
        play: |stage| Box::pin(resource_requests::play(stage)),
    },
    Scenario {
        name: "expiry",
        about: "thirty days pass, the assignment ends, the member leaves",
        apis: &[Api::V1, Api::Beta],
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
