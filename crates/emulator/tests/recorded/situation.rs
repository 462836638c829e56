//! The situation in which a record was made, from what the record says.

use emulator::{Options, Tenant};
use serde_json::{Value, json};

use crate::example::Example;
use crate::raw::{Got, Raw};
use crate::record::Record;
use crate::world::World;

const EM: &str = "identityGovernance/entitlementManagement";

/// Sends the record again, or says why it cannot be set up.
pub(crate) async fn play(record: &Record) -> Result<Got, String> {
    if let Some(reason) = out_of_reach(record) {
        return Err(reason.to_owned());
    }
    if record.code() == Some("NoLicense") {
        return Ok(unlicensed(record).await);
    }
    let world = World::made().await;
    let who = caller(&world, record).await?;
    let (path, body) = sent(&world, record).await?;
    let example = Example::call(&record.method, &path, body);
    Ok(world.play_as(&example, &who).await)
}

/// What lies outside of this emulator, or of what one record tells.
fn out_of_reach(record: &Record) -> Option<&'static str> {
    let path = record.path.as_str();
    let about = |part: &str| path.contains(part);
    if about("accessReviews")
        || record.shows.contains("BusinessFlow")
        || record.message().contains("BusinessFlow")
    {
        return Some("access reviews are another service, which the emulator has not");
    }
    if about("privilegedAccess") || about("{schedules}") {
        return Some(
            "privileged identity management is another service, which the emulator has not",
        );
    }
    match record.code() {
        Some("DuplicateKey") => return Some("a race within the service; a fault puts it there"),
        Some("NoGovernanceSku") => return Some("which role scopes ask for the SKU is not known"),
        // "Could not be reproduced by the maintainers", says whoever kept the records.
        None if record.status == Some(403) && record.response.is_none() => {
            return Some("it could not be reproduced by those who looked into it");
        }
        Some("invalid_grant") => return Some("the backend's own exchange of tokens is not there"),
        Some("UnknownError") if record.method == "POST" => {
            return Some("an empty answer of 2020 to isValidationOnly; the emulator says 501");
        }
        _ => {}
    }
    match path {
        _ if path.ends_with("/identityGovernance") => Some("the record shows no answer"),
        _ if about("{collection}") => {
            Some("seen by the test of applications that are switched off")
        }
        _ => None,
    }
}

async fn unlicensed(record: &Record) -> Got {
    let mut raw = Raw::tenant();
    let options = Options { licensed: false, ..Options::default() };
    raw.tenant = Tenant::new(&options, raw.clock.clone());
    raw.who = raw.tenant.administrator().clone();
    raw.send(&record.method, &record.path.replace(EM, "EM"), None).await
}

/// Who makes the call: somebody without the scope where that was refused, else somebody who may.
async fn caller(world: &World, record: &Record) -> Result<Raw, String> {
    let refused = record.message().contains("is not authorized")
        || matches!(record.code(), Some("UnAuthorized" | "Authorization_RequestDenied"))
        || record.shows.contains("without a permission");
    if record.code() == Some("Authorization_IdentityDisabled") {
        let (raw, principal) = world.application(&["Application.ReadWrite.All"]).await;
        let off = json!({"accountEnabled": false});
        let path = format!("/v1.0/servicePrincipals/{principal}");
        assert_eq!(world.administrator().patch(&path, off).await.status, 204);
        return Ok(raw);
    }
    if record.code() == Some("CallerNotResourceOwner") {
        return Ok(world.application(&["EntitlementManagement.ReadWrite.All"]).await.0);
    }
    // The bare list of approvals, and two others, are refused before the scope is looked at.
    if record.message().contains("Reason: Unauthorized") || refused && record.identity == "app-only"
    {
        return Ok(world.application(&[]).await.0);
    }
    if refused {
        return Ok(world.signed_in("User.Read").await);
    }
    if record.message().contains("No valid policy") {
        return Ok(world.whoever());
    }
    let asks = record.request.as_ref().and_then(|body| body["requestType"].as_str());
    match asks.map(str::to_lowercase).as_deref() {
        Some("useradd") => Ok(world.person()),
        _ => Ok(world.whoever()),
    }
}

/// Path and body: as recorded, filled in by what the record is about where its source showed none.
async fn sent(world: &World, record: &Record) -> Result<(String, Option<Value>), String> {
    let path = record.path.clone();
    let names: Vec<&str> = path.split('?').next().unwrap_or_default().split('/').collect();
    let last = names.last().copied().unwrap_or_default();
    let nowhere = "00000000-0000-0000-0000-0000000000ff";
    let missing = record.code().is_some_and(|code| code.ends_with("NotFound"));
    let query = path.split_once('?').map(|(_, query)| query).unwrap_or_default();
    // What the source did not print stands in braces.
    let query = match query {
        _ if last == "resourceRoles" => {
            let id = match record.code() {
                Some("InvalidFilter") => "5".to_owned(),
                Some("ResourceNotFound") => nowhere.to_owned(),
                _ => world.resource().to_owned(),
            };
            Some(format!("$filter=(originSystem eq 'AadGroup' and resource/id eq '{id}')"))
        }
        query if query.contains('{') || query.is_empty() => None,
        query => Some(query.to_owned()),
    };
    let bare = path.split('?').next().unwrap_or_default().to_owned();
    let query = query.or_else(|| {
        (last == "accessPackageResourceRoles" && path.contains('?'))
            .then(|| path.split_once('?').map_or(String::new(), |(_, q)| q.to_owned()))
    });
    let bare = match (missing, record.method.as_str()) {
        (true, "GET") if last.contains('-') || last.starts_with('{') => {
            let (stem, _) = bare.rsplit_once('/').unwrap_or_default();
            format!("{stem}/nobody")
        }
        _ if bare.contains("{lists}") => bare.replace("{lists}", "catalogs"),
        _ => bare,
    };
    let body = match (&record.request, record.method.as_str()) {
        (Some(body), _) if record.code() == Some("ResourceNotFound") => {
            let mut body = body.clone();
            body["accessPackageResourceRole"]["accessPackageResource"]["id"] = json!("gone");
            Some(body)
        }
        (Some(body), _) => Some(body.clone()),
        (None, "POST" | "PUT" | "PATCH") => body_of(world, record, &bare)?,
        (None, _) => None,
    };
    // The policy is as it was read.
    if let (Some(Value::Object(read)), "GET") = (&record.response, record.method.as_str()) {
        let settings = ["reviewSettings", "allowedTargetScope", "specificAllowedTargets"];
        let settings: Vec<_> =
            settings.iter().filter_map(|name| read.get_key_value(*name)).collect();
        if !settings.is_empty() {
            world.set_policy(&settings).await;
        }
    }
    if record.code() == Some("ExistingOpenRequest") {
        world.ask_as_administrator().await;
    }
    let path = query.map_or(bare.clone(), |query| format!("{bare}?{query}"));
    Ok((path, body))
}

/// A body that leads where the record went, where its source printed none.
fn body_of(world: &World, record: &Record, path: &str) -> Result<Option<Value>, String> {
    let beta = path.starts_with("/beta");
    let code = record.code().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let nowhere = "00000000-0000-0000-0000-0000000000ff";
    let resource_request = |kind: &str, resource: Value| match beta {
        true => {
            json!({"requestType": kind, "catalogId": "x", "accessPackageResource": resource})
        }
        false => json!({"requestType": kind, "catalog": {"id": "x"}, "resource": resource}),
    };
    Ok(Some(match last {
        "groups" => {
            json!({"displayName": "g", "mailEnabled": false, "mailNickname": "g", "securityEnabled": true})
        }
        "catalogs" | "accessPackageCatalogs" => json!({"displayName": "c"}),
        "resourceRequests" | "accessPackageResourceRequests" => match code {
            "ResourceNotFoundInOriginSystem" => resource_request(
                "adminAdd",
                json!({"originSystem": "AadGroup", "originId": "gone"}),
            ),
            "ArgumentException" => resource_request(
                "adminAdd",
                json!({"originSystem": "AdApplication", "originId": nowhere}),
            ),
            "InvalidDeleteResourceHasEntitlements" => {
                let body = resource_request("adminRemove", json!({}));
                let name = if beta { "accessPackageResource" } else { "resource" };
                let mut body = body;
                body[name] = json!({"originId": world.group(), "originSystem": "x"});
                body
            }
            _ => resource_request(
                "adminAdd",
                json!({"originSystem": "AadGroup", "originId": nowhere}),
            ),
        },
        "accessPackages" => {
            let name = if code == "DuplicateAccessPackage" { "Sales" } else { "p" };
            match beta {
                true => json!({"displayName": name, "catalogId": "x"}),
                false => json!({"displayName": name, "catalog": {"id": "x"}}),
            }
        }
        "resourceRoleScopes" | "accessPackageResourceRoleScopes" => {
            let (role, resource, scope) = match beta {
                true => (
                    "accessPackageResourceRole",
                    "accessPackageResource",
                    "accessPackageResourceScope",
                ),
                false => ("role", "resource", "scope"),
            };
            let kind = if code == "RoleNotFound" { "Nobody" } else { "Member" };
            json!({
                role: {"originId": format!("{kind}_{nowhere}"), "originSystem": "AadGroup", resource: {"id": nowhere}},
                scope: {"originId": nowhere, "originSystem": "AadGroup"},
            })
        }
        "assignmentRequests" | "accessPackageAssignmentRequests" => match (record.status, code) {
            (Some(404), _) => {
                json!({"requestType": "adminRemove", "assignment": {"id": "gone"}})
            }
            _ => {
                let name = if beta { "accessPackageAssignment" } else { "assignment" };
                json!({"requestType": "adminAdd", name: {"targetId": "x", "assignmentPolicyId": "x", "accessPackageId": "x"}})
            }
        },
        _ if path.contains("ssignmentPolicies") || path.contains("/assignments/") => {
            let mut policy = json!({"displayName": "p"});
            match beta {
                true => policy["accessPackageId"] = json!("x"),
                false => policy["accessPackage"] = json!({"id": "x"}),
            }
            match code {
                "AnyUserPolicyValidationError" => {
                    policy["allowedTargetScope"] = json!("allExternalUsers");
                    policy["requestorSettings"] = json!({"enableTargetsToSelfAddAccess": true});
                }
                "InvalidModel" => policy["allowedTargetScope"] = json!("noSubjects"),
                "InvalidApprovalStages" => {
                    policy["requestApprovalSettings"] =
                        json!({"isApprovalRequiredForAdd": true, "stages": []});
                }
                _ => {
                    let scope = record.response.as_ref().map(|r| r["allowedTargetScope"].clone());
                    if let Some(scope) = scope.filter(Value::is_string) {
                        policy["allowedTargetScope"] = scope;
                    }
                }
            }
            policy
        }
        other => return Err(format!("the record shows no body, and none is known for {other}")),
    }))
}
