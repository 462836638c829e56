use serde_json::{Value, json};

use super::settings::subjects;
use crate::refusal::{APPROVAL_STAGES, Refusal, invalid_model};
use crate::time;

/// Who must approve. Either flag demands stages (live runs of 6 September 2026).
pub(super) fn read(given: &Value) -> Result<Value, Refusal> {
    for name in ["isApprovalRequiredForAdd", "isApprovalRequiredForUpdate"] {
        if !given[name].is_boolean() && !given[name].is_null() {
            return Err(invalid_model());
        }
    }
    let flag = |name: &str| given[name].as_bool().unwrap_or(false);
    let stages = given["stages"].as_array().into_iter().flatten();
    let stages = stages.map(stage).collect::<Result<Vec<_>, _>>()?;
    let required = flag("isApprovalRequiredForAdd") || flag("isApprovalRequiredForUpdate");
    if required && stages.is_empty() {
        return Err(APPROVAL_STAGES
            .says("If approval is required, a valid list of stages must be provided."));
    }
    Ok(json!({
        "isApprovalRequiredForAdd": flag("isApprovalRequiredForAdd"),
        "isApprovalRequiredForUpdate": flag("isApprovalRequiredForUpdate"),
        "isRequestorJustificationRequired": flag("isRequestorJustificationRequired"),
        "stages": stages,
    }))
}

/// A stage with everything that it has unasked.
fn stage(given: &Value) -> Result<Value, Refusal> {
    let flag = |name: &str| given[name].as_bool().unwrap_or(false);
    let duration = |name: &str, unasked: &str| match &given[name] {
        Value::String(text) if time::duration(text).is_some() => Ok(json!(text)),
        // Beta's null is sent back as null (Terraform's provider plans again where it is not).
        Value::Null if given.get(name).is_some() => Ok(Value::Null),
        Value::Null => Ok(json!(unasked)),
        _ => Err(invalid_model()),
    };
    let people = |name: &str| subjects(&given[name]).ok_or_else(invalid_model);
    Ok(json!({
        "durationBeforeAutomaticDenial": duration("durationBeforeAutomaticDenial", "P14D")?,
        "isApproverJustificationRequired": flag("isApproverJustificationRequired"),
        "isEscalationEnabled": flag("isEscalationEnabled"),
        "durationBeforeEscalation": duration("durationBeforeEscalation", "PT0S")?,
        "primaryApprovers": people("primaryApprovers")?,
        "fallbackPrimaryApprovers": people("fallbackPrimaryApprovers")?,
        "escalationApprovers": people("escalationApprovers")?,
        "fallbackEscalationApprovers": people("fallbackEscalationApprovers")?,
        "approverInformationVisibility":
            given["approverInformationVisibility"].as_str().unwrap_or("default"),
    }))
}
