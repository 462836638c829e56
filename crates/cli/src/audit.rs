//! `entitle audit`: documentation held against the contract and against itself.

use contract::audit::{self, AuditError, Auditor};
use model::Version;

use crate::dictionary::dictionary;
use crate::document;
use crate::exit::{Exit, Failure};
use crate::format::Format;
use crate::out::say;

/// Read API documentation and say what is wrong in it: Markdown with blocks of HTTP, or the text of
/// a page.
///
/// Ends with 1 where something is wrong; notices do not count.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The documents: files, or addresses of text.
    #[arg(required_unless_present = "rules", value_name = "FILE")]
    documents: Vec<String>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// List what is looked for.
    #[arg(long)]
    rules: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    if args.rules {
        for (rule, severity, why) in &audit::AUDIT_RULES {
            say!("{:<9}  {rule:<26}  {why}", severity.word());
        }
        return Ok(Exit::Ok);
    }
    let auditor = Auditor::with_names(dictionary(Version::V1, Version::Beta));
    let mut audits = Vec::new();
    for label in &args.documents {
        let named = document::read(label)?;
        let audited = auditor.audit(&named.text, label).map_err(|error| match error {
            AuditError::NoExchanges(..) => Failure::usage(error),
            AuditError::Contract(error) => Failure::usage(error),
        })?;
        audits.push(audited);
    }
    match args.format {
        Format::Text => say!("{}", audit::text(&audits).trim_end()),
        Format::Markdown => say!("{}", audit::markdown(&audits).trim_end()),
        Format::Json => {
            let text = serde_json::to_string_pretty(&audit::json(&audits));
            say!("{}", text.map_err(Failure::environment)?);
        }
    }
    let wrong = audits.iter().flat_map(|audit| &audit.remarks);
    let violated = wrong.map(|remark| remark.severity).any(|s| s == contract::Severity::Violation);
    Ok(if violated { Exit::Findings } else { Exit::Ok })
}
