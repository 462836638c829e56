use serde_json::{Map, Value, json};

use super::{Reshape, duration, insert_some, minutes, with_backups, without_backups};
use crate::Version;
use crate::dialect::Inexpressible;
use crate::dialect::translate::Use;

type Members = Map<String, Value>;

/// A stage's durations, which beta counts in days and minutes, and its approvers, of whom beta
/// marks those who stand in for others.
pub(crate) const APPROVAL_STAGE: Reshape = Reshape { to_beta, from_beta };

/// `(canonical, beta, minutes of one)`
const DURATIONS: [(&str, &str, i64); 2] = [
    ("durationBeforeAutomaticDenial", "approvalStageTimeOutInDays", 24 * 60),
    ("durationBeforeEscalation", "escalationTimeInMinutes", 1),
];

const PEOPLE: [(&str, &str); 2] = [
    ("primaryApprovers", "fallbackPrimaryApprovers"),
    ("escalationApprovers", "fallbackEscalationApprovers"),
];

fn to_beta(mut stage: Members, purpose: Use) -> Result<Members, Inexpressible> {
    let mut reshaped = Members::new();
    insert_some(&mut reshaped, "@odata.type", stage.shift_remove("@odata.type"));
    for (name, beta, unit) in DURATIONS {
        let counted = match stage.shift_remove(name) {
            Some(Value::String(text)) => match minutes(&text).filter(|m| m % unit == 0) {
                Some(minutes) => Some(json!(minutes / unit)),
                // An answer counts what is whole.
                None if purpose == Use::Answer => Some(json!(minutes(&text).unwrap_or(0) / unit)),
                None => {
                    let what = format!("{name} {text} of accessPackageApprovalStage");
                    return Err(Inexpressible { version: Version::Beta, what });
                }
            },
            other => other,
        };
        insert_some(&mut stage, beta, counted);
    }
    for (first, backups) in PEOPLE {
        let people = with_backups(stage.shift_remove(first), stage.shift_remove(backups));
        insert_some(&mut stage, first, people);
    }
    // The order of the beta pages.
    for name in [
        "approvalStageTimeOutInDays",
        "isApproverJustificationRequired",
        "isEscalationEnabled",
        "escalationTimeInMinutes",
    ] {
        insert_some(&mut reshaped, name, stage.shift_remove(name));
    }
    reshaped.extend(stage);
    Ok(reshaped)
}

fn from_beta(mut stage: Members) -> Members {
    for (name, beta, unit) in DURATIONS {
        let counted = stage.shift_remove(beta).map(|given| match given.as_i64() {
            Some(count) => Value::String(duration(count.saturating_mul(unit))),
            None => given,
        });
        insert_some(&mut stage, name, counted);
    }
    for (first, backups) in PEOPLE {
        let Some(people) = stage.shift_remove(first) else { continue };
        let (primary, fallback) = without_backups(&people);
        stage.insert(first.to_owned(), primary);
        stage.insert(backups.to_owned(), fallback);
    }
    stage
}
