//! How fast the plays are, in release, as medians and ratios of one process.

use std::hint::black_box;
use std::time::{Duration, Instant};

use contract::{Contract, Judge};
use harness::{Api, Observer};
use scenarios::{Backend, Interrupt, SCENARIOS, Scenario, find, perform};
use xshell::{Shell, cmd};

/// Builds this program in release and lets it measure.
pub(crate) fn run(shell: &Shell) -> xshell::Result<()> {
    cmd!(shell, "cargo run --quiet --release --locked --package xtask -- bench-here").run()
}

/// Measures in this process and prints a line for each figure.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be had");
    let play = |scenario: &'static Scenario, api: Api, backend: Backend| {
        let never = Interrupt::never();
        let played = runtime.block_on(perform(scenario, api, backend, Observer::nobody(), &never));
        let played = played.expect("an offline backend can be had");
        assert!(played.faults.is_empty(), "{}", played.faults.join("\n"));
    };
    let judge = |version: &str| {
        let contract = Contract::builtin(version).expect("a known version");
        black_box(Judge::new(contract));
    };
    let tutorial = find("tutorial-current").expect("it is registered");
    let compile = times(9, || judge("v1.0"));
    let emulated = times(51, || play(tutorial, Api::V1, Backend::Emulator));
    let replayed = times(51, || play(tutorial, Api::V1, Backend::Replay));
    let all = times(7, || {
        for scenario in &SCENARIOS {
            for &api in scenario.apis {
                play(scenario, api, Backend::Emulator);
                play(scenario, api, Backend::Replay);
            }
        }
    });
    println!("{:<52} {:>10} {:>10} {:>10} {:>8}", "", "min", "median", "max", "ratio");
    let base = median(&emulated);
    for (name, times) in [
        ("tutorial-current on v1.0, emulator", &emulated),
        ("tutorial-current on v1.0, replay", &replayed),
        ("compiling the validator of v1.0", &compile),
        ("every scenario and version, emulator and replay", &all),
    ] {
        let ratio = median(times).as_secs_f64() / base.as_secs_f64();
        println!(
            "{name:<52} {:>10} {:>10} {:>10} {ratio:>8.2}",
            shown(times[0]),
            shown(median(times)),
            shown(times[times.len() - 1])
        );
    }
}

/// Sorted times of `count` runs, after one that is not counted.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn times(count: usize, mut run: impl FnMut()) -> Vec<Duration> {
    run();
    let mut times: Vec<Duration> = (0..count)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times
}

fn median(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() / 2]
}

fn shown(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
