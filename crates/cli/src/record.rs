//! `entitle record`: the cassettes, recorded anew.

use scenarios::{Backend, BackendError, record, record_live};

use crate::doctor::tenant_for;
use crate::e2e::{not_had, print_end, print_left};
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::live;
use crate::out::say;
use crate::progress;
use crate::selection::{Selected, Selection};

/// Play scenarios against the emulator over HTTP, or against a tenant, and write their cassettes.
///
/// A cassette is written only where its play went well, and only inside a checkout. One of a tenant has other names for
/// all that is the tenant's own, and is not written where anything of that or any secret would stand in it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = live::VARIABLES)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Who answers: emulator or live.
    #[arg(long, default_value = "emulator")]
    backend: String,
    #[command(flatten)]
    live: live::Args,
}

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    let selected = args.selection.resolve()?;
    let backend: Backend = args.backend.parse().map_err(Failure::usage)?;
    let tenant = match backend {
        Backend::Emulator => None,
        Backend::Live => Some(tenant_for(&args.live, &selected).await?),
        Backend::Replay => {
            return Err(Failure::usage(
                "--backend: expected emulator or live, found replay; a recording is not recorded",
            ));
        }
    };
    let interrupt = interrupt::raised().await;
    let mut failed = 0;
    let mut passed = 0;
    let mut skipped = 0;
    let mut left = 0;
    for Selected { scenario, api, exists } in selected {
        if !exists {
            skipped += 1;
            say!("– {} has no {api} form: skipped\n", scenario.name);
            continue;
        }
        say!("{} on {api}, recording", scenario.name);
        let observer = progress::observer();
        let recorded = match &tenant {
            None => record(scenario, api, observer, &interrupt).await,
            Some(tenant) => record_live(scenario, api, tenant, observer, &interrupt).await,
        };
        let (performance, path) = match recorded {
            Ok(recorded) => recorded,
            Err(BackendError::NotApplicable(needs)) => {
                skipped += 1;
                say!("  skipped: needs {needs}\n");
                continue;
            }
            Err(error) => return Err(not_had(error)),
        };
        match performance.faults.is_empty() {
            true => {
                passed += 1;
                say!("  written: {}", path.display());
            }
            false => failed += 1,
        }
        print_end(scenario, api, backend, Some(&performance.run), &performance.faults);
        left += performance.left.len();
        print_left(&performance.left);
        if interrupt.is_raised() {
            return Ok(Exit::Interrupted);
        }
    }
    say!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(match (left, failed) {
        (0, 0) => Exit::Ok,
        (0, _) => Exit::Findings,
        _ => Exit::LeftBehind,
    })
}
