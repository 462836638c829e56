//! Everything a developer or CI runs: `cargo xtask TASK`.
//!
//! What a user of the tool can do as well (`e2e`, `record`, `emulate`, `drift` …) is forwarded
//! to the binary `entitle`; here is only what this repository needs.

mod bench;
mod ci;
mod interop;
mod readme;
mod served;
mod torture;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xshell::Shell;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Tasks of this repository",
    after_help = "And every command of `entitle`: e2e, record, emulate, rules, contract, drift, audit (`cargo xtask e2e --help`)"
)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything that CI checks: format, lints, tests, documentation, the plays
    Ci,
    /// Time the plays in release: medians and ratios
    Bench,
    /// Play the lifecycle with Microsoft's own clients for Python and Node against the emulator
    Interop,
    /// Play under faults and kills, and compare what the tenant holds afterwards with before
    Torture(torture::Args),
    /// What `torture` plays, in this very process
    #[command(hide = true)]
    TortureHere(torture::Args),
    /// The measurements of `bench`, in this very process
    #[command(hide = true)]
    BenchHere,
    /// Any command of `entitle`: e2e, record, emulate, rules, contract, drift, audit
    #[command(external_subcommand)]
    Entitle(Vec<OsString>),
}

fn main() -> ExitCode {
    let task: &dyn Fn(&Shell) -> xshell::Result<()> = match Args::parse().task {
        Task::Entitle(arguments) => {
            let name = OsString::from("cargo xtask");
            return cli::run([name].into_iter().chain(arguments)).into();
        }
        Task::BenchHere => {
            bench::measure();
            return ExitCode::SUCCESS;
        }
        Task::TortureHere(args) => {
            return match torture::play(&args) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("error: {error}");
                    ExitCode::FAILURE
                }
            };
        }
        Task::Torture(args) => &move |shell: &Shell| torture::run(shell, &args),
        Task::Ci => &ci::run,
        Task::Bench => &bench::run,
        Task::Interop => &interop::run,
    };
    match Shell::new().and_then(|shell| task(&shell)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
