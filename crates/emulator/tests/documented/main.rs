//! Documented examples, played against a tenant in which what they speak of is there.
//!
//! The project's own examples (`examples/`) always; Microsoft's documented ones where
//! `ENTITLE_OPERATIONS` names a folder of the same form. An example whose request conforms to its
//! version's contract is accepted with its status and at least its members; every other is named
//! with the reason. The three counts are printed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod example;
#[path = "../it/raw.rs"]
#[allow(dead_code, reason = "shared with the other tests")]
mod raw;
mod world;

use std::path::Path;
use std::process::ExitCode;

use example::{Example, Outcome};
use world::World;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documented/examples");
    let mut failed = runtime.block_on(play(&own, "the project's own examples"));
    match std::env::var_os("ENTITLE_OPERATIONS") {
        Some(folder) => failed += runtime.block_on(play(Path::new(&folder), "documented examples")),
        None => println!("skipped: ENTITLE_OPERATIONS names no folder with documented operations"),
    }
    match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// How many examples of a folder were answered otherwise than they say.
async fn play(folder: &Path, what: &str) -> usize {
    let examples = example::read(folder);
    let (mut accepted, mut unserved, mut contradicting) = (0, 0, 0);
    let mut failed = Vec::new();
    for example in &examples {
        match judge(example).await {
            Outcome::Accepted => accepted += 1,
            Outcome::NotImplemented(why) => {
                unserved += 1;
                println!("  501          {example}: {why}");
            }
            Outcome::Contradicts(why) => {
                contradicting += 1;
                println!("  contradicts  {example}: {why}");
            }
            Outcome::Failed(why) => failed.push(format!("  FAILED       {example}: {why}")),
        }
    }
    for line in &failed {
        println!("{line}");
    }
    println!(
        "{what}: {} accepted as documented, {unserved} answered by 501, {contradicting} contradict the contract or what was recorded, {} failed",
        accepted,
        failed.len()
    );
    failed.len()
}

async fn judge(example: &Example) -> Outcome {
    if let Some(why) = example.contradiction() {
        return Outcome::Contradicts(why);
    }
    let world = World::made().await;
    let got = world.play(example).await;
    example.outcome(&got)
}
