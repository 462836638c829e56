use std::fmt::{self, Display};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clock::SharedClock;
use jiff::Timestamp;
use model::Version;
use serde_json::Value;

use crate::event::{Event, Observer};
use crate::neutral::{Neutral, StateWords};
use crate::origin::Origins;
use crate::setup::Api;
use crate::shape::Shapes;
use crate::trace::{Entry, Exchanged, Step, Trace, Verdict};
use crate::transition::Transitions;
use crate::wire::Wire;
use crate::{status, transcript};

/// A scenario that did not go as it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// The scenario.
    pub scenario: String,
    /// The versions it was played on.
    pub api: Api,
    /// Number and title of the step; none before the first.
    pub step: Option<(usize, String)>,
    /// What should have been.
    pub expected: String,
    /// What was.
    pub found: String,
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.scenario, self.api)?;
        if let Some((number, title)) = &self.step {
            write!(f, ", step {number} ({title})")?;
        }
        write!(f, ": expected {}, found {}", self.expected, self.found)
    }
}

/// A run, ended.
#[derive(Debug)]
pub struct Run {
    pub(crate) trace: Trace,
    pub(crate) neutral: Neutral,
    pub(crate) origins: Origins,
    pub(crate) transitions: Transitions,
}

impl Run {
    /// The run as data.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The steps that failed, the clean-up's too: number, title and why.
    pub fn failed_steps(&self) -> Vec<(usize, &str, &str)> {
        let failed = self.trace.steps().filter_map(|step| match &step.verdict {
            Verdict::Failed(why) => Some((step.number, step.title.as_str(), why.as_str())),
            _ => None,
        });
        failed.collect()
    }

    /// Ids of people who were there before the run.
    pub fn adopted(&self) -> &[String] {
        &self.neutral.adopted
    }

    /// What was read back because its answer was lost: the step's number, and the operation as
    /// [`Run::shapes`] names it.
    pub fn read_back(&self) -> Vec<(usize, String)> {
        let steps = self.trace.steps();
        let exchanges = steps.flat_map(|step| step.exchanges.iter().map(|e| (step.number, e)));
        let lost = exchanges.filter(|(_, exchanged)| exchanged.read_back);
        lost.map(|(number, e)| (number, format!("{} {}", e.method, e.template()))).collect()
    }

    /// Steps, requests and answers, without what differs between runs and backends.
    pub fn transcript(&self) -> String {
        transcript::text(&self.trace, &self.neutral, &self.origins)
    }

    /// What the answers are made of: a line a member, with its JSON types and words.
    pub fn shapes(&self) -> String {
        let mut shapes = Shapes::default();
        for exchanged in self.trace.steps().flat_map(Step::lasting) {
            let Some(version) = exchanged.version() else { continue };
            let status = status::named(&exchanged.method, &exchanged.path, exchanged.status);
            let operation = format!("{} {} {status}", exchanged.method, exchanged.template());
            shapes.add(
                version,
                &operation,
                &exchanged.neutral_response(&self.neutral, &self.origins),
            );
        }
        shapes.text()
    }

    /// Which states the objects of the run came to: a line an object.
    pub fn transitions(&self) -> String {
        let lines = self.transitions.seen.iter().filter(|seen| !seen.milestones.is_empty());
        let lines = lines.map(|seen| {
            let milestones: Vec<_> = seen
                .milestones
                .iter()
                .map(|(state, step)| format!("{state} (step {step})"))
                .collect();
            let id = self.neutral.text(&self.origins, &seen.id);
            format!("{} {id}: {}\n", seen.lifecycle.noun, milestones.join(" → "))
        });
        lines.collect()
    }
}

impl Exchanged {
    pub(crate) fn version(&self) -> Option<Version> {
        self.path.split('/').nth(1)?.parse().ok()
    }

    /// The path with `{id}` for ids.
    pub(crate) fn template(&self) -> String {
        let mut segments = self.path.split('/').skip(1);
        let version = segments.next().unwrap_or_default().to_owned();
        let names =
            segments.map(|segment| match segment.chars().all(|c| c.is_ascii_alphabetic()) {
                true => segment,
                false => "{id}",
            });
        let all: Vec<&str> = [version.as_str()].into_iter().chain(names).collect();
        format!("/{}", all.join("/"))
    }

    pub(crate) fn neutral_response(&self, neutral: &Neutral, origins: &Origins) -> Value {
        let words = self.version().and_then(|version| StateWords::of(version, &self.path));
        neutral.body(origins, words.as_ref(), &self.response)
    }
}

/// What stage and transports share while a scenario is played.
pub(crate) struct Shared {
    pub(crate) scenario: String,
    pub(crate) api: Api,
    pub(crate) clock: SharedClock,
    pub(crate) observer: Observer,
    pub(crate) wire: Arc<Wire>,
    state: Mutex<State>,
}

pub(crate) struct State {
    pub(crate) trace: Trace,
    pub(crate) origins: Origins,
    pub(crate) transitions: Transitions,
    pub(crate) neutral: Neutral,
    /// When the open step began.
    began: Timestamp,
    /// Whether the open step looks again and again.
    polling: bool,
    /// What is wrong with an answer of the open step.
    wrong: Option<(String, String)>,
    steps: usize,
}

impl Shared {
    pub(crate) fn new(
        scenario: &str,
        api: Api,
        clock: SharedClock,
        observer: Observer,
        wire: Arc<Wire>,
        neutral: Neutral,
    ) -> Self {
        let began = clock.now();
        let trace = Trace {
            format: 1,
            scenario: scenario.to_owned(),
            api: api.name().to_owned(),
            began: began.to_string(),
            entries: Vec::new(),
        };
        let state = State {
            trace,
            origins: Origins::default(),
            transitions: Transitions::default(),
            neutral,
            began,
            polling: false,
            wrong: None,
            steps: 0,
        };
        let scenario = scenario.to_owned();
        Self { scenario, api, clock, observer, wire, state: Mutex::new(state) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, entry: Entry) {
        self.state().trace.entries.push(entry);
    }

    /// Begins a step; its number.
    pub(crate) fn begin(&self, title: &str, polling: bool) -> usize {
        let number = {
            let mut state = self.state();
            state.steps += 1;
            state.began = self.clock.now();
            state.polling = polling;
            state.wrong = None;
            let number = state.steps;
            state.trace.entries.push(Entry::Step(Step {
                number,
                title: title.to_owned(),
                verdict: Verdict::Open,
                took_ms: 0,
                polled: polling,
                exchanges: Vec::new(),
            }));
            number
        };
        self.observer.tell(&Event::Began { number, title });
        number
    }

    /// Ends the open step. A verdict of success stands only if no answer was wrong.
    pub(crate) fn end(&self, verdict: Verdict) -> Result<(), Failure> {
        let (failure, number, title, verdict, status, took) = {
            let mut state = self.state();
            let wrong = state.wrong.take();
            let took = self.clock.now().duration_since(state.began);
            let (verdict, found) = match (verdict, wrong) {
                (Verdict::Passed, Some((expected, found))) => {
                    let verdict = Verdict::Failed(format!("expected {expected}, found {found}"));
                    (verdict, Some((expected, found)))
                }
                (verdict, _) => (verdict, None),
            };
            let Some(step) = state.open_step() else { return Ok(()) };
            step.verdict = verdict.clone();
            step.took_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
            let status = step.exchanges.last().map(|last| last.status).filter(|s| *s > 0);
            let (number, title) = (step.number, step.title.clone());
            let failure = found.map(|(expected, found)| Failure {
                scenario: self.scenario.clone(),
                api: self.api,
                step: Some((number, title.clone())),
                expected,
                found,
            });
            (failure, number, title, verdict, status, took)
        };
        let title = title.as_str();
        self.observer.tell(&Event::Ended { number, title, verdict: &verdict, status, took });
        failure.map_or(Ok(()), Err)
    }

    /// The failure of the open step, where an answer was wrong.
    pub(crate) fn blamed(&self) -> Option<Failure> {
        let (expected, found) = self.state().wrong.clone()?;
        Some(self.failure(expected, found))
    }

    pub(crate) fn failure(&self, expected: impl Display, found: impl Display) -> Failure {
        let step = self.state().open_step().map(|step| (step.number, step.title.clone()));
        Failure {
            scenario: self.scenario.clone(),
            api: self.api,
            step,
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }
}

impl State {
    pub(crate) fn open_step(&mut self) -> Option<&mut Step> {
        self.trace.entries.iter_mut().rev().find_map(|entry| match entry {
            Entry::Step(step) => Some(step),
            _ => None,
        })
    }

    /// The number of the open step.
    pub(crate) fn number(&self) -> usize {
        self.steps
    }

    /// Takes in an exchange of the open step.
    pub(crate) fn take(&mut self, exchanged: Exchanged) {
        let number = self.number();
        self.origins.learn(number, &exchanged.response);
        if exchanged.status > 0 && exchanged.status < 300 {
            let expected = status::expected(&exchanged.method, &exchanged.path);
            if !expected.contains(&exchanged.status) {
                let expected: Vec<_> = expected.iter().map(u16::to_string).collect();
                self.blame(format!("status {}", expected.join(" or ")), exchanged.status);
            }
            let observed = exchanged.version().map(|version| {
                let lasting = !self.polling;
                self.transitions.observe(
                    version,
                    &exchanged.path,
                    &exchanged.response,
                    number,
                    lasting,
                )
            });
            if let Some(Err(why)) = observed {
                let (expected, found) = why.split_once(" expected, found ").unwrap_or((&why, ""));
                self.blame(expected, found);
            }
        }
        let swallowed = exchanged.retried.iter().flat_map(|attempt| &attempt.findings);
        if let Some(violation) =
            exchanged.findings.iter().chain(swallowed).find(|f| f.is_violation())
        {
            self.blame("an exchange that conforms to the contract", violation);
        }
        if let Some(step) = self.open_step() {
            step.exchanges.push(exchanged);
        }
    }

    /// What the open step has seen so far is not everywhere yet: it looks again.
    pub(crate) fn supersede(&mut self) {
        if let Some(step) = self.open_step() {
            step.exchanges.iter_mut().for_each(|exchanged| exchanged.superseded = true);
        }
    }

    /// The last answer of a step that polled is one that stays.
    pub(crate) fn settle_poll(&mut self) {
        self.polling = false;
        let number = self.number();
        let Some(last) = self.open_step().and_then(|step| step.exchanges.last()).cloned() else {
            return;
        };
        if let Some(version) = last.version() {
            // It was audited when it came in; here it only becomes a milestone.
            let _audited =
                self.transitions.observe(version, &last.path, &last.response, number, true);
        }
    }

    fn blame(&mut self, expected: impl Display, found: impl Display) {
        if self.wrong.is_none() {
            self.wrong = Some((expected.to_string(), found.to_string()));
        }
    }
}

/// The state word of an answer's first object with a lifecycle, for progress lines.
pub(crate) fn state_word(exchanged: &Exchanged) -> Option<String> {
    let version = exchanged.version()?;
    let mut states = crate::transition::states(version, &exchanged.path, &exchanged.response);
    (!states.is_empty()).then(|| states.remove(0).2)
}
