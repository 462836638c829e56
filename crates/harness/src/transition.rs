//! Which states an object passed through, held against its lifecycle.

use contract::Contract;
use model::Version;
use model::dialect::{Noun, noun};
use model::lifecycle::Lifecycle;
use serde_json::Value;

use crate::neutral::lifecycle_of;

/// What was seen of one object.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) id: String,
    pub(crate) lifecycle: &'static Lifecycle,
    /// The last state seen.
    pub(crate) state: String,
    /// States that stay, with the step that saw them.
    pub(crate) milestones: Vec<(String, usize)>,
}

/// Everything seen, in the order it was first seen.
#[derive(Debug, Default)]
pub(crate) struct Transitions {
    pub(crate) seen: Vec<Seen>,
}

impl Transitions {
    /// Takes in the answer of a step. `lasting`: the answer is no poll on the way.
    ///
    /// Gives a sentence where an object's state cannot follow from its last one.
    pub(crate) fn observe(
        &mut self,
        version: Version,
        path: &str,
        body: &Value,
        number: usize,
        lasting: bool,
    ) -> Result<(), String> {
        for (lifecycle, id, state) in states(version, path, body) {
            let known =
                self.seen.iter_mut().find(|s| s.id == id && s.lifecycle.noun == lifecycle.noun);
            let Some(seen) = known else {
                if lifecycle.state(&state).is_none() {
                    return Err(format!(
                        "{}: a known state expected, found '{state}'",
                        lifecycle.noun
                    ));
                }
                let milestones = if lasting { vec![(state.clone(), number)] } else { vec![] };
                self.seen.push(Seen { id, lifecycle, state, milestones });
                continue;
            };
            if !lifecycle.reachable(&seen.state, &state) {
                return Err(format!(
                    "{}: a state that can follow {} expected, found {state}",
                    lifecycle.noun, seen.state
                ));
            }
            let changed = seen.milestones.last().is_none_or(|(last, _)| *last != state);
            seen.state.clone_from(&state);
            if lasting && changed {
                seen.milestones.push((state, number));
            }
        }
        Ok(())
    }
}

/// The objects of an answer that have a lifecycle: `(lifecycle, id, state)`, states in v1.0's
/// spelling.
pub(crate) fn states(
    version: Version,
    path: &str,
    body: &Value,
) -> Vec<(&'static Lifecycle, String, String)> {
    let Some((lifecycle, noun)) = subject(version, path) else { return vec![] };
    let Some(member) = noun.member("state").and_then(|member| member.wire(version)) else {
        return vec![];
    };
    let elements: Vec<&Value> = match &body["value"] {
        Value::Array(elements) => elements.iter().collect(),
        _ => vec![body],
    };
    elements
        .into_iter()
        .filter_map(|element| {
            let state = element[member].as_str()?;
            let canonical = lifecycle.state(state).map_or(state, |known| known.name);
            Some((lifecycle, element["id"].as_str()?.to_owned(), canonical.to_owned()))
        })
        .collect()
}

/// What a path is about, where that has a lifecycle.
pub(crate) fn subject(version: Version, path: &str) -> Option<(&'static Lifecycle, &'static Noun)> {
    let contract = Contract::builtin(version.segment()).ok()?;
    let name = contract.resolve(path).ok()?.type_ref.name;
    let lifecycle = lifecycle_of(&name)?;
    let noun = noun::ALL.into_iter().find(|noun| noun.name() == name)?;
    Some((lifecycle, noun))
}
