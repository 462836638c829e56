//! Recorded exchanges with the real service, set up and sent again.
//!
//! The project's own records (`records/`: wire strings and shapes, nothing else) always; a file of
//! records where `ENTITLE_RECORDED` names one. What is compared: status, code, message, the members
//! of the answer, and the form of ids and times. A record whose situation cannot be set up is named
//! with the reason.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../documented/example.rs"]
#[allow(dead_code, reason = "shared with the other tests")]
mod example;
#[path = "../it/raw.rs"]
#[allow(dead_code, reason = "shared with the other tests")]
mod raw;
mod record;
mod situation;
#[path = "../documented/world.rs"]
#[allow(dead_code, reason = "shared with the other tests")]
mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/records/own.json");
    let mut failed = runtime.block_on(play(&own, "the project's own records"));
    match std::env::var_os("ENTITLE_RECORDED").map(PathBuf::from) {
        Some(file) => failed += runtime.block_on(play(&file, "recorded exchanges")),
        None => println!("skipped: ENTITLE_RECORDED names no file of recorded exchanges"),
    }
    match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// How many records were answered otherwise than the service answered.
async fn play(file: &Path, what: &str) -> usize {
    let records = record::read(file);
    let (mut same, mut aside, mut failed) = (0, 0, 0);
    for record in &records {
        match situation::play(record).await {
            Err(reason) => {
                aside += 1;
                println!("  not set up  {record}: {reason}");
            }
            Ok(got) => match record.differs(&got) {
                None => same += 1,
                Some(difference) => {
                    failed += 1;
                    println!("  FAILED      {record}: {difference}");
                }
            },
        }
    }
    println!("{what}: {same} answered as recorded, {aside} not set up, {failed} otherwise");
    failed
}
