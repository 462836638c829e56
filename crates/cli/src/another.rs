//! Plays held against another contract than the one that they were recorded under.

use std::collections::BTreeMap;

use contract::drift::{Cloud, Comparison, Side, compare, report};
use contract::{Contract, Document};
use harness::Trace;

use crate::document;
use crate::exit::Failure;
use crate::recorded;

/// A contract to hold plays against.
pub(crate) struct Another {
    base: &'static Contract,
    head: Contract,
    comparison: Comparison,
}

impl Another {
    /// Reads what `label` names: metadata or a stored contract.
    pub(crate) fn read(label: &str) -> Result<Self, Failure> {
        let named = document::read(label)?;
        let document = Document::parse(&named.text, label, &named.short).map_err(Failure::usage)?;
        let version = document.version(label).map_err(Failure::usage)?;
        let base = Contract::builtin(&version).map_err(Failure::usage)?;
        let stored = Document::Stored(base.clone());
        let (_, head) = Document::contracts((stored, &version), (document, &version))
            .map_err(Failure::usage)?;
        let cloud = Cloud::told_by(label);
        let global = Some(base).filter(|_| cloud != Cloud::Global);
        let comparison = Comparison {
            base: Side::new(&version, base, Cloud::Global),
            head: Side::new(label, &head, cloud),
            global: global.map(|_| format!("{version} as this build knows it")),
            changes: compare(base, &head, global),
            exchanges: None,
        };
        Ok(Self { base, head, comparison })
    }

    /// Which changes touch the play; none where it made no request of this version.
    pub(crate) fn touching(&self, cassette: &str, trace: &Trace) -> Option<Comparison> {
        let mut comparison = self.comparison.clone();
        comparison.used_by(self.base, &recorded::of_trace(cassette, trace));
        comparison.keep_touching();
        comparison.exchanges.filter(|exchanges| *exchanges > 0).map(|_| comparison)
    }

    /// What is told of a play.
    pub(crate) fn told(&self, comparison: &Comparison) -> String {
        match comparison.changes.len() {
            0 => format!(
                "no change from contract {} to {} ({}) touches this play",
                self.base.fingerprint(),
                self.head.fingerprint(),
                comparison.head.label
            ),
            _ => report::text(comparison),
        }
    }
}

/// A line for each version whose contract is another today than when the cassette was recorded.
pub(crate) fn outdated(recorded_under: &BTreeMap<String, String>) -> Vec<String> {
    let line = |(version, then): (&String, &String)| {
        let now = Contract::builtin(version).ok()?.fingerprint();
        (*then != now).then(|| {
            format!(
                "recorded under contract {version} {then}, judged by {now}: `entitle drift THEN {version} --used-by CASSETTE` says which changes touch it"
            )
        })
    };
    recorded_under.iter().filter_map(line).collect()
}
