//! What is said once a document, however often it occurs.

use std::collections::BTreeMap;

use super::page::{Page, Published};
use super::remark::Remark;

/// What is told once a document.
#[derive(Default)]
pub(crate) struct Told {
    /// The line of the first answer without status, and how many there are.
    pub(super) without_status: Option<(usize, String, usize)>,
    pub(super) answers: usize,
    /// By type.
    renamed: BTreeMap<String, Renamed>,
}

/// Names of a type that v1.0 calls otherwise.
struct Renamed {
    /// Where the first stands.
    line: usize,
    step: String,
    /// Each with v1.0's.
    names: Vec<(String, String)>,
}

impl Told {
    pub(crate) fn sum_up(self, page: &Page, remarks: &mut Vec<Remark>) {
        if let Some((line, step, count)) = self.without_status {
            let message = format!(
                "{count} of {} answers of {} requests show no status",
                self.answers,
                page.exchanges.len()
            );
            remarks.push(Remark::new("status-missing", (line, &step), message, None));
        }
        for (owner, Renamed { line, step, names }) in self.renamed {
            let (old, new): (Vec<_>, Vec<_>) = names.into_iter().unzip();
            let message = format!("names of {owner} that v1.0 does not have: {}", old.join(", "));
            remarks.push(Remark::new(
                "renamed-in-v1.0",
                (line, &step),
                message,
                Some(new.join(", ")),
            ));
        }
    }

    pub(super) fn renamed(
        &mut self,
        published: &Published,
        line: usize,
        owner: &str,
        name: &str,
        v1: &str,
    ) {
        let renamed = self.renamed.entry(owner.to_owned()).or_insert_with(|| Renamed {
            line,
            step: published.step.clone(),
            names: Vec::new(),
        });
        if !renamed.names.iter().any(|(known, _)| known == name) {
            renamed.names.push((name.to_owned(), v1.to_owned()));
        }
    }
}
