//! Thirty days pass: the assignment ends by itself and the member leaves.
//!
//! No document plays this; what happens follows from the policy's duration and the reference
//! pages' description of expiry.

use harness::{Failure, Stage, or_nothing};
use jiff::SignedDuration;
use model::Version::V1;
use model::{
    Assignment, AssignmentState, Catalog, NewGroup, NewPackage, NewPolicy, NewResourceRequest,
    NewRoleScope, RequestState, Resource, Role,
};

use crate::access::owe_access;
use crate::onboarded::owe_resource;
use crate::requestor::{adopted, asking};

const DAYS: u32 = 30;

pub(crate) async fn play(stage: &Stage) -> Result<(), Failure> {
    let admin = stage.admin(V1);

    stage.act("A package for thirty days");
    let Some(user) = adopted(stage, "The requestor").await? else { return Ok(()) };
    let group = NewGroup::security(
        &stage.named("Thirty days"),
        &stage.nickname("thirty"),
        "Members for thirty days",
    );
    let group = stage.step("A group", &admin.groups().create(&group)).await?;
    let _owed = stage.owe("Delete the group", admin.groups().delete(&group.id));
    let general = admin.catalogs().list().filter(Catalog::DISPLAY_NAME.eq("General")).one();
    let general = stage.step("The catalog", &general).await?;
    let add = admin.resource_requests().create(&NewResourceRequest::group(&general, &group.id));
    stage.step("Add the group to the catalog", &add).await?;
    let owed = owe_resource(stage, &admin, &general, group.id.as_str());
    let resource =
        admin.resources(&general.id).list().filter(Resource::ORIGIN_ID.eq(&group.id)).one();
    let resource = stage.step("The resource", &resource).await?;
    owed.paid();
    let remove = NewResourceRequest::remove(&general, &resource);
    let remove = admin.resource_requests().create(&remove);
    let _owed = stage.owe("Remove the group from the catalog", remove);
    let member = Role::ORIGIN_SYSTEM
        .eq("AadGroup")
        .and(Role::RESOURCE_ID.eq(&resource.id))
        .and(Role::DISPLAY_NAME.eq("Member"));
    let member = admin.resource_roles(&general.id).list().filter(member).one();
    let member = stage.step("Its role", &member).await?;
    let package = NewPackage::in_catalog(&general, &stage.named("Thirty days"));
    let package = stage.step("A package", &admin.packages().create(&package)).await?;
    let _owed = stage.owe("Delete the package", admin.packages().delete(&package.id));
    let grant = NewRoleScope::of(&member, &resource);
    let grant = admin.role_scopes(&package.id).create(&grant);
    stage.step("The role goes into the package", &grant).await?;
    let policy = NewPolicy::for_users(&package, "Thirty days", &[&user]).lasting_days(DAYS);
    let policy = stage.step("A policy", &admin.policies().create(&policy)).await?;
    let _owed = stage.owe("Delete the policy", admin.policies().delete(&policy.id));

    stage.act("Access is given");
    let request = asking(stage, V1, &user, &policy, &package);
    let request = stage.step("The requestor asks", &request).await?;
    let owed_access = owe_access(stage, &admin, &request, &policy);
    let delivered = admin.requests().get(&request.id);
    stage
        .until("The request is delivered", &delivered, |request| {
            request.state == Some(RequestState::Delivered)
        })
        .await?;
    let assignments = admin.assignments().list().filter(Assignment::POLICY_ID.eq(&policy.id));
    let assignment = stage.step("The assignment", &assignments.one()).await?;
    let length = assignment.schedule.as_ref().and_then(|schedule| schedule.length());
    stage.check("the schedule from start to end", "P30D", or_nothing(length))?;
    let members = admin.members(&group.id).list().items();
    let inside = stage.step("The members of the group", &members).await?;
    stage.check("the number of members", 1, inside.len())?;

    stage.act("Thirty days later");
    stage.pass(SignedDuration::from_hours(24 * i64::from(DAYS)))?;
    stage
        .until("The assignment ends", &admin.assignments().get(&assignment.id), |assignment| {
            assignment.state == Some(AssignmentState::Expired)
        })
        .await?;
    owed_access.paid();
    let left = stage.step("The members of the group", &members).await?;
    stage.check("the number of members", 0, left.len())
}
