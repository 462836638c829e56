use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::ExpirationType;

/// When something begins and ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Schedule {
    /// When it begins, UTC; set when access is given.
    pub start_date_time: Option<Timestamp>,
    /// When it ends.
    pub expiration: Option<Expiration>,
}

/// An end: never, at a time, or some time after the beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Expiration {
    /// When, UTC, for `afterDateTime`.
    pub end_date_time: Option<Timestamp>,
    /// How long after the beginning, ISO 8601, for `afterDuration`: `P30D`.
    pub duration: Option<String>,
    /// Which of them.
    #[serde(rename = "type")]
    pub kind: ExpirationType,
}

impl Expiration {
    /// No end.
    pub fn never() -> Self {
        Self { end_date_time: None, duration: None, kind: ExpirationType::NoExpiration }
    }

    /// The end `days` days after the beginning.
    pub fn after_days(days: u32) -> Self {
        Self {
            end_date_time: None,
            duration: Some(format!("P{days}D")),
            kind: ExpirationType::AfterDuration,
        }
    }
}

impl Schedule {
    /// The time between begin and end as an ISO 8601 duration in whole days where it is whole
    /// days (`P30D`), whichever way the end is given; `None` where either is open.
    pub fn length(&self) -> Option<String> {
        let expiration = self.expiration.as_ref()?;
        if let Some(duration) = &expiration.duration {
            return Some(duration.clone());
        }
        let seconds = expiration.end_date_time?.duration_since(self.start_date_time?).as_secs();
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        if rest == 0 {
            return Some(format!("P{days}D"));
        }
        Some(rest.seconds().days(days).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(end: &str) -> Schedule {
        Schedule {
            start_date_time: Some("2026-01-01T10:00:00Z".parse().unwrap()),
            expiration: Some(Expiration {
                end_date_time: Some(end.parse().unwrap()),
                duration: None,
                kind: ExpirationType::AfterDateTime,
            }),
        }
    }

    #[test]
    fn a_schedules_length_is_a_duration() {
        assert_eq!(schedule("2026-01-31T10:00:00Z").length().unwrap(), "P30D");
        assert_eq!(schedule("2026-01-31T10:00:01Z").length().unwrap(), "P30DT1S");
    }
}
