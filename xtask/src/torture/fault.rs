//! What befalls calls, and what is expected of a play then.

use serde_json::{Value, json};

/// What befalls calls, and whether a play is to be green all the same.
struct Injected {
    /// As the emulator takes it, but for whom it befalls.
    fault: fn() -> Value,
    green: bool,
}

/// A fault decides the verdict: what the service may do at any time is coped with, and what is meant
/// is told.
const FAULTS: [Injected; 10] = [
    Injected { fault: || json!({"status": 429, "retryAfter": 2}), green: true },
    Injected { fault: || json!({"status": 429}), green: true },
    Injected { fault: || json!({"status": 503}), green: true },
    Injected { fault: || json!({"status": 504}), green: true },
    Injected { fault: || json!({"status": 409}), green: true },
    Injected { fault: || json!({"drop": true}), green: true },
    Injected { fault: || json!({"loseAnswer": true}), green: true },
    Injected { fault: || json!({"truncate": 20}), green: true },
    Injected { fault: || json!({"delay": "PT20S"}), green: true },
    Injected { fault: || json!({"status": 403, "code": "NoLicense"}), green: false },
];

/// Of all calls, how many something befalls.
const SHARE: f64 = 0.2;

/// The faults of a run: all that are coped with, together; or one that is not, once and late.
pub(super) fn faults(run: u64) -> (Vec<Value>, bool) {
    let coped: Vec<&Injected> = FAULTS.iter().filter(|injected| injected.green).collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of kinds")]
    let each = SHARE / coped.len() as f64;
    // One run of twenty is told something that it must not cope with.
    if run % 20 == 19 {
        let meant = FAULTS.iter().filter(|injected| !injected.green);
        let meant = meant.map(|injected| {
            let mut fault = (injected.fault)();
            fault["method"] = "POST".into();
            fault["path"] = "*/entitlementManagement/*".into();
            fault["nth"] = (1 + run / 20 % 4).into();
            fault
        });
        return (meant.collect(), false);
    }
    let faults = coped.iter().map(|injected| {
        let mut fault = (injected.fault)();
        fault["probability"] = each.into();
        fault
    });
    (faults.collect(), true)
}
