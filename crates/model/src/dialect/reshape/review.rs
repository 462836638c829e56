use serde_json::{Map, Value, json};

use super::{Reshape, duration, insert_some, minutes, take_object, with_backups, without_backups};
use crate::dialect::Inexpressible;
use crate::dialect::translate::Use;

type Members = Map<String, Value>;

/// When access is reviewed, which v1.0 says by a schedule and beta by a word and a number of days,
/// and by whom, which beta says by a word and one list. What beta said stays beside what it means,
/// so that it is said again in the same words.
pub(crate) const REVIEW: Reshape = Reshape { to_beta, from_beta };

/// Beta's words with the recurrence they mean. `quarterly` stands so on pages of both versions; the
/// others follow from it.
const RECURRENCES: [(&str, &str, i64); 5] = [
    ("weekly", "weekly", 1),
    ("monthly", "absoluteMonthly", 1),
    ("quarterly", "absoluteMonthly", 3),
    ("halfyearly", "absoluteMonthly", 6),
    ("annual", "absoluteYearly", 1),
];

const DAY: i64 = 24 * 60;

#[expect(clippy::unnecessary_wraps, reason = "the type of Reshape::to_beta")]
fn to_beta(mut review: Members, _: Use) -> Result<Members, Inexpressible> {
    let said: Vec<_> = BETA.into_iter().map(|name| (name, review.shift_remove(name))).collect();
    let schedule = take_object(&mut review, "schedule");
    if let Some(pattern) = schedule.get("recurrence").map(|recurrence| &recurrence["pattern"]) {
        let same = |(_, kind, interval): &&(&str, &str, i64)| {
            pattern["type"] == *kind && pattern["interval"] == *interval
        };
        let word = RECURRENCES.iter().find(same).map_or(Value::Null, |(word, ..)| json!(word));
        review.insert("recurrenceType".to_owned(), word);
    }
    let is_self = review.shift_remove("isSelfReview");
    let (first, backups) =
        (review.shift_remove("primaryReviewers"), review.shift_remove("fallbackReviewers"));
    let is_manager = first.as_ref().is_some_and(|people| people[0]["@odata.type"] == MANAGER);
    if let Some(is_self) = is_self {
        let word = match (is_self == true, is_manager) {
            (true, _) => "Self",
            (false, true) => "Manager",
            (false, false) => "Reviewers",
        };
        review.insert("reviewerType".to_owned(), json!(word));
    }
    insert_some(&mut review, "startDateTime", schedule.get("startDateTime").cloned());
    let lasts = schedule.get("expiration").and_then(|expiration| expiration["duration"].as_str());
    let days = lasts.and_then(minutes).map(|minutes| json!(minutes / DAY));
    insert_some(&mut review, "durationInDays", days);
    let first = match is_manager {
        true => Some(json!([])),
        false => first,
    };
    insert_some(&mut review, "reviewers", with_backups(first, backups));
    for (name, said) in said {
        insert_some(&mut review, name, said);
    }
    Ok(review)
}

/// What beta has instead of a schedule and of v1.0's two lists.
const BETA: [&str; 5] =
    ["recurrenceType", "reviewerType", "startDateTime", "durationInDays", "reviewers"];

/// The reviewer that beta's word `Manager` means.
const MANAGER: &str = "#microsoft.graph.requestorManager";

fn from_beta(mut review: Members) -> Members {
    let said = |name: &str| review.get(name).cloned();
    let [recurrence, kind, start, days, people] = BETA.map(said);
    if let Some(kind) = &kind {
        let is_self = kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("self"));
        review.insert("isSelfReview".to_owned(), json!(is_self));
    }
    if recurrence.is_some() || start.is_some() || days.is_some() {
        let word = recurrence.as_ref().and_then(Value::as_str).unwrap_or_default();
        let known = RECURRENCES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(word));
        let recurrence = known.map(|(_, kind, interval)| {
            json!({"pattern": {"type": kind, "interval": interval}, "range": {"type": "noEnd"}})
        });
        let lasts = days.and_then(|days| days.as_i64());
        let lasts = lasts.map(|days| duration(days.saturating_mul(DAY)));
        let schedule = json!({
            "startDateTime": start,
            "expiration": {"endDateTime": null, "duration": lasts, "type": "afterDuration"},
            "recurrence": recurrence,
        });
        review.insert("schedule".to_owned(), schedule);
    }
    if let Some(people) = people {
        let (mut primary, fallback) = without_backups(&people);
        if kind == Some(json!("Manager")) && primary == json!([]) {
            primary = json!([{"@odata.type": MANAGER, "managerLevel": 1}]);
        }
        review.insert("primaryReviewers".to_owned(), primary);
        review.insert("fallbackReviewers".to_owned(), fallback);
    }
    review
}
