use serde_json::Value;

use super::settings::subjects;

/// Access reviews, kept as they are given: they are another service's, which this emulator has not.
pub(super) fn read(given: &Value) -> Option<Value> {
    let mut review = given.clone();
    for name in ["primaryReviewers", "fallbackReviewers", "reviewers"] {
        if let Some(people) = review.get_mut(name) {
            *people = subjects(people)?;
        }
    }
    Some(review)
}
