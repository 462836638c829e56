//! Two runs of the same play, step by step: what a tenant does otherwise than the emulator, or than
//! yesterday.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use serde::Serialize;
use serde_json::Value;

use crate::run::state_word;
use crate::shape::type_of;
use crate::status;
use crate::trace::{Exchanged, Step, Trace, Verdict};

/// Something that two runs do otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// The step's title.
    pub step: String,
    /// The operation, such as `POST /v1.0/groups`; empty where it is about the step as a whole.
    pub operation: String,
    /// What is compared: `status`, `code`, `shape`, `state`, `time` or `step`.
    pub what: &'static str,
    /// What the first run has.
    pub first: String,
    /// What the second run has.
    pub second: String,
    /// Rules of an emulator that fired there, with their grades, in either run.
    pub rules: Vec<String>,
}

impl Deviation {
    /// Whether it is worth knowing and no difference of behaviour.
    pub fn is_notice(&self) -> bool {
        self.what == "time"
    }
}

impl Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, operation, what, first, second, .. } = self;
        write!(f, "{step}")?;
        if !operation.is_empty() {
            write!(f, ", {operation}")?;
        }
        write!(f, ": {what} {first}, then {second}")
    }
}

/// A step that took so much longer in one of two runs is told.
const SLOWER: i64 = 5;
/// Milliseconds below which nobody counts.
const UNCOUNTED: i64 = 10_000;

/// What two runs of a play do otherwise, in the order of the first. Ids, times and texts are not
/// compared, nor what evidence disagrees about.
pub fn compare(first: &Trace, second: &Trace) -> Vec<Deviation> {
    let mut deviations = Vec::new();
    let (pairs, others) = paired(first, second);
    for (step, other) in pairs {
        match other {
            Some(other) => compare_steps(&mut deviations, step, other),
            None => deviations.push(of_step(step, "step", "made", "not made")),
        }
    }
    deviations.extend(others.iter().map(|step| of_step(step, "step", "not made", "made")));
    deviations
}

/// Each step of the first run with that of the same title in the second, and the second's others.
fn paired<'a>(
    first: &'a Trace,
    second: &'a Trace,
) -> (Vec<(&'a Step, Option<&'a Step>)>, Vec<&'a Step>) {
    let mut others: Vec<&Step> = second.steps().collect();
    let pairs = first.steps().map(|step| {
        let other = others.iter().position(|other| other.title == step.title);
        (step, other.map(|at| others.remove(at)))
    });
    (pairs.collect(), others)
}

/// The exchanges that two runs make alike and answer alike, with the rules of an emulator that fired in
/// the second: what the first run bears out.
pub fn borne_out(first: &Trace, second: &Trace) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (step, other) in paired(first, second).0 {
        let Some(other) = other else { continue };
        for (one, two) in step.lasting().zip(other.lasting()) {
            let mut deviations = Vec::new();
            compare_exchanges(&mut deviations, step, one, two);
            let seen = !one.read_back && !two.read_back;
            if seen && deviations.is_empty() && operation(one) == operation(two) {
                let told = two.rules.iter().map(|rule| (rule.clone(), step.title.clone()));
                found.extend(told);
            }
        }
    }
    found
}

fn of_step(step: &Step, what: &'static str, first: &str, second: &str) -> Deviation {
    Deviation {
        step: step.title.clone(),
        operation: String::new(),
        what,
        first: first.to_owned(),
        second: second.to_owned(),
        rules: Vec::new(),
    }
}

fn verdict(step: &Step) -> &'static str {
    match step.verdict {
        Verdict::Passed => "passed",
        Verdict::Failed(_) => "failed",
        Verdict::Open => "not ended",
        Verdict::NotApplicable(_) => "not applicable",
        Verdict::NotExpressible(_) => "not expressible",
    }
}

fn compare_steps(deviations: &mut Vec<Deviation>, first: &Step, second: &Step) {
    let before = deviations.len();
    let (ones, twos): (Vec<_>, Vec<_>) = (first.lasting().collect(), second.lasting().collect());
    for (one, two) in ones.iter().zip(&twos) {
        compare_exchanges(deviations, first, one, two);
    }
    if ones.len() != twos.len() {
        let told = |exchanges: &[&Exchanged]| format!("{} exchanges", exchanges.len());
        deviations.push(of_step(first, "step", &told(&ones), &told(&twos)));
    }
    let reached = |exchanges: &[&Exchanged]| exchanges.last().and_then(|last| state_word(last));
    if let (Some(one), Some(two)) = (reached(&ones), reached(&twos))
        && one != two
    {
        let mut deviation = of_step(first, "state", &one, &two);
        deviation.rules = rules(ones.iter().chain(&twos).copied());
        deviations.push(deviation);
    }
    let (one, two) = (verdict(first), verdict(second));
    if one != two && deviations.len() == before {
        deviations.push(of_step(first, "step", one, two));
    }
    let (fast, slow) = (first.took_ms.min(second.took_ms), first.took_ms.max(second.took_ms));
    if slow > UNCOUNTED && slow > fast.saturating_mul(SLOWER) {
        let seconds = |took: i64| format!("{}.{} s", took / 1000, took % 1000 / 100);
        let (one, two) = (seconds(first.took_ms), seconds(second.took_ms));
        deviations.push(of_step(first, "time", &one, &two));
    }
}

fn rules<'a>(exchanges: impl Iterator<Item = &'a Exchanged>) -> Vec<String> {
    let told: BTreeSet<String> =
        exchanges.flat_map(|exchanged| exchanged.rules.iter().cloned()).collect();
    told.into_iter().collect()
}

fn operation(exchanged: &Exchanged) -> String {
    format!("{} {}", exchanged.method, exchanged.template())
}

fn compare_exchanges(
    deviations: &mut Vec<Deviation>,
    step: &Step,
    one: &Exchanged,
    two: &Exchanged,
) {
    let mut deviates = |what: &'static str, first: String, second: String| {
        deviations.push(Deviation {
            step: step.title.clone(),
            operation: operation(one),
            what,
            first,
            second,
            rules: rules([one, two].into_iter()),
        });
    };
    if operation(one) != operation(two) {
        deviates("step", operation(one), operation(two));
        return;
    }
    // What was read back says nothing of what the service answered.
    if one.read_back || two.read_back {
        return;
    }
    let named = |e: &Exchanged| status::named(&e.method, &e.path, e.status);
    if one.status != two.status {
        // Evidence disagrees about some: that a tenant decides is worth knowing.
        let agreed = named(one) == named(two);
        let note = if agreed { " (evidence disagrees)" } else { "" };
        deviates("status", one.status.to_string(), format!("{}{note}", two.status));
    }
    let code = |e: &Exchanged| {
        let code = e.response.pointer("/error/code").and_then(Value::as_str);
        code.map(str::to_owned)
    };
    if code(one) != code(two) {
        let told = |code: Option<String>| code.unwrap_or_else(|| "none".to_owned());
        deviates("code", told(code(one)), told(code(two)));
    }
    let (ones, twos) = (shape(&one.response), shape(&two.response));
    let places: BTreeSet<&String> = ones.keys().chain(twos.keys()).collect();
    for place in places {
        let told = |shape: &Shape| shape.get(place).map(|types| types.join("|"));
        // What lies below a member that only one has is not said again.
        let parent = |shape: &Shape| {
            place.rfind(['.', '[']).is_none_or(|at| shape.contains_key(&place[..at]))
        };
        let (first, second) = (told(&ones), told(&twos));
        if first != second && parent(&ones) && parent(&twos) {
            let told = |types: Option<String>| types.unwrap_or_else(|| "nothing".to_owned());
            deviates("shape", format!("{place} {}", told(first)), told(second));
        }
    }
}

/// Types by place.
type Shape = BTreeMap<String, Vec<&'static str>>;

fn shape(body: &Value) -> Shape {
    fn walk(places: &mut BTreeMap<String, BTreeSet<&'static str>>, at: &str, value: &Value) {
        if !at.is_empty() {
            places.entry(at.to_owned()).or_default().insert(type_of(value));
        }
        match value {
            Value::Object(members) => {
                // Advice of the gateway is no part of an answer.
                for (name, value) in members.iter().filter(|(n, _)| *n != "@microsoft.graph.tips") {
                    let dot = if at.is_empty() { "" } else { "." };
                    walk(places, &format!("{at}{dot}{name}"), value);
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    walk(places, &format!("{at}[]"), element);
                }
            }
            _ => {}
        }
    }
    let mut places = BTreeMap::new();
    walk(&mut places, "", body);
    places.into_iter().map(|(place, types)| (place, types.into_iter().collect())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::trace::Entry;

    fn trace(status: u16, body: Value, took_ms: i64) -> Trace {
        let exchanged = Exchanged {
            identity: "administrator".to_owned(),
            method: "POST".to_owned(),
            path: "/v1.0/groups".to_owned(),
            query: String::new(),
            request: Value::Null,
            at: String::new(),
            took_ms,
            status,
            response: body,
            findings: Vec::new(),
            retried: Vec::new(),
            superseded: false,
            read_back: false,
            rules: vec!["some-rule; grade=assumed".to_owned()],
        };
        let step = Step {
            number: 1,
            title: "A group".to_owned(),
            verdict: Verdict::Passed,
            took_ms,
            polled: false,
            exchanges: vec![exchanged],
        };
        Trace {
            format: 1,
            scenario: "x".to_owned(),
            api: "v1.0".to_owned(),
            began: String::new(),
            entries: vec![Entry::Step(step)],
        }
    }

    fn told(first: &Trace, second: &Trace) -> Vec<String> {
        compare(first, second).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn ids_and_times_and_texts_are_not_compared() {
        let one = trace(201, json!({"id": "a", "createdDateTime": "x", "n": [1]}), 5);
        let two = trace(201, json!({"id": "b", "createdDateTime": "y", "n": [2, 3]}), 4000);
        assert_eq!(told(&one, &two), [""; 0]);
        assert_eq!(
            borne_out(&one, &two),
            [("some-rule; grade=assumed".to_owned(), "A group".to_owned())]
        );
    }

    #[test]
    fn what_differs_is_told_once() {
        let one = trace(201, json!({"id": "a", "more": {"x": 1}}), 10);
        let two = trace(409, json!({"error": {"code": "Duplicate"}, "id": 1}), 61_000);
        assert_eq!(
            told(&one, &two),
            [
                "A group, POST /v1.0/groups: status 201, then 409",
                "A group, POST /v1.0/groups: code none, then Duplicate",
                "A group, POST /v1.0/groups: shape error nothing, then object",
                "A group, POST /v1.0/groups: shape id string, then integer",
                "A group, POST /v1.0/groups: shape more object, then nothing",
                "A group: time 0.0 s, then 61.0 s",
            ]
        );
        assert!(borne_out(&one, &two).is_empty());
        let nothing = Trace { entries: Vec::new(), ..one.clone() };
        assert_eq!(told(&one, &nothing), ["A group: step made, then not made"]);
        assert_eq!(told(&nothing, &one), ["A group: step not made, then made"]);
    }
}
