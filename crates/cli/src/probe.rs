//! `entitle probe`: open questions about the service, asked of a tenant.

use std::path::PathBuf;

use scenarios::{Answers, probe};

use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::live;
use crate::out::say;
use crate::progress::{BAD, FAINT, WARNING};

/// Ask a tenant what nobody knows of the service, by small experiments that clean up behind themselves.
///
/// Which options each collection takes, what is served of what the metadata has, what is answered to things made twice or
/// deleted while in use, how long replication and delivery take. The answers of two runs can be compared.
#[derive(Debug, clap::Args)]
#[command(after_long_help = live::VARIABLES)]
pub(crate) struct Args {
    /// Print the answers as JSON and nothing else.
    #[arg(long)]
    json: bool,
    /// Answers of an earlier run, as --json printed them: tell what is answered otherwise now. Times are not compared.
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    against: Option<PathBuf>,
    /// How often what takes time is timed.
    #[arg(long, value_name = "N", default_value_t = 3)]
    samples: u32,
    #[command(flatten)]
    live: live::Args,
}

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    let before = args.against.as_ref().map(read).transpose()?;
    let tenant = args.live.tenant().await?;
    let interrupt = interrupt::raised().await;
    let (answers, left) = probe(&tenant, args.samples, &interrupt).await;
    let answers = match answers {
        Ok(answers) => answers,
        Err(unprobed) => {
            tell_left(&left);
            return match (interrupt.is_raised(), left.is_empty()) {
                (true, _) => Ok(Exit::Interrupted),
                (false, true) => Err(Failure::environment(unprobed)),
                (false, false) => {
                    say!("{unprobed}");
                    Ok(Exit::LeftBehind)
                }
            };
        }
    };
    let mut differ = 0;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&answers).map_err(Failure::environment)?);
    } else {
        let width = answers.keys().map(String::len).max().unwrap_or(0);
        for (question, answer) in &answers {
            say!("{question:<width$}  {answer}");
        }
    }
    if let Some(before) = before {
        for (question, then, now) in otherwise(&before, &answers) {
            differ += 1;
            say!("{WARNING}otherwise{WARNING:#}  {question}: {then}, then {now}");
        }
        say!("{FAINT}{differ} of {} answered otherwise{FAINT:#}", answers.len());
    }
    tell_left(&left);
    Ok(match (left.is_empty(), differ) {
        (false, _) => Exit::LeftBehind,
        (true, 0) => Exit::Ok,
        (true, _) => Exit::Findings,
    })
}

fn tell_left(left: &[String]) {
    for line in left {
        say!("{BAD}left behind{BAD:#}  {line}; take it away with `entitle sweep --apply`");
    }
}

fn read(path: &PathBuf) -> Result<Answers, Failure> {
    let place = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("--against {place}: {error}")))?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::usage(format!(
            "--against {place}: expected answers as --json prints them: {error}"
        ))
    })
}

/// Questions that are answered otherwise; how long something takes is otherwise each time.
fn otherwise<'a>(before: &'a Answers, now: &'a Answers) -> Vec<(&'a str, &'a str, &'a str)> {
    let questions = now.iter().filter(|(question, _)| !question.starts_with("time "));
    let changed = questions.filter_map(|(question, answer)| {
        let then = before.get(question).map_or("not asked", String::as_str);
        (then != answer).then_some((question.as_str(), then, answer.as_str()))
    });
    changed.collect()
}
