//! `entitle drift`: what changed in the API, by which rule, and whom it hits.

use std::path::PathBuf;

use clap::ValueEnum;
use contract::drift::report::{self, Documents};
use contract::drift::{Cloud, Comparison, Rule, Severity, Side, compare};
use contract::{Contract, Document};
use model::Version;

use crate::dictionary::dictionary;
use crate::document::{self, Named};
use crate::exit::{Exit, Failure};
use crate::out::say;
use crate::recorded;

/// Compare two revisions, two clouds or the two versions of the API.
///
/// A document is a CSDL file, an address such as `https://graph.microsoft.com/v1.0/$metadata`, a
/// stored contract, or `v1.0` and `beta` for the contracts of this build.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The document before.
    #[arg(required_unless_present_any = ["versions", "explain", "rules"])]
    base: Option<String>,
    /// The document after.
    #[arg(required_unless_present_any = ["versions", "explain", "rules"])]
    head: Option<String>,
    /// Compare the versions of this build through the dialect table: what a client that moves from
    /// the first to the second renames, loses and gains.
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"], conflicts_with_all = ["base", "head"])]
    versions: Option<Vec<String>>,
    /// The version of both documents, where they do not say.
    #[arg(long)]
    api: Option<String>,
    /// The cloud of the document before: global, usgov, usgovdod, china, usnat or ussec; else its
    /// name or address tells.
    #[arg(long, value_name = "CLOUD")]
    base_cloud: Option<Cloud>,
    /// The cloud of the document after.
    #[arg(long, value_name = "CLOUD")]
    head_cloud: Option<Cloud>,
    /// What the global service says today, for a head of a national cloud; else the base where it
    /// is global and knows all that this build does, and what this build carries otherwise.
    #[arg(long, value_name = "DOCUMENT")]
    global: Option<String>,
    /// Leave out the directory nouns in use: users, groups, roles.
    #[arg(long)]
    only_entitlement_management: bool,
    /// Traces, cassettes, HAR files or folders of them: show the changes that may break recorded
    /// steps, and the steps.
    #[arg(long, num_args = 1.., value_name = "PATH")]
    used_by: Vec<PathBuf>,
    /// With --used-by: show the changes too that break no recorded step.
    #[arg(long, requires = "used_by")]
    all: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// End with 1 where a change that is shown is this bad or worse. What only a cloud lacks does
    /// not count.
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// Say all there is to say of a rule.
    #[arg(long, value_name = "RULE")]
    explain: Option<String>,
    /// List the rules.
    #[arg(long)]
    rules: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
    Sarif,
    Github,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailOn {
    Breaking,
    Risky,
    Additive,
}

impl FailOn {
    fn is_met_by(self, severity: Severity) -> bool {
        let least = match self {
            Self::Breaking => Severity::Breaking,
            Self::Risky => Severity::Risky,
            Self::Additive => Severity::Additive,
        };
        severity >= least && severity != Severity::Cloud
    }
}

/// Two documents with the contracts that were made of them.
struct Compared {
    base: (Named, Contract),
    head: (Named, Contract),
    comparison: Comparison,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    if args.rules {
        print_whole(&report::rules());
        return Ok(Exit::Ok);
    }
    if let Some(id) = &args.explain {
        let rule = Rule::find(id).ok_or_else(|| {
            Failure::usage(format!("no rule '{id}'; `entitle drift --rules` lists them"))
        })?;
        print_whole(&report::explain(rule));
        return Ok(Exit::Ok);
    }
    // Known before two documents are read for nothing.
    let recorded = match args.used_by.is_empty() {
        true => None,
        false => Some(recorded::read(&args.used_by)?),
    };
    let mut compared = match &args.versions {
        Some(versions) => of_versions(&versions[0], &versions[1])?,
        None => of_documents(args)?,
    };
    let comparison = &mut compared.comparison;
    if args.only_entitlement_management {
        comparison.changes.retain(|change| change.central);
    }
    if let Some(recorded) = recorded {
        comparison.used_by(&compared.base.1, &recorded);
        if !args.all {
            comparison.keep_touching();
        }
    }
    print(args.format, &compared)?;
    let fails = |fail_on: FailOn| {
        let mut severities = compared.comparison.changes.iter().map(|c| c.rule.severity);
        severities.any(|severity| fail_on.is_met_by(severity))
    };
    Ok(if args.fail_on.is_some_and(fails) { Exit::Findings } else { Exit::Ok })
}

fn of_versions(from: &str, to: &str) -> Result<Compared, Failure> {
    let version = |name: &str| name.parse::<Version>().map_err(Failure::usage);
    let (from, to) = (version(from)?, version(to)?);
    if from == to {
        return Err(Failure::usage(format!(
            "expected two versions, found {from} twice; revisions of one are compared as `entitle drift BASE HEAD`"
        )));
    }
    let named = |version: Version| -> Result<(Named, Contract), Failure> {
        let contract = Contract::builtin(version.segment()).map_err(Failure::usage)?;
        Ok((document::read(version.segment())?, contract.clone()))
    };
    let (base, head) = (named(from)?, named(to)?);
    let changes = dictionary(from, to).compare(&base.1, &head.1);
    let side =
        |(named, contract): &(Named, Contract)| Side::new(&named.label, contract, Cloud::Global);
    let comparison =
        Comparison { base: side(&base), head: side(&head), global: None, changes, exchanges: None };
    Ok(Compared { base, head, comparison })
}

fn of_documents(args: &Args) -> Result<Compared, Failure> {
    let name = |given: &Option<String>| given.clone().unwrap_or_default();
    let (base, head) = (document::read(&name(&args.base))?, document::read(&name(&args.head))?);
    let (base_document, head_document) = Document::parse_both(
        (&base.text, &base.label, &base.short),
        (&head.text, &head.label, &head.short),
    )
    .map_err(Failure::usage)?;
    let given =
        args.api.as_deref().map(str::parse::<Version>).transpose().map_err(Failure::usage)?;
    let version = |document: &Document, label: &str| match (document.version(label), given) {
        (Ok(told), _) => Ok(told),
        (Err(_), Some(given)) => Ok(given.segment().to_owned()),
        (Err(error), None) => Err(Failure::usage(error)),
    };
    let base_version = version(&base_document, &base.label)?;
    let head_version = version(&head_document, &head.label)?;
    let (base_contract, head_contract) =
        Document::contracts((base_document, &base_version), (head_document, &head_version))
            .map_err(Failure::usage)?;
    let base_cloud = args.base_cloud.unwrap_or_else(|| Cloud::told_by(&base.label));
    let head_cloud = args.head_cloud.unwrap_or_else(|| Cloud::told_by(&head.label));
    let (mut changes, mut global) = (Vec::new(), None);
    if base_version == head_version {
        let reference = match head_cloud {
            Cloud::Global => None,
            cloud if cloud == base_cloud => None,
            _ => Some(global_service(args, &base, &base_contract, base_cloud)?),
        };
        changes.extend(compare(
            &base_contract,
            &head_contract,
            reference.as_ref().map(|(_, contract)| contract),
        ));
        global = reference.map(|(label, _)| label);
    } else {
        let parsed = |name: &str| name.parse::<Version>().map_err(Failure::usage);
        let table = dictionary(parsed(&base_version)?, parsed(&head_version)?);
        changes.extend(table.compare(&base_contract, &head_contract));
    }
    let comparison = Comparison {
        base: Side::new(&base.label, &base_contract, base_cloud),
        head: Side::new(&head.label, &head_contract, head_cloud),
        global,
        changes,
        exchanges: None,
    };
    Ok(Compared { base: (base, base_contract), head: (head, head_contract), comparison })
}

/// What speaks for the global service, and what it is called in the report.
fn global_service(
    args: &Args,
    base: &Named,
    base_contract: &Contract,
    base_cloud: Cloud,
) -> Result<(String, Contract), Failure> {
    let version = base_contract.version.as_str();
    if let Some(label) = &args.global {
        let named = document::read(label)?;
        let document = Document::parse(&named.text, label, &named.short).map_err(Failure::usage)?;
        let told = document.version(label).map_err(Failure::usage)?;
        if told != version {
            return Err(Failure::usage(format!(
                "{label}: expected metadata of {version}, found {told}"
            )));
        }
        let contract = document.contract(version).map_err(Failure::usage)?;
        return Ok((label.clone(), contract));
    }
    let builtin = Contract::builtin(version).map_err(Failure::usage)?;
    let knows_all = base_cloud == Cloud::Global
        && compare(builtin, base_contract, None).iter().all(|change| {
            change.new || change.rule.severity == Severity::Cosmetic || !change.central
        });
    Ok(match knows_all {
        true => (base.label.clone(), base_contract.clone()),
        false => (format!("{version} as this build knows it"), builtin.clone()),
    })
}

fn print(format: Format, compared: &Compared) -> Result<(), Failure> {
    let Compared { base, head, comparison } = compared;
    let documents =
        Documents { base: (&base.0.file, &base.0.text), head: (&head.0.label, &head.0.text) };
    let pretty = |value: &serde_json::Value| {
        serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(Failure::environment)
    };
    print_whole(&match format {
        Format::Text => report::text(comparison),
        Format::Markdown => report::markdown(comparison),
        Format::Json => pretty(&report::json(comparison))?,
        Format::Sarif => pretty(&report::sarif(comparison, &documents, env!("CARGO_PKG_VERSION")))?,
        Format::Github => report::github(comparison, &documents),
    });
    Ok(())
}

fn print_whole(text: &str) {
    say!("{}", text.trim_end());
}
