use serde_json::{Map, Value, json};

use super::{Reshape, insert_some, take_object};
use crate::Version;
use crate::dialect::Inexpressible;
use crate::dialect::noun::TARGET_SCOPES;
use crate::dialect::translate::Use;

type Members = Map<String, Value>;

/// Expiration, targets and approval.
pub(crate) const POLICY: Reshape = Reshape { to_beta: policy_to_beta, from_beta: policy_from_beta };

fn policy_to_beta(mut policy: Members, purpose: Use) -> Result<Members, Inexpressible> {
    let scope = policy.shift_remove("allowedTargetScope");
    let targets = policy.shift_remove("specificAllowedTargets");
    let mut settings = take_object(&mut policy, "requestorSettings");
    let extend = settings.shift_remove("enableTargetsToSelfUpdateAccess");
    let settings = beta_settings(scope, targets, settings, purpose)?;
    let expiration = policy.shift_remove("expiration");
    let expiration = expiration.map(|given| days_or_end(&given)).transpose();
    let expiration = match expiration {
        Ok(expiration) => expiration,
        // An answer shows a duration of hours as no whole day (PowerShell SDK issue 2132).
        Err(_) if purpose == Use::Answer => Some((json!(0), Value::Null)),
        Err(what) => return Err(Inexpressible { version: Version::Beta, what }),
    };
    let (days, until) = expiration.unzip();
    let mut taken =
        [("canExtend", extend), ("durationInDays", days), ("expirationDateTime", until)];
    // Beta sends them behind the description, the settings before the approval.
    let mut reshaped = Members::new();
    for (name, value) in policy {
        let value = match value {
            Value::Object(approval) if name == "requestApprovalSettings" => {
                insert_some(&mut reshaped, "requestorSettings", settings.clone());
                Value::Object(with_approval_mode(approval))
            }
            value => value,
        };
        let behind = name == "description";
        reshaped.insert(name, value);
        if behind {
            for (name, value) in &mut taken {
                insert_some(&mut reshaped, name, value.take());
            }
        }
    }
    for (name, value) in taken {
        insert_some(&mut reshaped, name, value);
    }
    if !reshaped.contains_key("requestorSettings") {
        insert_some(&mut reshaped, "requestorSettings", settings);
    }
    Ok(reshaped)
}

fn beta_settings(
    scope: Option<Value>,
    targets: Option<Value>,
    settings: Members,
    purpose: Use,
) -> Result<Option<Value>, Inexpressible> {
    let mut written = Members::new();
    if let Some(scope) = scope {
        let known = scope.as_str().is_none_or(|s| TARGET_SCOPES.iter().any(|(v1, _)| *v1 == s));
        if !known && purpose == Use::Request {
            let what = format!("allowedTargetScope {scope} of accessPackageAssignmentPolicy");
            return Err(Inexpressible { version: Version::Beta, what });
        }
        written.insert("scopeType".into(), scope);
    }
    written.extend(settings);
    insert_some(&mut written, "allowedRequestors", targets);
    Ok((!written.is_empty()).then_some(Value::Object(written)))
}

fn with_approval_mode(approval: Members) -> Members {
    let mode = approval_mode(&approval);
    let mut written = Members::new();
    for (name, value) in approval {
        if name == "stages" {
            written.insert("approvalMode".into(), mode.into());
        }
        written.insert(name, value);
    }
    written.entry("approvalMode").or_insert_with(|| mode.into());
    written
}

/// Beta's word for the number of stages (`NoApproval` and `SingleStage` stand on documentation
/// pages, `Serial` on the beta resource page of 2021).
fn approval_mode(approval: &Members) -> &'static str {
    match approval.get("stages").and_then(Value::as_array).map_or(0, Vec::len) {
        0 => "NoApproval",
        1 => "SingleStage",
        _ => "Serial",
    }
}

fn days_or_end(expiration: &Value) -> Result<(Value, Value), String> {
    match expiration["type"].as_str().unwrap_or("notSpecified") {
        "afterDateTime" => Ok((json!(0), expiration["endDateTime"].clone())),
        "afterDuration" => {
            let duration = expiration["duration"].as_str().unwrap_or_default();
            let days = whole_days(duration)
                .ok_or_else(|| format!("an expiration of '{duration}', which is not whole days"))?;
            Ok((json!(days), Value::Null))
        }
        _ => Ok((json!(0), Value::Null)),
    }
}

/// `P30D` is 30; `PT12H` and `P1M` are no whole number of days.
fn whole_days(duration: &str) -> Option<i64> {
    let span: jiff::Span = duration.parse().ok()?;
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    (span.years(0).months(0).weeks(0).days(0).is_zero()
        && span.get_years() == 0
        && span.get_months() == 0)
        .then_some(days)
}

fn policy_from_beta(mut policy: Members) -> Members {
    let days = policy.shift_remove("durationInDays");
    let until = policy.shift_remove("expirationDateTime");
    if days.is_some() || until.is_some() {
        let days = days.and_then(|d| d.as_i64()).unwrap_or(0);
        let expiration = match until.filter(|u| !u.is_null()) {
            Some(until) => {
                json!({"endDateTime": until, "duration": null, "type": "afterDateTime"})
            }
            None if days > 0 => {
                json!({"endDateTime": null, "duration": format!("P{days}D"), "type": "afterDuration"})
            }
            None => json!({"endDateTime": null, "duration": null, "type": "noExpiration"}),
        };
        policy.insert("expiration".into(), expiration);
    }
    let extend = policy.shift_remove("canExtend");
    let mut settings = take_object(&mut policy, "requestorSettings");
    if let Some(scope) = settings.shift_remove("scopeType") {
        policy.insert("allowedTargetScope".into(), scope);
    }
    if let Some(targets) = settings.shift_remove("allowedRequestors") {
        policy.insert("specificAllowedTargets".into(), targets);
    }
    if let Some(extend) = extend {
        settings.insert("enableTargetsToSelfUpdateAccess".into(), extend);
    }
    if !settings.is_empty() {
        policy.insert("requestorSettings".into(), Value::Object(settings));
    }
    if let Some(Value::Object(approval)) = policy.get_mut("requestApprovalSettings") {
        approval.shift_remove("approvalMode");
    }
    policy
}
