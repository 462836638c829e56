use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use harness::{Api, Failure, Observer, Run, Stage};
use tokio::sync::watch;

use crate::backend::{Backend, BackendError, Opponent, Stack, stack};
use crate::read_back;
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
    /// Whether the administrator did what is a user's, because none could sign in.
    pub degraded: bool,
    /// What the run left in the tenant, and why; nothing, where all went well.
    pub left: Vec<String>,
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

    pub(crate) async fn raised(&self) {
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
    opponent: Opponent<'_>,
    observer: Observer,
    interrupt: &Interrupt,
) -> Result<Performance, BackendError> {
    let stack = stack(scenario, api, opponent, observer)?;
    // A play that nothing can judge is not begun.
    let form = form(api, scenario.asks && stack.setup.requestor.is_none());
    for kind in ["transcript", "shapes", "transitions"] {
        snapshots::readable(scenario.name, &format!("{form}.{kind}"))?;
    }
    let mut performance = perform_on(scenario, api, opponent.backend(), stack, interrupt).await;
    if performance.faults.is_empty() {
        // What a tenant says is never taken into a golden file.
        let faults = match opponent {
            Opponent::Live(_) => judge(&performance, snapshots::compare),
            _ => judge(&performance, snapshots::check),
        };
        performance.faults.extend(faults);
    }
    Ok(performance)
}

/// What goldens of a play are called by: the versions, and whether a user asked.
fn form(api: Api, degraded: bool) -> String {
    match degraded {
        true => format!("{api}.degraded"),
        false => api.to_string(),
    }
}

pub(crate) async fn perform_on(
    scenario: &'static Scenario,
    api: Api,
    backend: Backend,
    stack: Stack,
    interrupt: &Interrupt,
) -> Performance {
    let Stack { setup, recorded_under, finish, sweep } = stack;
    let wire = setup.wire.clone();
    let degraded = scenario.asks && setup.requestor.is_none();
    let stage = Stage::new(setup);
    let played = tokio::select! {
        played = AssertUnwindSafe((scenario.play)(&stage)).catch_unwind() => Some(played),
        () = interrupt.raised() => None,
    };
    let mut faults = Vec::new();
    let mut failure = None;
    match played {
        Some(Ok(Ok(()))) => {}
        Some(Ok(Err(why))) => {
            faults.push(why.to_string());
            failure = Some(why);
        }
        // What a panic says may hold what nobody is to see; it was written where panics are.
        Some(Err(_)) => faults.push(format!("{} on {api}: the play panicked", scenario.name)),
        None => faults.push(format!("{} on {api}: interrupted", scenario.name)),
    }
    let ended_well = faults.is_empty();
    let run = stage.finish().await;
    if ended_well {
        // The clean-up's failures, and a cassette that was not read to its end.
        let failed = run.failed_steps().into_iter();
        faults.extend(failed.map(|(number, title, why)| {
            format!("{} on {api}, step {number} ({title}): {why}", scenario.name)
        }));
        faults.extend(finish().err().map(|why| format!("{} on {api}: {why}", scenario.name)));
    }
    // What the play could not take away itself, and what it does not know of.
    let mut left = Vec::new();
    if let Some((sweep, prefix)) = sweep {
        let remains = sweep.run(Some(&prefix)).await.into_iter();
        left.extend(remains.map(|(entry, why)| format!("{}: {why}", entry.called())));
    }
    let wire = wire.count();
    Performance {
        scenario,
        api,
        backend,
        run,
        wire,
        degraded,
        left,
        recorded_under,
        failure,
        faults,
    }
}

/// Holds the three texts of a run against their golden files, by `compare` (area, name, text); a
/// sentence for each that differs.
pub fn judge(
    performance: &Performance,
    compare: impl Fn(&str, &str, &str) -> Result<(), snapshots::Difference>,
) -> Vec<String> {
    let Performance { scenario, api, run, .. } = performance;
    let form = form(*api, performance.degraded);
    let texts = [
        ("transcript", "differs", run.transcript()),
        ("shapes", "differ", run.shapes()),
        ("transitions", "differ", run.transitions()),
    ];
    let (steps, operations): (Vec<usize>, Vec<String>) = run.read_back().into_iter().unzip();
    let faults = texts.into_iter().filter_map(|(kind, verb, text)| {
        let golden = match steps.is_empty() {
            true => None,
            false => snapshots::known(scenario.name, &format!("{form}.{kind}")).ok().flatten(),
        };
        let text = match (golden, kind) {
            (None, _) => text,
            (Some(golden), "transcript") => read_back::transcript(&text, &golden, &steps),
            (Some(golden), "shapes") => read_back::shapes(&text, &golden, &operations),
            (Some(golden), _) => read_back::transitions(&text, &golden, &steps),
        };
        let difference = compare(scenario.name, &format!("{form}.{kind}"), &text).err()?;
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
