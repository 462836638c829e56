//! `entitle record`: the cassettes, recorded anew.

use scenarios::{Backend, record};

use crate::e2e::{not_had, print_end};
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::out::say;
use crate::progress;
use crate::selection::{Selected, Selection};

/// Play scenarios against the emulator over HTTP and write their cassettes.
///
/// A cassette is written only where its play went well, and only inside a checkout.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: Selection,
}

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    let selected = args.selection.resolve()?;
    let interrupt = interrupt::raised().await;
    let mut failed = 0;
    let mut passed = 0;
    let mut skipped = 0;
    for Selected { scenario, api, exists } in selected {
        if !exists {
            skipped += 1;
            say!("– {} has no {api} form: skipped\n", scenario.name);
            continue;
        }
        say!("{} on {api}, recording", scenario.name);
        let recorded = record(scenario, api, progress::observer(), &interrupt).await;
        let (performance, path) = recorded.map_err(not_had)?;
        match performance.faults.is_empty() {
            true => {
                passed += 1;
                say!("  written: {}", path.display());
            }
            false => failed += 1,
        }
        print_end(scenario, api, Backend::Emulator, Some(&performance.run), &performance.faults);
        if interrupt.is_raised() {
            return Ok(Exit::Interrupted);
        }
    }
    say!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(if failed == 0 { Exit::Ok } else { Exit::Findings })
}
