//! `entitle contract`: the stored contract, rewritten from metadata.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use contract::{Contract, ContractError, Metadata};

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
    /// The CSDL document to read.
    #[arg(long)]
    from: PathBuf,
    /// JSON of types observed of the service, which complete the document.
    #[arg(long)]
    observed: Option<PathBuf>,
    /// Another CSDL document, from which types that are referred to and missing are taken.
    #[arg(long)]
    types_from: Option<PathBuf>,
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
        let text = read(observed)?;
        metadata
            .complete_with_observed(&text, &observed.display().to_string(), &file_name(observed))
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
    let changes = changes(base.as_ref(), &head);
    for change in &changes {
        say!("{change}");
    }
    say!(
        "{}: {} types, {} members, {} changes",
        update.api,
        head.types.len(),
        head.member_count(),
        changes.len()
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

/// A line for every fact that came, went or changed.
fn changes(base: Option<&Contract>, head: &Contract) -> Vec<String> {
    let facts = |contract: &Contract| -> BTreeSet<String> {
        let roots = contract.roots.iter().map(|(path, target)| format!("{path}: {target}"));
        let mut facts: BTreeSet<String> = roots.collect();
        for (name, found) in &contract.types {
            facts.insert(format!("{name} ({:?})", found.kind).to_lowercase());
            facts.extend(found.words.iter().map(|word| format!("{name}.{}", word.name)));
            let members = found.properties.iter().chain(&found.navigations);
            facts.extend(members.map(|(member, fact)| format!("{name}.{member}: {fact}")));
        }
        facts
    };
    let old = base.map(facts).unwrap_or_default();
    let new = facts(head);
    let gone = old.difference(&new).map(|fact| format!("- {fact}"));
    let come = new.difference(&old).map(|fact| format!("+ {fact}"));
    let mut all: Vec<String> = gone.chain(come).collect();
    all.sort_by(|a, b| a[2..].cmp(&b[2..]).then(b.cmp(a)));
    all
}

fn read_csdl(path: &Path) -> Result<Metadata, Failure> {
    let text = read(path)?;
    Metadata::parse(&text, &path.display().to_string(), &file_name(path)).map_err(Failure::usage)
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
