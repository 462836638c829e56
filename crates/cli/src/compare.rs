//! `entitle compare`: two traces, step by step.

use std::path::PathBuf;

use emulator::rules;
use harness::{Deviation, compare};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::out::say;
use crate::progress::{FAINT, WARNING};
use crate::traced::{Traced, read};

/// Compare two traces of `e2e --trace`: a tenant and the emulator, yesterday and today.
///
/// Plays are aligned by scenario, version and step. Told are differences in status, error code, shape and state, and times
/// that differ much; never ids, texts and moments. Where the emulator differs, the rules that fired there are named with
/// their grades. Nothing is taken into a golden file.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The trace before, or of the tenant
    first: PathBuf,
    /// The trace after, or of the emulator
    second: PathBuf,
    /// Print the outcome as JSON and nothing else.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Compared<'a> {
    scenario: &'a str,
    api: &'a str,
    backends: [&'a str; 2],
    deviations: Vec<Deviation>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let (firsts, seconds) = (read(&args.first)?, read(&args.second)?);
    let mut compared = Vec::new();
    let mut alone = Vec::new();
    for first in &firsts {
        let same =
            |second: &&Traced| (&second.scenario, &second.api) == (&first.scenario, &first.api);
        let Some(second) = seconds.iter().find(same) else {
            alone.push(format!("{} on {}", first.scenario, first.api));
            continue;
        };
        let (Some(one), Some(two)) = (&first.trace, &second.trace) else {
            alone.push(format!("{} on {}", first.scenario, first.api));
            continue;
        };
        compared.push(Compared {
            scenario: &first.scenario,
            api: &first.api,
            backends: [&first.backend, &second.backend],
            deviations: compare(one, two),
        });
    }
    for second in &seconds {
        let same =
            |first: &Traced| (&first.scenario, &first.api) == (&second.scenario, &second.api);
        if !firsts.iter().any(same) {
            alone.push(format!("{} on {}", second.scenario, second.api));
        }
    }
    if compared.is_empty() {
        return Err(Failure::usage(format!(
            "{} and {}: expected a play that is in both, found none",
            args.first.display(),
            args.second.display()
        )));
    }
    let all = || compared.iter().flat_map(|play| &play.deviations);
    let differ = all().filter(|deviation| !deviation.is_notice()).count();
    if args.json {
        let text = serde_json::to_string_pretty(&compared).map_err(Failure::environment)?;
        say!("{text}");
    } else {
        for play in &compared {
            tell(play);
        }
        for play in &alone {
            say!("{FAINT}{play} is played in one of them alone{FAINT:#}");
        }
        say!("{} plays compared, {differ} differences", compared.len());
    }
    Ok(if differ == 0 && alone.is_empty() { Exit::Ok } else { Exit::Findings })
}

fn tell(play: &Compared<'_>) {
    let Compared { scenario, api, backends: [first, second], deviations } = play;
    say!(
        "{scenario} on {api}, {first} and {second}: {}",
        match deviations.len() {
            0 => "alike".to_owned(),
            number => format!("{number} told"),
        }
    );
    for deviation in deviations {
        say!(
            "  {WARNING}{}{WARNING:#} {deviation}",
            if deviation.is_notice() { "notice" } else { "differs" }
        );
        for rule in &deviation.rules {
            let id = rule.split(';').next().unwrap_or_default();
            let known = rules().find(|known| known.id == id);
            let sentence = known.map(|known| known.sentence).unwrap_or_default();
            say!("          {FAINT}rule {rule}: {sentence}{FAINT:#}");
        }
    }
}
