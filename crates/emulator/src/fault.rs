//! Faults on demand: what a client must cope with, put where a test wants it.

use jiff::SignedDuration;
use serde::Deserialize;

use crate::ids::Ids;

/// The faults of a tenant, in the order in which they are tried.
#[derive(Debug)]
pub(crate) struct Faults {
    faults: Vec<Standing>,
    chance: Ids,
}

#[derive(Debug)]
struct Standing {
    fault: Fault,
    /// Calls that were named by it.
    seen: u64,
    /// Calls that it befell.
    befell: u64,
}

/// One fault: the calls that it names, and what becomes of them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Fault {
    method: Option<String>,
    /// With `*` for any part; the query is not looked at.
    path: Option<String>,
    /// The nth call alone, from 1.
    nth: Option<u64>,
    /// Every so many calls.
    every: Option<u64>,
    /// Of a call that is named, from 0 to 1; from a seeded source.
    probability: Option<f64>,
    /// At most so often.
    times: Option<u64>,
    /// An error instead of an answer; nothing is done.
    pub(crate) status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
    /// Seconds, in the header.
    pub(crate) retry_after: Option<u64>,
    /// The connection ends without an answer; nothing is done.
    pub(crate) drop: bool,
    /// What was asked for is done, and the connection ends without an answer.
    pub(crate) lose_answer: bool,
    /// The answer breaks off behind so many bytes.
    pub(crate) truncate: Option<usize>,
    /// ISO 8601, on the tenant's clock.
    delay: Option<String>,
}

impl Fault {
    /// How long the answer is held back.
    pub(crate) fn held_back(&self) -> Option<SignedDuration> {
        let span: jiff::Span = self.delay.as_ref()?.parse().ok()?;
        span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
    }

    /// Code and message of the error, where none were given: as the service is known to say them.
    pub(crate) fn words(&self) -> (String, String) {
        let (code, message) = match self.status {
            Some(429) => ("TooManyRequests", "Too many requests. Please try again later."),
            Some(409) => ("DuplicateKey", "There is already a duplicated entity."),
            Some(503) => ("ServiceUnavailable", "The service is temporarily unavailable."),
            Some(504) => ("GatewayTimeout", "The gateway did not receive an answer in time."),
            _ => ("UnknownError", ""),
        };
        let given = |given: &Option<String>, own: &str| given.clone().unwrap_or(own.to_owned());
        (given(&self.code, code), given(&self.message, message))
    }
}

impl Faults {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { faults: Vec::new(), chance: Ids::apart(seed, "faults") }
    }

    /// Takes the place of all faults.
    pub(crate) fn set(&mut self, json: &[u8]) -> Result<(), String> {
        let faults: Vec<Fault> = serde_json::from_slice(json)
            .map_err(|error| format!("expected a list of faults, found otherwise: {error}"))?;
        for (number, fault) in faults.iter().enumerate() {
            let wrong = |what: &str| Err(format!("fault {number}: {what}"));
            let does_something = fault.status.is_some()
                || fault.drop
                || fault.lose_answer
                || fault.truncate.is_some()
                || fault.delay.is_some();
            if !does_something {
                return wrong("expected status, drop, loseAnswer, truncate or delay, found none");
            }
            if fault.status.is_some_and(|status| !(400..600).contains(&status)) {
                return wrong("expected a status from 400 to 599");
            }
            if fault.delay.is_some() && fault.held_back().is_none() {
                return wrong("expected a delay such as PT1S");
            }
            if fault.probability.is_some_and(|chance| !(0.0..=1.0).contains(&chance)) {
                return wrong("expected a probability from 0 to 1");
            }
            if fault.nth == Some(0) || fault.every == Some(0) {
                return wrong("expected nth and every from 1");
            }
        }
        self.faults =
            faults.into_iter().map(|fault| Standing { fault, seen: 0, befell: 0 }).collect();
        Ok(())
    }

    /// What befalls a call, if anything.
    pub(crate) fn befalls(&mut self, method: &str, path: &str) -> Option<Fault> {
        let chance = &mut self.chance;
        for standing in &mut self.faults {
            if standing.takes(method, path, chance) {
                standing.befell += 1;
                return Some(standing.fault.clone());
            }
        }
        None
    }
}

impl Standing {
    fn takes(&mut self, method: &str, path: &str, chance: &mut Ids) -> bool {
        let Fault { method: of, path: pattern, nth, every, probability, times, .. } = &self.fault;
        let named = of.as_ref().is_none_or(|of| of.eq_ignore_ascii_case(method))
            && pattern.as_ref().is_none_or(|pattern| fits(pattern, path));
        if !named || times.is_some_and(|times| self.befell >= times) {
            return false;
        }
        self.seen += 1;
        nth.is_none_or(|nth| self.seen == nth)
            && every.is_none_or(|every| self.seen.is_multiple_of(every))
            && probability.is_none_or(|probability| draw(chance) < probability)
    }
}

/// A number from 0 to 1.
fn draw(chance: &mut Ids) -> f64 {
    let id = chance.next();
    let number = u32::from_str_radix(&id[..8], 16).unwrap_or_default();
    f64::from(number) / (f64::from(u32::MAX) + 1.0)
}

/// Whether `*` in a pattern can stand for parts of a path so that they are the same.
fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
        last = Some(part);
    }
    match last {
        None => rest.is_empty(),
        Some("") => true,
        Some(part) => rest.is_empty() || path.ends_with(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_part() {
        for (pattern, path, expected) in [
            ("/v1.0/groups", "/v1.0/groups", true),
            ("/v1.0/groups", "/v1.0/groups/1", false),
            ("*/groups/*", "/v1.0/groups/1", true),
            ("*/assignmentRequests", "/v1.0/x/assignmentRequests", true),
            ("*/assignmentRequests", "/v1.0/x/assignmentRequests/1", false),
            ("/beta/*/a*", "/beta/b/abc", true),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn faults_are_counted_and_seeded() {
        let mut faults = Faults::seeded(1);
        faults.set(br#"[{"method": "post", "nth": 2, "status": 429}, {"path": "*/x", "every": 2, "times": 2, "drop": true}]"#).unwrap();
        let befell: Vec<_> = (0..3).map(|_| faults.befalls("POST", "/y").is_some()).collect();
        assert_eq!(befell, [false, true, false]);
        let befell: Vec<_> = (0..8).map(|_| faults.befalls("GET", "/x").is_some()).collect();
        assert_eq!(befell, [false, true, false, true, false, false, false, false]);
        let run = || {
            let mut faults = Faults::seeded(7);
            faults.set(br#"[{"probability": 0.5, "status": 503}]"#).unwrap();
            (0..64).map(|_| faults.befalls("GET", "/").is_some()).collect::<Vec<_>>()
        };
        let count = run().iter().filter(|befell| **befell).count();
        assert!((20..44).contains(&count), "{count}");
        assert_eq!(run(), run());
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        for (json, expected) in [
            ("{}", "expected a list of faults"),
            ("[{}]", "found none"),
            (r#"[{"stauts": 503}]"#, "unknown field `stauts`"),
            (r#"[{"status": 200}]"#, "400 to 599"),
            (r#"[{"status": 503, "nth": 0}]"#, "from 1"),
            (r#"[{"delay": "a while"}]"#, "PT1S"),
            (r#"[{"drop": true, "probability": 2}]"#, "from 0 to 1"),
        ] {
            let error = Faults::seeded(1).set(json.as_bytes()).unwrap_err();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }
}
