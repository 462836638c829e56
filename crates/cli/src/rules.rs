//! `entitle rules`: what the emulator does beyond plain reads and writes, and why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use emulator::{Grade, Rule, rules};
use harness::{Api, Observer, borne_out};
use scenarios::{Interrupt, Opponent, perform};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::format::Format;
use crate::out::say;
use crate::traced::{Traced, read};

/// List the rules of the emulator, those by which it refuses and those by which an answer has its form: how well each is
/// known, and from where.
///
/// Grades, best first: recorded (a transcript of the service, or a body of it that somebody quotes), documented by
/// Microsoft, reported (told by users, or coped with by a client's code), assumed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// A trace of plays against a tenant: propose which rules it bears out, so that they are recorded from now on. The
    /// plays are played against the emulator for it.
    #[arg(long, value_name = "TRACE")]
    evidence: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    if let Some(trace) = &args.evidence {
        return evidence(trace);
    }
    match args.format {
        Format::Text => {
            for rule in rules() {
                say!("{:<28}  {:<10}  {}", rule.id, rule.grade.word(), rule.sentence);
                let answer = answer(rule)
                    .map_or(String::new(), |(status, code)| format!("{status} {code}; "));
                say!("{:<28}  {answer}{}", "", rule.source);
            }
        }
        Format::Markdown => {
            say!("| id | sentence | answer | grade | source |");
            say!("|---|---|---|---|---|");
            for rule in rules() {
                let (id, sentence, grade) = (rule.id, rule.sentence, rule.grade.word());
                let answer = answer(rule)
                    .map_or(String::new(), |(status, code)| format!("{status} `{code}`"));
                say!("| {id} | {sentence} | {answer} | {grade} | {} |", rule.source);
            }
        }
        Format::Json => {
            let records: Vec<Value> = rules()
                .map(|rule| {
                    let mut record = json!({
                        "id": rule.id,
                        "sentence": rule.sentence,
                        "grade": rule.grade.word(),
                        "source": rule.source,
                    });
                    if let Some((status, code)) = answer(rule) {
                        record["status"] = json!(status);
                        record["code"] = json!(code);
                    }
                    record
                })
                .collect();
            say!("{:#}", Value::Array(records));
        }
    }
    Ok(Exit::Ok)
}

/// Proposes rules that a tenant bears out: where it answers as the emulator does by that rule.
fn evidence(path: &Path) -> Result<Exit, Failure> {
    let mut found: BTreeMap<&'static str, (&'static Rule, Vec<String>)> = BTreeMap::new();
    for Traced { scenario, api, backend, trace } in read(path)? {
        let (Some(trace), "live") = (trace, backend.as_str()) else { continue };
        let scenario = scenarios::find(&scenario).map_err(Failure::usage)?;
        let api: Api = api.parse().map_err(Failure::usage)?;
        let never = Interrupt::never();
        let played = perform(scenario, api, Opponent::EMULATOR, Observer::nobody(), &never);
        let runtime = tokio::runtime::Runtime::new().map_err(Failure::environment)?;
        let played = runtime.block_on(played).map_err(Failure::usage)?;
        for (told, step) in borne_out(&trace, played.run.trace()) {
            let id = told.split(';').next().unwrap_or_default();
            let Some(rule) = rules().find(|rule| rule.id == id) else { continue };
            if rule.grade != Grade::Recorded {
                let place = format!("{} on {api}, {step}", scenario.name);
                found.entry(rule.id).or_insert_with(|| (rule, Vec::new())).1.push(place);
            }
        }
    }
    for (rule, places) in found.values() {
        say!("{}: {} -> recorded", rule.id, rule.grade.word());
        say!("    {}", rule.sentence);
        for place in places {
            say!("    {place}");
        }
    }
    say!("{} rules are borne out that were not recorded", found.len());
    Ok(Exit::Ok)
}

/// Status and code of a rule that refuses.
fn answer(rule: &Rule) -> Option<(u16, &'static str)> {
    (rule.status != 0).then_some((rule.status, rule.code))
}
