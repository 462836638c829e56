//! `entitle sweep`: what killed runs left in a tenant, taken away.

use ledger::Swept;

use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::live;
use crate::out::say;
use crate::progress::{BAD, FAINT, GOOD};

/// Take away what a killed run left in a tenant.
///
/// The ledger says what was made: nothing else is touched, whatever it is called, and nothing that somebody has changed
/// since. Without --apply it only says what it would take away.
#[derive(Debug, clap::Args)]
#[command(after_long_help = live::VARIABLES)]
pub(crate) struct Args {
    /// Take it away.
    #[arg(long)]
    apply: bool,
    /// Only what the run made whose names begin with PREFIX.
    #[arg(long, value_name = "PREFIX")]
    run: Option<String>,
    #[command(flatten)]
    live: live::Args,
}

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    let tenant = args.live.tenant().await?;
    let interrupt = interrupt::raised().await;
    let sweep = tenant.sweep();
    let plan = sweep.plan(args.run.as_deref());
    if plan.is_empty() {
        say!("nothing is left, as far as the ledger knows");
        return Ok(Exit::Ok);
    }
    if !args.apply {
        for entry in &plan {
            say!("{FAINT}{}{FAINT:#}  {}", entry.run, entry.called());
        }
        say!("{} may be left; take them away with --apply", plan.len());
        return Ok(Exit::LeftBehind);
    }
    let (mut gone, mut left) = (0, 0);
    for entry in &plan {
        if interrupt.is_raised() {
            say!("interrupted: sweep again for the rest");
            return Ok(Exit::Interrupted);
        }
        match sweep.take_away(entry).await {
            Swept::NotThere => say!("{FAINT}– {}: is not there{FAINT:#}", entry.called()),
            Swept::Gone => {
                gone += 1;
                say!("{GOOD}✓{GOOD:#} {}: gone", entry.called());
            }
            Swept::Left(why) => {
                left += 1;
                say!("{BAD}✗{BAD:#} {}: {why}", entry.called());
            }
        }
    }
    say!("{gone} taken away, {left} left");
    Ok(if left == 0 { Exit::Ok } else { Exit::LeftBehind })
}
