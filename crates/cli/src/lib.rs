//! The installable binary `entitle`: one file a subcommand, no logic of its own.
//!
//! ```
//! assert_eq!(cli::run(["entitle", "e2e", "--list"]), cli::Exit::Ok);
//! ```
//!
//! Exit codes: 0 ok, 1 findings, 2 usage or unreadable input, 3 environment, 4 something was left
//! behind in a tenant, 130 interrupted.

/// The example of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

mod another;
mod audit;
mod compare;
mod contract;
mod dictionary;
mod doctor;
mod document;
mod drift;
mod e2e;
mod emulate;
mod exit;
mod format;
mod interrupt;
mod live;
mod out;
mod probe;
mod progress;
mod record;
mod recorded;
mod rules;
mod selection;
mod sweep;
mod traced;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use exit::{Exit, Failure};

#[derive(Debug, Parser)]
#[command(name = "entitle", version, about, max_term_width = 100)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    E2e(Box<e2e::Args>),
    Record(Box<record::Args>),
    Emulate(Box<emulate::Args>),
    Doctor(Box<doctor::Args>),
    Sweep(Box<sweep::Args>),
    Probe(Box<probe::Args>),
    Compare(compare::Args),
    Rules(rules::Args),
    Contract(contract::Args),
    Drift(drift::Args),
    Audit(audit::Args),
}

/// Runs the command line `arguments`, the first of which is the program's name.
pub fn run<I, T>(arguments: I) -> Exit
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            let shown = error.print();
            return match error.exit_code() {
                0 if shown.is_ok() => Exit::Ok,
                _ => Exit::Usage,
            };
        }
    };
    let outcome = match args.command {
        Command::E2e(args) => blocking(e2e::run(*args)),
        Command::Record(args) => blocking(record::run(*args)),
        Command::Emulate(args) => blocking(emulate::run(*args)),
        Command::Doctor(args) => blocking(doctor::run(*args)),
        Command::Sweep(args) => blocking(sweep::run(*args)),
        Command::Probe(args) => blocking(probe::run(*args)),
        Command::Compare(args) => compare::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Contract(args) => contract::run(&args),
        Command::Drift(args) => drift::run(&args),
        Command::Audit(args) => audit::run(&args),
    };
    outcome.unwrap_or_else(|failure| {
        let _gone = writeln!(anstream::stderr(), "error: {failure}");
        failure.exit
    })
}

fn blocking(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Failure::environment)?.block_on(command)
}

/// [`run`] for a binary's `main`. In usage lines the program is called `entitle`, whatever the
/// system calls its file.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    run([OsString::from("entitle")].into_iter().chain(arguments.skip(1))).into()
}
