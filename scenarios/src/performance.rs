use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use harness::{Api, Failure, Observer, Run, Stage};
use tokio::sync::watch;

use crate::backend::{Backend, BackendError, Stack, stack};
use crate::registry::Scenario;

/// A scenario, played.
#[derive(Debug)]
pub struct Performance {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// The versions it was played on.
    pub api: Api,
    /// Who answered.
    pub backend: Backend,
    /// What happened.
    pub run: Run,
    /// How many exchanges were made on the wire, those too that retries swallowed; none in replay.
    pub wire: u64,
    /// Fingerprints of the contracts that the cassette was recorded under, by version; empty where
    /// none was replayed.
    pub recorded_under: BTreeMap<String, String>,
    /// Why the play ended early, if it did.
    pub failure: Option<Failure>,
    /// Everything that was not as it should be, the failure first.
    pub faults: Vec<String>,
}

/// Says to plays that they should end early: they stop where they are and clean up.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// The sender's `true` interrupts.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Nobody interrupts.
    pub fn never() -> Self {
        Self::new().1
    }

    /// Whether somebody did.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    async fn raised(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|raised| *raised).await.is_err() {
            // The sender is gone: nobody can interrupt any more.
            std::future::pending::<()>().await;
        }
    }
}

/// Plays `scenario` and judges it by the golden files.
///
/// # Errors
/// [`BackendError`] where the backend cannot be had, or a golden file not be read.
pub async fn perform(
    scenario: &'static Scenario,
    api: Api,
    backend: Backend,
    observer: Observer,
    interrupt: &Interrupt,
) -> Result<Performance, BackendError> {
    // A play that nothing can judge is not begun.
    for kind in ["transcript", "shapes", "transitions"] {
        snapshots::readable(scenario.name, &format!("{api}.{kind}"))?;
    }
    let stack = stack(scenario, api, backend, observer)?;
    let mut performance = perform_on(scenario, api, backend, stack, interrupt).await;
    if performance.faults.is_empty() {
        performance.faults.extend(judge(&performance, snapshots::check));
    }
    Ok(performance)
}

pub(crate) async fn perform_on(
    scenario: &'static Scenario,
    api: Api,
    backend: Backend,
    stack: Stack,
    interrupt: &Interrupt,
) -> Performance {
    let stage = Stage::new(stack.setup);
    let played = tokio::select! {
        played = (scenario.play)(&stage) => Some(played),
        () = interrupt.raised() => None,
    };
    let interrupted = played.is_none();
    let failure = played.and_then(Result::err);
    let run = stage.finish().await;
    let mut faults: Vec<String> = failure.iter().map(ToString::to_string).collect();
    if interrupted {
        faults.push(format!("{} on {api}: interrupted", scenario.name));
    } else if failure.is_none() {
        // The clean-up's failures, and a cassette that was not read to its end.
        let failed = run.failed_steps().into_iter();
        faults.extend(failed.map(|(number, title, why)| {
            format!("{} on {api}, step {number} ({title}): {why}", scenario.name)
        }));
        let unread = (stack.finish)().err();
        faults.extend(unread.map(|why| format!("{} on {api}: {why}", scenario.name)));
    }
    let wire = stack.wire.load(Ordering::Relaxed);
    let recorded_under = stack.recorded_under;
    Performance { scenario, api, backend, run, wire, recorded_under, failure, faults }
}

/// Holds the three texts of a run against their golden files, by `compare` (area, name, text); a
/// sentence for each that differs.
pub fn judge(
    performance: &Performance,
    compare: impl Fn(&str, &str, &str) -> Result<(), snapshots::Difference>,
) -> Vec<String> {
    let Performance { scenario, api, run, .. } = performance;
    let texts = [
        ("transcript", "differs", run.transcript()),
        ("shapes", "differ", run.shapes()),
        ("transitions", "differ", run.transitions()),
    ];
    let faults = texts.into_iter().filter_map(|(kind, verb, text)| {
        let difference = compare(scenario.name, &format!("{api}.{kind}"), &text).err()?;
        let step = step_of(&text, &difference.diff).map(|step| format!(", step {step}"));
        let step = step.unwrap_or_default();
        Some(format!(
            "{} on {api}{step}: the {kind} {verb} from the golden file\n{difference}",
            scenario.name
        ))
    });
    faults.collect()
}

/// The heading above the first line of `text` that a diff adds.
fn step_of(text: &str, diff: &str) -> Option<String> {
    let hunk = diff.lines().find(|line| line.starts_with("@@"))?;
    let start = hunk.split('+').nth(1)?.split([',', ' ']).next()?.parse::<usize>().ok()?;
    let changed = diff.lines().skip_while(|line| !line.starts_with("@@")).skip(1);
    let above = changed.take_while(|line| line.starts_with(' ')).count();
    let lines: Vec<&str> = text.lines().take(start + above).collect();
    let heading = lines.iter().rev().find_map(|line| line.strip_prefix("## "))?;
    let (number, title) = heading.split_once(' ')?;
    Some(format!("{number} ({title})"))
}
