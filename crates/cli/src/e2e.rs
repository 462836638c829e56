//! `entitle e2e`: the scenarios, played and judged.

use std::io::Write;
use std::path::{Path, PathBuf};

use harness::{Observer, Trace, Verdict};
use scenarios::{Backend, BackendError, Interrupt, Performance, SCENARIOS, perform, wire};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::progress::{self, BAD, FAINT, GOOD};
use crate::selection::{Selected, Selection};

/// Play the scenarios and hold them against the golden files and the contract.
///
/// Without arguments: every scenario on every version, against the embedded emulator and then from
/// its cassettes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Who answers: emulator, replay or live; emulator and then replay where none is named.
    #[arg(long)]
    backend: Option<String>,
    /// List the scenarios with their versions and play nothing.
    #[arg(long)]
    list: bool,
    /// Print the outcome as JSON and nothing else.
    #[arg(long)]
    json: bool,
    /// Write the runs as data: steps, exchanges, verdicts, times.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
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
    faults: &'a [String],
    steps: Vec<StepLine<'a>>,
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

#[derive(Serialize)]
struct TracedRun<'a> {
    backend: &'static str,
    faults: &'a [String],
    #[serde(flatten)]
    trace: &'a Trace,
}

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    let selected = args.selection.resolve()?;
    let backends = match &args.backend {
        Some(name) => vec![name.parse::<Backend>().map_err(Failure::usage)?],
        None => vec![Backend::Emulator, Backend::Replay],
    };
    if args.list {
        list();
        return Ok(Exit::Ok);
    }
    let interrupt = on_interrupt();
    let mut performances = Vec::new();
    let mut skipped = 0;
    'plays: for backend in backends {
        for &Selected { scenario, api, exists } in &selected {
            if !exists {
                skipped += 1;
                if !args.json {
                    anstream::println!("– {} has no {api} form: skipped\n", scenario.name);
                }
                continue;
            }
            let observer = match args.json {
                true => Observer::nobody(),
                false => {
                    anstream::println!("{} on {api}, {backend}", scenario.name);
                    progress::observer()
                }
            };
            let performance = perform(scenario, api, backend, observer, &interrupt).await;
            let performance = performance.map_err(not_had)?;
            if !args.json {
                print_end(&performance);
            }
            performances.push(performance);
            if interrupt.is_raised() {
                break 'plays;
            }
        }
    }
    if let Some(path) = &args.trace {
        write_trace(path, &performances)?;
    }
    let failed = performances.iter().filter(|p| !p.faults.is_empty()).count();
    let passed = performances.len() - failed;
    if args.json {
        let outcome = Outcome {
            passed,
            failed,
            skipped,
            wire: wire(),
            plays: performances.iter().map(play).collect(),
        };
        let text = serde_json::to_string_pretty(&outcome).map_err(Failure::environment)?;
        anstream::println!("{text}");
    } else {
        anstream::println!("{passed} passed, {failed} failed, {skipped} skipped");
    }
    Ok(match (interrupt.is_raised(), failed) {
        (true, _) => Exit::Interrupted,
        (false, 0) => Exit::Ok,
        (false, _) => Exit::Findings,
    })
}

fn list() {
    let width = SCENARIOS.iter().map(|s| s.name.len()).max().unwrap_or(0);
    for scenario in &SCENARIOS {
        let apis: Vec<_> = scenario.apis.iter().map(|api| api.name()).collect();
        anstream::println!("{:<width$}  {:<18} {}", scenario.name, apis.join(" "), scenario.about);
    }
}

/// Raised by Ctrl-C: the play that is on stops and cleans up, and no other begins.
pub(crate) fn on_interrupt() -> Interrupt {
    let (sender, interrupt) = Interrupt::new();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            sender.send_replace(true);
        }
        // The sender lives as long as somebody may listen.
        sender.closed().await;
    });
    interrupt
}

pub(crate) fn not_had(error: BackendError) -> Failure {
    match error {
        BackendError::NotConfigured | BackendError::Machine(_) => Failure::environment(error),
        _ => Failure::usage(error),
    }
}

pub(crate) fn print_end(performance: &Performance) {
    let Performance { scenario, api, backend, run, faults, .. } = performance;
    let steps = run.trace().steps().count();
    let (mark, style) = if faults.is_empty() { ("✓", GOOD) } else { ("✗", BAD) };
    anstream::println!(
        "{style}{mark}{style:#} {} on {api}, {backend}: {FAINT}{steps} steps{FAINT:#}",
        scenario.name
    );
    for fault in faults {
        anstream::println!("{}", indented(fault));
    }
    anstream::println!();
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn play(performance: &Performance) -> Play<'_> {
    let steps = performance.run.trace().steps().map(|step| StepLine {
        number: step.number,
        title: &step.title,
        verdict: &step.verdict,
        status: step.exchanges.last().map(|last| last.status),
        took_ms: step.took_ms,
    });
    Play {
        scenario: performance.scenario.name,
        api: performance.api.to_string(),
        backend: performance.backend.name(),
        passed: performance.faults.is_empty(),
        faults: &performance.faults,
        steps: steps.collect(),
    }
}

fn write_trace(path: &Path, performances: &[Performance]) -> Result<(), Failure> {
    let runs: Vec<TracedRun<'_>> = performances
        .iter()
        .map(|performance| TracedRun {
            backend: performance.backend.name(),
            faults: &performance.faults,
            trace: performance.run.trace(),
        })
        .collect();
    let text = serde_json::to_string_pretty(&runs).map_err(Failure::environment)? + "\n";
    write_beside(path, &text)
}

/// Writes beside the file, then renames, so that no half of it is ever seen.
fn write_beside(path: &Path, text: &str) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::environment(format!("{}: {error}", path.display()));
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    beside.write_all(text.as_bytes()).map_err(failed)?;
    beside.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
