//! `entitle contract`: the stored contract, rewritten from metadata.

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Subcommand;
use contract::drift::{Cloud, Comparison, Side, compare, report};
use contract::{Contract, ContractError, Metadata};

use crate::document;
use crate::exit::{Exit, Failure};
use crate::out::say;

/// Read metadata into the stored contract.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Rewrite the stored contract of a version and print what changed.
    Update(Update),
}

#[derive(Debug, clap::Args)]
struct Update {
    /// The version whose contract is rewritten: v1.0 or beta.
    #[arg(long)]
    api: String,
    /// The CSDL document to read: a file, or an address such as
    /// `https://graph.microsoft.com/v1.0/$metadata`.
    #[arg(long, value_name = "FILE|URL")]
    from: String,
    /// JSON of types observed of the service, which complete the document.
    #[arg(long, value_name = "FILE|URL")]
    observed: Option<String>,
    /// Another CSDL document, from which types that are referred to and missing are taken.
    #[arg(long, value_name = "FILE|URL")]
    types_from: Option<String>,
    /// The folder of stored contracts; the checkout's where none is named.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Write nothing; exit with 1 if the stored contract would change.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    match &args.task {
        Task::Update(update) => run_update(update),
    }
}

fn run_update(update: &Update) -> Result<Exit, Failure> {
    if !["v1.0", "beta"].contains(&update.api.as_str()) {
        return Err(Failure::usage(model::UnknownVersion(update.api.clone())));
    }
    let dir = match (&update.dir, snapshots::checkout()) {
        (Some(dir), _) => dir.clone(),
        (None, Some(root)) => root.join("crates/contract/contracts"),
        (None, None) => {
            return Err(Failure::environment(
                "stored contracts are rewritten in a checkout of the repository only; run there, or name a folder with --dir",
            ));
        }
    };
    let mut metadata = read_csdl(&update.from)?;
    if let Some(observed) = &update.observed {
        let named = document::read(observed)?;
        metadata
            .complete_with_observed(&named.text, observed, &named.short)
            .map_err(Failure::usage)?;
    }
    if let Some(others) = &update.types_from {
        metadata.complete_missing_types_from(&read_csdl(others)?);
    }
    let head = metadata.slice(&update.api).map_err(Failure::usage)?;
    let path = dir.join(format!("{}.json", update.api));
    let base = match std::fs::read_to_string(&path) {
        Ok(text) => {
            Some(Contract::parse(&text, &path.display().to_string()).map_err(Failure::usage)?)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        // Nobody can say what would be lost by writing over it.
        Err(error) => {
            return Err(Failure::environment(format!("{}: {error}", path.display())));
        }
    };
    let compared = base.as_ref().map(|base| Comparison {
        base: Side::new("stored", base, Cloud::Global),
        head: Side::new(&update.from, &head, Cloud::Global),
        global: None,
        changes: compare(base, &head, None),
        exchanges: None,
    });
    let told = match &compared {
        None => "stored for the first time".to_owned(),
        Some(compared) => format!("{} changes", compared.changes.len()),
    };
    if let Some(compared) = compared.filter(|compared| !compared.changes.is_empty()) {
        say!("{}", report::text(&compared));
    }
    say!(
        "{}: {} types, {} members, {} operations, {told}",
        update.api,
        head.types.len(),
        head.member_count(),
        head.operations.len(),
    );
    let differs = base.as_ref() != Some(&head);
    if update.check {
        return Ok(if differs { Exit::Findings } else { Exit::Ok });
    }
    head.write(&path).map_err(|error| match error {
        ContractError::File { .. } => Failure::environment(error),
        other => Failure::usage(other),
    })?;
    Ok(Exit::Ok)
}

fn read_csdl(label: &str) -> Result<Metadata, Failure> {
    let named = document::read(label)?;
    Metadata::parse(&named.text, label, &named.short).map_err(Failure::usage)
}
