//! A tenant of any size, for what is measured.

use jiff::Timestamp;
use serde_json::json;

use crate::directory::{Group, User};
use crate::entitlement::{Assignment, Given};
use crate::ids::Id;
use crate::refusal::Refusal;
use crate::state::{Caller, State};

/// Gives `assignments` to as many people as it takes, spread over `policies` policies, each of a
/// package of its own that grants a group of its own.
pub(crate) fn crowd(
    state: &mut State,
    administrator: &str,
    assignments: usize,
    policies: usize,
    now: Timestamp,
) -> Result<(), Refusal> {
    let caller = Caller { user: administrator, client: "", now };
    let policies = policies.max(1);
    let people: Vec<(Id, Id)> = (0..assignments.div_ceil(policies))
        .map(|number| {
            let id = state.ids.next();
            let name = format!("crowd{number}");
            let principal_name = format!("{name}@{}", state.directory.domain);
            let user = User::known(&id, &name, &principal_name, false, now);
            state.directory.users.insert(id.clone(), user);
            (state.subject_of(&id), id)
        })
        .collect();
    let catalog = state.create_catalog(&json!({"displayName": "Crowd"}), caller)?;
    let mut left = assignments;
    for number in 0..policies {
        let group = state.ids.next();
        let name = format!("crowd{number}");
        state.directory.groups.insert(group.clone(), Group::known(&group, &name, now));
        let resource = json!({
            "requestType": "adminAdd",
            "catalog": {"id": &catalog},
            "resource": {"originId": &group, "originSystem": "AadGroup"},
        });
        let resource = state.request_resource(&resource, caller)?;
        let resource =
            state.entitlement.resource_requests.get(&resource).map(|made| made.resource_id.clone());
        let resource = resource.unwrap_or_default();
        let package = json!({"displayName": name, "catalog": {"id": &catalog}});
        let package = state.create_package(&package, caller)?;
        let policy = json!({"displayName": name, "accessPackage": {"id": &package}});
        let policy = state.create_policy(&policy, caller)?;
        let role = Id::from(format!("Member_{group}"));
        for (subject, user) in people.iter().take(left) {
            state.entitlement.assignments.insert(Assignment {
                id: state.ids.next(),
                catalog_id: catalog.clone(),
                package_id: package.clone(),
                policy_id: policy.clone(),
                subject_id: subject.clone(),
                created_by: None,
                state: "delivered",
                status: "Delivered",
                is_extended: false,
                start: Some(now),
                end: None,
                expired: None,
                given: vec![Given {
                    id: state.ids.next(),
                    resource_id: resource.clone(),
                    resource_origin_id: group.clone(),
                    role_origin_id: role.clone(),
                }],
            });
            if let Some(group) = state.directory.groups.get_mut(&group) {
                group.members.insert(user.clone());
            }
        }
        left = left.saturating_sub(people.len());
    }
    Ok(())
}
