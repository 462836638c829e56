//! The tutorial "Create an access package using Microsoft Graph APIs" as it was drafted in June
//! 2020: its twenty-three exchanges in order, all on beta.

use harness::{Failure, Stage, or_nothing};
use model::Version::Beta;
use model::{
    Assignment, AssignmentPolicy, AssignmentState, Catalog, NewAssignmentRequest, NewGroup,
    NewPackage, NewPolicy, NewResourceRequest, NewRoleAssignment, NewRoleScope, NewUser,
    RequestState, Resource, Role, RoleDefinition,
};

use crate::access::owe_access;
use crate::onboarded::owe_resource;

pub(crate) async fn play(stage: &Stage) -> Result<(), Failure> {
    let admin = stage.admin(Beta);

    stage.act("Step 1: Create user accounts and a group");
    // Everything that follows is for the users of this step.
    let Some(domain) = stage.given("domain") else {
        stage.not_applicable("Create user accounts", "the tenant's domain");
        return Ok(());
    };
    let user = |name: &str| NewUser::member(&stage.nickname(name), domain, stage.password());
    let admin1 = stage.step("Create user accounts", &admin.users().create(&user("Admin1"))).await?;
    let owed_admin1 = stage.owe("Delete Admin1", admin.users().delete(&admin1.id));
    let requestor1 =
        stage.step("Create user accounts", &admin.users().create(&user("Requestor1"))).await?;
    let owed_requestor1 = stage.owe("Delete Requestor1", admin.users().delete(&requestor1.id));

    // The role was called Company Administrator when the document was written.
    let role =
        |name: &str| admin.role_definitions().list().filter(RoleDefinition::DISPLAY_NAME.eq(name));
    let then = stage.step("Get role definitions", &role("Company Administrator").first()).await?;
    let role = match then {
        Some(role) => role,
        None => {
            let today = role("Global Administrator").one();
            stage.step("Get role definitions, by today's name", &today).await?
        }
    };
    let assign = NewRoleAssignment::of(&role, &admin1);
    let assign = admin.role_assignments().create(&assign);
    let assigned = stage.step("Assign the administrator role", &assign).await?;
    let owed_role = stage
        .owe("Take the administrator role away", admin.role_assignments().delete(&assigned.id));

    let group = NewGroup::security(
        &stage.named("Marketing resources"),
        &stage.nickname("markres"),
        "Marketing group",
    );
    let group = stage.step("Create a group", &admin.groups().create(&group)).await?;
    let owed_group = stage.owe("Delete the group", admin.groups().delete(&group.id));

    stage.act("Step 2: Add resources to a catalog and create an access package");
    let general = admin.catalogs().list().filter(Catalog::DISPLAY_NAME.eq("General")).one();
    let general = stage.step("Get the catalog identifier", &general).await?;

    // The document also sends a SharePoint address as the group's; the service knows better.
    let add = NewResourceRequest::group(&general, &group.id)
        .named(&stage.named("Marketing resources"), "Marketing group");
    let add = admin.resource_requests().create(&add);
    stage.step("Add the group to the catalog", &add).await?;
    let owed = owe_resource(stage, &admin, &general, group.id.as_str());

    let resource = admin
        .resources(&general.id)
        .list()
        .filter(Resource::DISPLAY_NAME.eq(stage.named("Marketing resources")))
        .one();
    let resource = stage.step("Get catalog resources", &resource).await?;
    owed.paid();
    let remove = NewResourceRequest::remove(&general, &resource);
    let remove = admin.resource_requests().create(&remove);
    let owed_resource = stage.owe("Remove the group from the catalog", remove.clone());

    let member = admin
        .resource_roles(&general.id)
        .list()
        .filter(
            Role::ORIGIN_SYSTEM
                .eq("AadGroup")
                .and(Role::RESOURCE_ID.eq(&resource.id))
                .and(Role::DISPLAY_NAME.eq("Member")),
        )
        .expand(["resource"])
        .one();
    let member = stage.step("Get resources roles", &member).await?;

    let package = NewPackage::in_catalog(&general, &stage.named("Marketing Campaign"))
        .described("Access to resources for the campaign");
    let package =
        stage.step("Create the access package", &admin.packages().create(&package)).await?;
    let owed_package = stage.owe("Delete the access package", admin.packages().delete(&package.id));

    let grant = NewRoleScope::of(&member, &resource);
    let grant = admin.role_scopes(&package.id).create(&grant);
    stage.step("Add a resource role to the access package", &grant).await?;

    let policy = NewPolicy::for_users(&package, "direct", &[&requestor1])
        .described("direct assignments by administrator")
        .lasting_days(30);
    let policy = admin.policies().create(&policy);
    let policy = stage.step("Create a direct assignment to the access package", &policy).await?;
    let owed_policy = stage.owe("Delete the policy", admin.policies().delete(&policy.id));
    let policies = admin.policies().list().filter(AssignmentPolicy::ID.eq(&policy.id)).one();
    stage.step("Get access package assignment policies", &policies).await?;

    stage.act("Step 3: Assign access to the package");
    let request = NewAssignmentRequest::admin_add(&requestor1, &policy, &package);
    let request = admin.requests().create(&request);
    let request = stage.step("Create an access package request", &request).await?;
    let owed_access = owe_access(stage, &admin, &request, &policy);

    stage.act("Step 4: Validate that access has been assigned");
    let status = admin.requests().get(&request.id);
    stage
        .until("Get the status of the request", &status, |request| {
            request.state == Some(RequestState::Delivered)
        })
        .await?;
    let members = admin.members(&group.id).list().items();
    let members = stage
        .until("Get the members of the group", &members, |members| !members.is_empty())
        .await?;
    let ids: Vec<_> = members.iter().map(|member| member.id.as_str()).collect();
    stage.check("the only member", &requestor1.id, ids.join(", "))?;
    let assignments = admin.assignments().list().filter(Assignment::POLICY_ID.eq(&policy.id)).one();
    let assignment = stage.step("Get access package assignments", &assignments).await?;
    stage.check(
        "the assignment's state",
        AssignmentState::Delivered,
        or_nothing(assignment.state.as_ref()),
    )?;

    stage.act("Step 5: Clean up resources");
    let removal = admin.requests().create(&NewAssignmentRequest::admin_remove(&assignment));
    let removal = stage.step("Remove an access package assignment", &removal).await?;
    // The document does not wait; policy and package can only go when nobody has access.
    let removal = admin.requests().get(&removal.id);
    stage
        .until("Follow the removal to its end", &removal, |request| {
            request.state == Some(RequestState::Delivered)
        })
        .await?;
    owed_access.paid();
    let delete = admin.policies().delete(&policy.id);
    stage.step("Delete the access package assignment policy", &delete).await?;
    owed_policy.paid();
    stage.step("Delete the access package", &admin.packages().delete(&package.id)).await?;
    owed_package.paid();
    // The document forgets the catalog; a group that is deleted first leaves a stale resource.
    stage.step("Remove the group from the catalog", &remove).await?;
    owed_resource.paid();
    stage.step("Delete the user accounts", &admin.users().delete(&requestor1.id)).await?;
    owed_requestor1.paid();
    // The document forgets it, and an application may not delete a user who has such a role (reference
    // page of "Delete a user").
    let delete = admin.role_assignments().delete(&assigned.id);
    stage.step("Take the administrator role away", &delete).await?;
    owed_role.paid();
    stage.step("Delete the user accounts", &admin.users().delete(&admin1.id)).await?;
    owed_admin1.paid();
    stage.step("Delete the group", &admin.groups().delete(&group.id)).await?;
    owed_group.paid();
    Ok(())
}
