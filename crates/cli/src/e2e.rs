//! `entitle e2e`: the scenarios, played and judged.

use std::path::{Path, PathBuf};

use cassette::Answerer;
use clock::{Clock, RealClock};
use contract::drift::{Comparison, report};
use contract::{Contract, Finding};
use harness::{Api, Observer, Run, Trace, Verdict};
use jiff::Timestamp;
use model::Version;
use scenarios::{Backend, BackendError, LiveTenant, Opponent, Performance, Scenario, perform};
use serde::Serialize;

use crate::another::{self, Another};
use crate::doctor::tenant_for;
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::live;
use crate::out::say;
use crate::progress::{self, BAD, FAINT, GOOD, WARNING};
use crate::selection::{Selected, Selection};

/// Play the scenarios and hold them against the golden files and the contract.
///
/// Without arguments: every scenario on every version, against the embedded emulator and then from
/// its cassettes.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[command(after_long_help = live::VARIABLES)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Who answers: emulator, replay or live; emulator and then replay where none is named.
    #[arg(long)]
    backend: Option<String>,
    /// Play against the emulator as against a tenant in which no user can sign in: the administrator assigns access.
    #[arg(long)]
    without_requestor: bool,
    /// List what would be played, with versions, and play nothing; as data with --json.
    #[arg(long)]
    list: bool,
    /// Play nothing; say of each cassette from whom and when it is, and warn of age and of other contracts.
    #[arg(long)]
    check_cassettes: bool,
    /// Print the outcome as JSON and nothing else.
    #[arg(long)]
    json: bool,
    /// Another contract, as a file or address of metadata: say of each play which changes from the
    /// contract of this build touch it. Once for each version.
    #[arg(long, value_name = "DOCUMENT")]
    contract: Vec<String>,
    /// Write the runs as data: steps, exchanges, verdicts, times.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    #[command(flatten)]
    live: live::Args,
}

#[derive(Serialize)]
struct Outcome<'a> {
    passed: usize,
    failed: usize,
    skipped: usize,
    /// Exchanges on the wire, those too that retries swallowed.
    wire: u64,
    plays: Vec<Play<'a>>,
}

#[derive(Serialize)]
struct Play<'a> {
    scenario: &'static str,
    api: String,
    backend: &'static str,
    passed: bool,
    /// Whether the administrator did what is a user's, because none could sign in.
    degraded: bool,
    faults: &'a [String],
    /// What is still in the tenant, and why.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    left: &'a [String],
    steps: Vec<StepLine<'a>>,
    /// What the contract says of the exchanges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Found<'a>>,
    /// Changes to the other contracts that touch it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<serde_json::Value>,
}

#[derive(Serialize)]
struct StepLine<'a> {
    number: usize,
    title: &'a str,
    #[serde(flatten)]
    verdict: &'a Verdict,
    status: Option<u16>,
    took_ms: i64,
}

/// A finding, and where it was made.
#[derive(Serialize)]
struct Found<'a> {
    step: usize,
    title: &'a str,
    method: &'a str,
    path: &'a str,
    #[serde(flatten)]
    finding: &'a Finding,
}

#[derive(Serialize)]
struct TracedRun<'a> {
    scenario: &'static str,
    api: &'static str,
    backend: &'static str,
    faults: &'a [String],
    /// Null where nothing was played.
    trace: Option<&'a Trace>,
}

/// A play as far as it came.
struct Played {
    scenario: &'static Scenario,
    api: Api,
    backend: Backend,
    /// None where there was nothing to play against.
    run: Option<Run>,
    wire: u64,
    degraded: bool,
    faults: Vec<String>,
    left: Vec<String>,
    /// What the other contracts change for it.
    touched: Vec<Comparison>,
    exit: Exit,
}

impl From<Performance> for Played {
    fn from(performance: Performance) -> Self {
        let Performance { scenario, api, backend, run, wire, degraded, faults, left, .. } =
            performance;
        let exit = match (faults.is_empty(), left.is_empty()) {
            (_, false) => Exit::LeftBehind,
            (true, true) => Exit::Ok,
            (false, true) => Exit::Findings,
        };
        let (run, touched) = (Some(run), Vec::new());
        Self { scenario, api, backend, run, wire, degraded, faults, left, touched, exit }
    }
}

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    let selected = args.selection.resolve()?;
    let backends = match &args.backend {
        Some(name) => vec![name.parse::<Backend>().map_err(Failure::usage)?],
        None => vec![Backend::Emulator, Backend::Replay],
    };
    if args.list {
        return list(&selected, args.json);
    }
    if args.check_cassettes {
        return check_cassettes(&selected);
    }
    readable_contracts()?;
    let others = args.contract.iter().map(|label| Another::read(label));
    let others: Vec<Another> = others.collect::<Result<_, _>>()?;
    // Known before anything is played: a run that cannot be kept is no use.
    let trace = match &args.trace {
        Some(path) => {
            let file = file::Beside::new(path).map_err(|error| unwritable(path, &error))?;
            Some((file, path))
        }
        None => None,
    };
    // So is whom it would be played against.
    let tenant = match backends.contains(&Backend::Live) {
        true => Some(tenant_for(&args.live, &selected).await?),
        false => None,
    };
    let interrupt = interrupt::raised().await;
    let (there, missing): (Vec<_>, Vec<_>) = selected.into_iter().partition(|s| s.exists);
    if !args.json {
        for Selected { scenario, api, .. } in &missing {
            say!("– {} has no {api} form: skipped\n", scenario.name);
        }
    }
    let mut plays: Vec<Played> = Vec::new();
    let mut skipped = missing.len();
    'plays: for backend in backends {
        for &Selected { scenario, api, .. } in &there {
            let observer = match args.json {
                true => Observer::nobody(),
                false => {
                    say!("{} on {api}, {backend}", scenario.name);
                    progress::observer()
                }
            };
            let mut outdated = Vec::new();
            let opponent = match (backend, &tenant) {
                (Backend::Emulator, _) => Opponent::Emulator { requestor: !args.without_requestor },
                (Backend::Live, Some(tenant)) => Opponent::Live(tenant),
                (Backend::Replay | Backend::Live, _) => Opponent::Replay,
            };
            let mut played = match perform(scenario, api, opponent, observer, &interrupt).await {
                Ok(performance) => {
                    outdated = another::outdated(&performance.recorded_under);
                    Played::from(performance)
                }
                Err(error @ BackendError::Machine(_)) => return Err(not_had(error)),
                Err(BackendError::NotApplicable(needs)) => {
                    skipped += 1;
                    if !args.json {
                        say!("  skipped: needs {needs}\n");
                    }
                    continue;
                }
                // What is wrong with one cassette is nothing to the other plays.
                Err(error) => {
                    let Failure { exit, message } = not_had(error);
                    Played {
                        scenario,
                        api,
                        backend,
                        run: None,
                        wire: 0,
                        degraded: false,
                        faults: vec![message],
                        left: Vec::new(),
                        touched: Vec::new(),
                        exit,
                    }
                }
            };
            if let Some(tenant) = &tenant {
                let lines = played.faults.iter_mut().chain(&mut played.left);
                lines.for_each(|line| *line = tenant.redacted(line));
            }
            if !args.json {
                print_end(scenario, api, backend, played.run.as_ref(), &played.faults);
                if played.degraded {
                    say!(
                        "  degraded: no user could sign in, so the administrator assigned access\n"
                    );
                }
                print_left(&played.left);
                let notices = played.run.iter().flat_map(findings);
                for notice in notices.filter(|found| !found.finding.is_violation()) {
                    say!("{}", indented(&told(&notice)));
                }
                for line in outdated {
                    say!("{}\n", indented(&line));
                }
            }
            for other in &others {
                let trace = played.run.as_ref().map(Run::trace);
                let touching = trace.and_then(|trace| other.touching(scenario.name, trace));
                if let Some(comparison) = touching {
                    if !args.json {
                        say!("{}\n", indented(&other.told(&comparison)));
                    }
                    played.touched.push(comparison);
                }
            }
            plays.push(played);
            if interrupt.is_raised() {
                break 'plays;
            }
        }
    }
    let failed = plays.iter().filter(|played| !played.faults.is_empty()).count();
    let passed = plays.len() - failed;
    if args.json {
        let wire = plays.iter().map(|played| played.wire).sum();
        let lines = plays.iter().map(play).collect();
        print_json(&Outcome { passed, failed, skipped, wire, plays: lines })?;
    } else {
        say!("{passed} passed, {failed} failed, {skipped} skipped");
    }
    let mut worst = plays.iter().map(|played| played.exit).max().unwrap_or(Exit::Ok);
    if let Some((file, path)) = trace {
        let text = trace_text(&plays, tenant.as_ref());
        let written =
            text.and_then(|text| file.replace(&text).map_err(|error| unwritable(path, &error)));
        if let Err(failure) = written {
            // That something was left behind is worse.
            if worst < failure.exit {
                return Err(failure);
            }
            say!("{BAD}{failure}{BAD:#}");
            worst = worst.max(failure.exit);
        }
    }
    Ok(if interrupt.is_raised() { Exit::Interrupted } else { worst })
}

/// The stored contracts judge every exchange: without them nothing is played.
fn readable_contracts() -> Result<(), Failure> {
    for version in Version::ALL {
        Contract::builtin(version.segment()).map_err(Failure::usage)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    apis: Vec<&'static str>,
    about: &'static str,
}

fn list(selected: &[Selected], json: bool) -> Result<Exit, Failure> {
    let mut listed: Vec<Listed> = Vec::new();
    for &Selected { scenario, api, .. } in selected.iter().filter(|selected| selected.exists) {
        let Scenario { name, about, .. } = *scenario;
        match listed.last_mut().filter(|last| last.name == name) {
            Some(last) => last.apis.push(api.name()),
            None => listed.push(Listed { name, apis: vec![api.name()], about }),
        }
    }
    if json {
        print_json(&listed)?;
        return Ok(Exit::Ok);
    }
    let width = listed.iter().map(|scenario| scenario.name.len()).max().unwrap_or(0);
    for Listed { name, apis, about } in &listed {
        say!("{name:<width$}  {:<18} {about}", apis.join(" "));
    }
    Ok(Exit::Ok)
}

/// Days after which a recording of a tenant may not be true any more.
const OLD: i64 = 30;

/// A warning is no failure: an old recording still replays.
fn check_cassettes(selected: &[Selected]) -> Result<Exit, Failure> {
    let mut warnings = 0;
    for &Selected { scenario, api, .. } in selected.iter().filter(|selected| selected.exists) {
        let (provenance, outdated) = scenarios::recorded(scenario, api).map_err(not_had)?;
        let mut told = Vec::new();
        let from = match provenance.from {
            Answerer::Emulator => "the emulator".to_owned(),
            Answerer::Live => {
                let at: Option<Timestamp> = provenance.at.parse().ok();
                let age = at.map(|at| RealClock.now().duration_since(at).as_hours() / 24);
                if let Some(age) = age.filter(|age| *age > OLD) {
                    told.push(format!("{age} days old"));
                }
                format!("a tenant, {}", provenance.at)
            }
        };
        if outdated {
            told.push("recorded under other contracts than today's".to_owned());
        }
        warnings += told.len();
        say!("{} on {api}: of {from}", scenario.name);
        for told in told {
            say!("  {WARNING}{told}{WARNING:#}");
        }
    }
    match warnings {
        0 => say!("every cassette is up to date"),
        _ => say!("{warnings} warnings; record again with `cargo xtask record`"),
    }
    Ok(Exit::Ok)
}

fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::environment)?;
    say!("{text}");
    Ok(())
}

pub(crate) fn not_had(error: BackendError) -> Failure {
    match error {
        BackendError::Machine(_) => Failure::environment(error),
        _ => Failure::usage(error),
    }
}

pub(crate) fn print_end(
    scenario: &Scenario,
    api: Api,
    backend: Backend,
    run: Option<&Run>,
    faults: &[String],
) {
    let (mark, style) = if faults.is_empty() { ("✓", GOOD) } else { ("✗", BAD) };
    let steps = run.map_or_else(|| "not played".to_owned(), counted);
    say!("{style}{mark}{style:#} {} on {api}, {backend}: {FAINT}{steps}{FAINT:#}", scenario.name);
    for fault in faults {
        say!("{}", indented(fault));
    }
    say!("");
}

/// `20 steps, 1 not expressible`
fn counted(run: &Run) -> String {
    let count = |of: fn(&Verdict) -> bool| run.trace().steps().filter(|s| of(&s.verdict)).count();
    let parts = [
        (run.trace().steps().count(), "steps"),
        (count(|v| matches!(v, Verdict::NotExpressible(_))), "not expressible"),
        (count(|v| matches!(v, Verdict::NotApplicable(_))), "not applicable"),
    ];
    let there = parts.iter().filter(|(number, _)| *number > 0);
    there.map(|(number, what)| format!("{number} {what}")).collect::<Vec<_>>().join(", ")
}

pub(crate) fn print_left(left: &[String]) {
    if left.is_empty() {
        return;
    }
    say!("{BAD}left behind in the tenant:{BAD:#}");
    for line in left {
        say!("{}", indented(line));
    }
    say!("  take it away with `entitle sweep --apply`, with the same tenant and ledger\n");
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn play(played: &Played) -> Play<'_> {
    let steps = played.run.iter().flat_map(|run| run.trace().steps()).map(|step| StepLine {
        number: step.number,
        title: &step.title,
        verdict: &step.verdict,
        status: step.exchanges.last().map(|last| last.status),
        took_ms: step.took_ms,
    });
    Play {
        scenario: played.scenario.name,
        api: played.api.to_string(),
        backend: played.backend.name(),
        passed: played.faults.is_empty(),
        degraded: played.degraded,
        faults: &played.faults,
        left: &played.left,
        steps: steps.collect(),
        findings: played.run.iter().flat_map(findings).collect(),
        changes: played.touched.iter().map(report::json).collect(),
    }
}

/// What the contract says of the exchanges of a run, each once.
fn findings(run: &Run) -> Vec<Found<'_>> {
    let mut all: Vec<Found<'_>> = Vec::new();
    for step in run.trace().steps() {
        for exchanged in &step.exchanges {
            for finding in &exchanged.findings {
                // A step that looks again and again says the same each time.
                if !all.iter().any(|found| found.step == step.number && found.finding == finding) {
                    all.push(Found {
                        step: step.number,
                        title: &step.title,
                        method: &exchanged.method,
                        path: &exchanged.path,
                        finding,
                    });
                }
            }
        }
    }
    all
}

fn told(found: &Found<'_>) -> String {
    let Found { step, title, method, path, finding } = found;
    format!("step {step} ({title}), {method} {path}: {finding}")
}

/// The runs as text; what is a tenant's own has other names.
fn trace_text(plays: &[Played], tenant: Option<&LiveTenant>) -> Result<String, Failure> {
    let runs = plays.iter().map(|played| TracedRun {
        scenario: played.scenario.name,
        api: played.api.name(),
        backend: played.backend.name(),
        faults: &played.faults,
        trace: played.run.as_ref().map(Run::trace),
    });
    let runs: Vec<TracedRun<'_>> = runs.collect();
    let Some(tenant) = tenant else {
        return Ok(serde_json::to_string_pretty(&runs).map_err(Failure::environment)? + "\n");
    };
    let people = plays.iter().filter_map(|played| played.run.as_ref()).flat_map(Run::adopted);
    let people: Vec<String> = people.cloned().collect();
    let names = tenant.pseudonyms(&people);
    let runs = names.body(serde_json::to_value(&runs).map_err(Failure::environment)?);
    let text = serde_json::to_string_pretty(&runs).map_err(Failure::environment)? + "\n";
    let leaks = tenant.leaks(&names, &text);
    match leaks.is_empty() {
        true => Ok(text),
        false => Err(Failure::environment(format!(
            "--trace: nothing is written, for it would hold {}",
            leaks.join(", ")
        ))),
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::environment(format!("{}: {error}", path.display()))
}
