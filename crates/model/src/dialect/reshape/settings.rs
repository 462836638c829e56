use serde_json::{Map, Value, json};

use super::{Reshape, duration, insert_some, minutes};
use crate::dialect::Inexpressible;
use crate::dialect::translate::Use;

type Members = Map<String, Value>;

/// How long a blocked user stays, which beta counts in days.
pub(crate) const SETTINGS: Reshape = Reshape {
    to_beta: |mut members, _: Use| -> Result<Members, Inexpressible> {
        let days =
            members.shift_remove(LASTS).map(|given| match given.as_str().and_then(minutes) {
                Some(minutes) => json!(minutes / DAY),
                None => given,
            });
        insert_some(&mut members, DAYS, days);
        Ok(members)
    },
    from_beta: |mut members| {
        let lasts = members.shift_remove(DAYS).map(|given| match given.as_i64() {
            Some(days) => json!(duration(days.saturating_mul(DAY))),
            None => given,
        });
        insert_some(&mut members, LASTS, lasts);
        members
    },
};

const LASTS: &str = "durationUntilExternalUserDeletedAfterBlocked";
const DAYS: &str = "daysUntilExternalUserDeletedAfterBlocked";
const DAY: i64 = 24 * 60;
