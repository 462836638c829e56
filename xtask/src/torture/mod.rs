//! `cargo xtask torture`: plays under faults and kills, and what they leave.
//!
//! In process on a virtual clock, over TLS against an emulator of its own, and killed at random
//! moments with a sweep behind. What a tenant holds afterwards is compared with what it held before.

mod fault;
mod held;
mod in_process;
mod over_tls;

use xshell::{Shell, cmd};

/// How much is played.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Plays in process, on a virtual clock
    #[arg(long, default_value_t = 1000)]
    in_process: u64,
    /// Plays over TLS
    #[arg(long, default_value_t = 50)]
    over_tls: u64,
    /// Plays over TLS that are killed, and swept behind
    #[arg(long, default_value_t = 200)]
    killed: u64,
    /// The seed of tenants, faults and moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Builds this program in release and lets it play.
pub(crate) fn run(shell: &Shell, args: &Args) -> xshell::Result<()> {
    let Args { in_process, over_tls, killed, seed } = args;
    let numbers =
        [("in-process", in_process), ("over-tls", over_tls), ("killed", killed), ("seed", seed)];
    let options = numbers.map(|(name, number)| format!("--{name}={number}"));
    let xtask = "cargo run --quiet --release --locked --package xtask -- torture-here";
    let xtask: Vec<&str> = xtask.split(' ').collect();
    let [program, arguments @ ..] = xtask.as_slice() else { return Ok(()) };
    cmd!(shell, "{program} {arguments...} {options...}").run()
}

/// Plays, and says what is not as it should be.
pub(crate) fn play(args: &Args) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let mut failures = in_process::run(&runtime, args.in_process, args.seed);
    failures.extend(over_tls::run(&runtime, args.over_tls, args.killed, args.seed)?);
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("\n")),
    }
}
