//! Every rule fires in a test, and switched off it makes a test fail.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::raw::{SEEN, SWITCHED_OFF};

/// Rules that no call can be made to break here, with the reason.
const EXCUSED: [(&str, &str); 4] = [
    ("state-not-kept", "a disk that is full; the words are this emulator's own"),
    ("emulator-token", "the emulator's own call, which no switch reaches"),
    ("emulator-control", "the emulator's own call, which no switch reaches"),
    ("not-implemented", "what a rule that is switched off answers"),
];

/// This very program, without this test.
fn again() -> Command {
    let mut again = Command::new(std::env::current_exe().unwrap());
    again
        .args(["-q", "--skip", "rules::", "--skip", "sequences::", "--skip", "load::"])
        .env("RUST_BACKTRACE", "0");
    again.stdout(Stdio::null()).stderr(Stdio::null());
    again
}

/// The program is run once to see which tests a rule fires in, and then once a rule, with those
/// tests and the rule switched off.
#[test]
fn a_rule_that_is_switched_off_makes_a_test_fail() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seen");
    assert!(again().env(SEEN, &file).status().unwrap().success(), "the other tests fail already");
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in std::fs::read_to_string(&file).unwrap().lines() {
        let (test, rule) = line.split_once(' ').unwrap();
        tests.entry(rule.to_owned()).or_default().insert(test.to_owned());
    }
    let rules = emulator::rules().map(|rule| rule.id);
    let rules: Vec<_> =
        rules.filter(|id| !EXCUSED.iter().any(|(excused, _)| excused == id)).collect();
    let left = Mutex::new(rules.into_iter());
    let unnoticed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap().next();
                    let Some(id) = next else { break };
                    let seen = tests.get(id).cloned().unwrap_or_default();
                    let misses = !seen.is_empty() && {
                        let run = again()
                            .args(["--test-threads", "1", "--exact"])
                            .args(&seen)
                            .env(SWITCHED_OFF, id)
                            .status();
                        !run.unwrap().success()
                    };
                    if !misses {
                        unnoticed.lock().unwrap().push(id);
                    }
                }
            });
        }
    });
    let mut unnoticed = unnoticed.into_inner().unwrap();
    unnoticed.sort_unstable();
    assert_eq!(unnoticed, [""; 0], "rules that no test sees fire, or would miss");
}
