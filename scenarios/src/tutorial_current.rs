//! The tutorial "Manage access to resources using the entitlement management APIs", as of
//! 2025-03-21: its fourteen exchanges in order, and the removal followed to its end.
//!
//! The document makes steps 1.1 to 1.6 and 3.3 on v1.0 and the rest on beta.

use harness::{Failure, Stage, or_nothing};
use model::Version::{Beta, V1};
use model::{
    Assignment, AssignmentPolicy, AssignmentState, Catalog, NewAssignmentRequest, NewGroup,
    NewPackage, NewPolicy, NewResourceRequest, NewRoleScope, RequestState, Resource, Role,
};

use crate::access::owe_access;
use crate::onboarded::owe_resource;
use crate::requestor::{adopted, asking};

pub(crate) async fn play(stage: &Stage) -> Result<(), Failure> {
    stage.act("Prerequisites");
    let Some(requestor1) = adopted(stage, "The guest user Requestor1").await? else {
        return Ok(());
    };
    let group = NewGroup::security(
        &stage.named("Marketing resources"),
        &stage.nickname("markres"),
        "Marketing group",
    );
    let admin = stage.admin(V1);
    let group = stage.step("The group Marketing resources", &admin.groups().create(&group)).await?;
    let _owed = stage.owe("Delete the group", admin.groups().delete(&group.id));

    stage.act("Step 1: Add resources to a catalog and create an access package");
    let general = admin.catalogs().list().filter(Catalog::DISPLAY_NAME.eq("General")).one();
    let general =
        stage.step("Step 1.1: Get the identifier for the General catalog", &general).await?;

    // The document sends beta's member names to v1.0 here; each version gets its own.
    let add = admin.resource_requests().create(&NewResourceRequest::group(&general, &group.id));
    stage.step("Step 1.2: Add the group to the catalog", &add).await?;
    let owed = owe_resource(stage, &admin, &general, group.id.as_str());

    let resource =
        admin.resources(&general.id).list().filter(Resource::ORIGIN_ID.eq(&group.id)).one();
    let resource = stage.step("Step 1.3: Get catalog resources", &resource).await?;
    owed.paid();
    let remove = NewResourceRequest::remove(&general, &resource);
    let remove = admin.resource_requests().create(&remove);
    let _owed = stage.owe("Remove the group from the catalog", remove);

    let member = admin
        .resource_roles(&general.id)
        .list()
        .filter(
            Role::ORIGIN_SYSTEM
                .eq("AadGroup")
                .and(Role::DISPLAY_NAME.eq("Member"))
                .and(Role::RESOURCE_ID.eq(&resource.id)),
        )
        .expand(["resource"])
        .one();
    let member = stage.step("Step 1.4: Get resources roles", &member).await?;

    let package = NewPackage::in_catalog(&general, &stage.named("Marketing Campaign"))
        .described("Access to resources for the campaign");
    let package = stage
        .step("Step 1.5: Create the access package", &admin.packages().create(&package))
        .await?;
    let admin = stage.admin(Beta);
    let owed_package = stage.owe("Delete the access package", admin.packages().delete(&package.id));

    // The document posts to beta's path on v1.0, which v1.0 does not have.
    let grant = NewRoleScope::of(&member, &resource);
    let grant = stage.admin(V1).role_scopes(&package.id).create(&grant);
    stage.step("Step 1.6: Add a resource role to the access package", &grant).await?;

    let policy = NewPolicy::for_users(&package, "Specific users", &[&requestor1])
        .described("Specific users can request assignment")
        .lasting_days(30);
    let policy = admin.policies().create(&policy);
    let policy = stage.step("Step 1.7: Create an access package policy", &policy).await?;
    let owed_policy = stage.owe("Delete the policy", admin.policies().delete(&policy.id));

    stage.act("Step 2: Request access");
    let request = asking(stage, Beta, &requestor1, &policy, &package);
    let request = stage.step("Step 2: Request access", &request).await?;
    let owed_access = owe_access(stage, &admin, &request, &policy);

    stage.act("Step 3: Validate that access has been assigned");
    let status = admin.requests().get(&request.id);
    stage
        .until("Step 3.1: Get the status of the request", &status, |request| {
            request.state == Some(RequestState::Delivered)
        })
        .await?;

    let assignment = get_assignment(stage, &policy).await?;
    let target = assignment.target.as_ref().and_then(|target| target.object_id.as_deref());
    stage.check("the assignment's target", &requestor1.id, or_nothing(target))?;
    let length = assignment.schedule.as_ref().and_then(|schedule| schedule.length());
    stage.check("the schedule from start to end", "P30D", or_nothing(length))?;

    let members = stage.admin(V1).members(&group.id).list().items();
    let members = stage
        .until("Step 3.3: Get the members of the group", &members, |members| !members.is_empty())
        .await?;
    let ids: Vec<_> = members.iter().map(|member| member.id.as_str()).collect();
    stage.check("the only member", &requestor1.id, ids.join(", "))?;

    stage.act("Step 4: Clean up resources");
    // The document names the request's id here; what is removed is the assignment, by its own.
    let removal = admin.requests().create(&NewAssignmentRequest::admin_remove(&assignment));
    let removal = stage.step("Remove an access package assignment", &removal).await?;
    // The document does not wait; policy and package can only go when nobody has access.
    let removal = admin.requests().get(&removal.id);
    stage
        .until("Follow the removal to its end", &removal, |request| {
            request.state == Some(RequestState::Delivered)
        })
        .await?;
    let gone = admin.assignments().list().filter(Assignment::POLICY_ID.eq(&policy.id)).one();
    let is_over = |gone: &Assignment| gone.state == Some(AssignmentState::Expired);
    let gone = stage.until("The assignment has ended", &gone, is_over).await?;
    stage.check("the assignment's state", AssignmentState::Expired, or_nothing(gone.state))?;
    owed_access.paid();
    let members = stage.admin(V1).members(&group.id).list().items();
    let members = stage
        .until("The member has left the group", &members, |members| members.is_empty())
        .await?;
    stage.check("the number of members", 0, members.len())?;

    let delete = admin.policies().delete(&policy.id);
    stage.step("Delete the access package assignment policy", &delete).await?;
    owed_policy.paid();
    stage.step("Delete the access package", &admin.packages().delete(&package.id)).await?;
    owed_package.paid();
    Ok(())
}

/// Step 3.2. The document expands what was given, which only beta can express.
async fn get_assignment(stage: &Stage, policy: &AssignmentPolicy) -> Result<Assignment, Failure> {
    let title = "Step 3.2: Get access package assignments";
    let assignments =
        stage.admin(Beta).assignments().list().filter(Assignment::POLICY_ID.eq(&policy.id));
    let given =
        assignments.clone().expand(["target", "accessPackageAssignmentResourceRoles"]).one();
    let Some(assignment) = stage.attempt(title, &given).await? else {
        let target = assignments.expand(["target"]).one();
        return stage.step("Step 3.2, as far as the version goes", &target).await;
    };
    let given = assignment.access_package_assignment_resource_roles.as_deref().unwrap_or_default();
    let statuses: Vec<_> = given.iter().filter_map(|role| role.status.as_deref()).collect();
    stage.check("the status of what was given", "Fulfilled", statuses.join(", "))?;
    Ok(assignment)
}
