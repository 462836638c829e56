//! Which rules are on, and which have fired.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::behaviour::BEHAVIOURS;
use crate::refusal::{RULES, Refusal, Rule, not_implemented};

/// The rules of a tenant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    off: BTreeSet<&'static str>,
    /// Those of the call that is being answered.
    fired: RefCell<Vec<&'static Rule>>,
    counts: BTreeMap<&'static str, u64>,
}

/// Every rule, of both kinds.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(BEHAVIOURS).copied()
}

impl Rules {
    /// Whether a rule holds; one that does has fired.
    pub(crate) fn apply(&self, rule: &'static Rule) -> bool {
        let on = !self.off.contains(rule.id);
        let mut fired = self.fired.borrow_mut();
        if on && !fired.iter().any(|known| known.id == rule.id) {
            fired.push(rule);
        }
        on
    }

    pub(crate) fn is_off(&self, rule: &Rule) -> bool {
        self.off.contains(rule.id)
    }

    /// Switches a rule; false where there is none of that id.
    pub(crate) fn switch(&mut self, id: &str, on: bool) -> bool {
        let Some(rule) = all().find(|rule| rule.id == id) else { return false };
        match on {
            true => self.off.remove(rule.id),
            false => self.off.insert(rule.id),
        };
        true
    }

    /// Those that have fired since they were last taken.
    pub(crate) fn take_fired(&mut self) -> Vec<&'static Rule> {
        let fired = std::mem::take(self.fired.get_mut());
        for rule in &fired {
            self.count(rule);
        }
        fired
    }

    /// Counts a refusal; what would refuse by a rule that is switched off says so.
    pub(crate) fn refuse(&mut self, refusal: Refusal) -> Refusal {
        if self.is_off(refusal.rule) {
            return not_implemented(format_args!(
                "What the rule '{}' refuses, which is switched off,",
                refusal.rule.id
            ));
        }
        self.count(refusal.rule);
        refusal
    }

    fn count(&mut self, rule: &Rule) {
        *self.counts.entry(rule.id).or_default() += 1;
    }

    /// How often a rule has fired.
    pub(crate) fn fired(&self, rule: &Rule) -> u64 {
        self.counts.get(rule.id).copied().unwrap_or_default()
    }
}
