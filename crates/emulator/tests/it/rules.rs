//! Every rule fires in a test, and switched off it makes a test fail.

use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::raw::SWITCHED_OFF;

/// Rules that no call can be made to break here, with the reason.
const EXCUSED: [(&str, &str); 4] = [
    ("state-not-kept", "a disk that is full; the words are this emulator's own"),
    ("emulator-token", "the emulator's own call, which no switch reaches"),
    ("emulator-control", "the emulator's own call, which no switch reaches"),
    ("not-implemented", "what a rule that is switched off answers"),
];

/// This very program is run once a rule, with the rule switched off.
#[test]
fn a_rule_that_is_switched_off_makes_a_test_fail() {
    if std::env::var_os(SWITCHED_OFF).is_some() {
        return;
    }
    let rules: Vec<_> = emulator::rules()
        .map(|rule| rule.id)
        .filter(|id| !EXCUSED.iter().any(|(excused, _)| excused == id))
        .collect();
    let left = Mutex::new(rules.into_iter());
    let unnoticed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap().next();
                    let Some(id) = next else { break };
                    let run = Command::new(std::env::current_exe().unwrap())
                        .args(["--test-threads", "1", "-q"])
                        .env(SWITCHED_OFF, id)
                        .env("RUST_BACKTRACE", "0")
                        .stdout(Stdio::null())
                        .stderr(Stdio::null())
                        .status();
                    if run.unwrap().success() {
                        unnoticed.lock().unwrap().push(id);
                    }
                }
            });
        }
    });
    let mut unnoticed = unnoticed.into_inner().unwrap();
    unnoticed.sort_unstable();
    assert_eq!(unnoticed, [""; 0], "rules that no test would miss");
}
