use harness::Api;
use scenarios::{SCENARIOS, Scenario, find};

use crate::exit::Failure;

/// Which scenarios and versions a command is about.
#[derive(Debug, clap::Args)]
pub(crate) struct Selection {
    /// The scenarios; all where none is named.
    #[arg(value_name = "SCENARIO")]
    scenarios: Vec<String>,
    /// The version: v1.0, beta, or mixed (each step on the version its document uses).
    #[arg(long)]
    api: Option<String>,
}

/// A scenario on a version, and whether it has that form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selected {
    pub(crate) scenario: &'static Scenario,
    pub(crate) api: Api,
    pub(crate) exists: bool,
}

impl Selection {
    /// What was selected, in the order of the registry, each once.
    pub(crate) fn resolve(&self) -> Result<Vec<Selected>, Failure> {
        let api = self.api.as_deref().map(str::parse::<Api>).transpose().map_err(Failure::usage)?;
        let named = self.scenarios.iter().map(|name| find(name).map_err(Failure::usage));
        let named: Vec<&Scenario> = named.collect::<Result<_, _>>()?;
        let is_chosen = |scenario: &&Scenario| {
            named.is_empty() || named.iter().any(|named| named.name == scenario.name)
        };
        let chosen = SCENARIOS.iter().filter(is_chosen);
        let forms = chosen.flat_map(|scenario| {
            let apis = api.map_or_else(|| scenario.apis.to_vec(), |api| vec![api]);
            apis.into_iter().map(move |api| Selected {
                scenario,
                api,
                exists: scenario.apis.contains(&api),
            })
        });
        Ok(forms.collect())
    }
}
