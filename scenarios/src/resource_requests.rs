//! The six examples of the page "Create accessPackageResourceRequest" (beta), each with a look at
//! what it did.
//!
//! The page's bodies also carry `url`, `resourceType` and `justification`, which v1.0 does not have
//! and the service derives; they are left out on both versions.

use client::{Call, Client};
use harness::{Failure, Stage, or_nothing};
use model::Version::Beta;
use model::{
    Catalog, Environment, NewGroup, NewResourceRequest, RequestState, Resource, ResourceAttribute,
    ResourceRequest, ServicePrincipal,
};

use crate::onboarded::owe_resource;

pub(crate) async fn play(stage: &Stage) -> Result<(), Failure> {
    let admin = stage.admin(Beta);

    stage.act("Prerequisites");
    let general = admin.catalogs().list().filter(Catalog::DISPLAY_NAME.eq("General")).one();
    let general = stage.step("The catalog", &general).await?;

    sites(stage, &admin, &general).await?;
    group(stage, &admin, &general).await?;
    application(stage, &admin, &general).await
}

/// Examples 1 to 3.
async fn sites(stage: &Stage, admin: &Client, general: &Catalog) -> Result<(), Failure> {
    let first = "Example 1: add a site";
    let second = "Example 2: add a site, its environment by @odata.bind";
    let third = "Example 3: add a site, its environment by originId";

    stage.act(first);
    match stage.given("site") {
        None => stage.not_applicable(first, "a SharePoint Online site (given as 'site')"),
        Some(site) => {
            let add = NewResourceRequest::site(general, site).named(&stage.named("Sales"), site);
            let resource = added(stage, admin, general, first, &add, site).await?;
            let _owed = stage.owe("Remove the first site", removal(admin, general, &resource));
        }
    }

    stage.act(second);
    let environments =
        admin.environments().list().filter(Environment::ORIGIN_SYSTEM.eq("SharePointOnline"));
    let environment = stage.step("The environment", &environments.first()).await?;
    let (Some(site), Some(environment)) = (stage.given("second-site"), environment) else {
        let needs = "a second SharePoint Online site (given as 'second-site') and an environment";
        stage.not_applicable(second, needs);
        stage.not_applicable(third, needs);
        return Ok(());
    };
    let add = NewResourceRequest::site(general, site)
        .named(&stage.named("Community Outreach"), site)
        .bound_to(&environment.id);
    let resource = added(stage, admin, general, second, &add, site).await?;
    // The third example adds the same site again, which a catalog takes only once.
    let remove = removal(admin, general, &resource);
    let owed = stage.owe("Remove the second site", remove.clone());
    stage.step("Remove the site again", &remove).await?;
    owed.paid();

    stage.act(third);
    let address = environment.origin_id.as_deref().unwrap_or_default();
    let add = NewResourceRequest::site(general, site)
        .named(&stage.named("Community Outreach"), site)
        .in_environment(address);
    let resource = added(stage, admin, general, third, &add, site).await?;
    let found = resource.environment.as_ref().map(|environment| &environment.id);
    stage.check("the site's environment", &environment.id, or_nothing(found))?;
    let _owed = stage.owe("Remove the second site", removal(admin, general, &resource));
    Ok(())
}

/// Examples 4 and 5.
async fn group(stage: &Stage, admin: &Client, general: &Catalog) -> Result<(), Failure> {
    stage.act("Example 4: add a group");
    let group = NewGroup::security(
        &stage.named("Sales group"),
        &stage.nickname("sales"),
        "A group to be added to a catalog",
    );
    let group = stage.step("A group", &admin.groups().create(&group)).await?;
    let _owed = stage.owe("Delete the group", admin.groups().delete(&group.id));
    let add = NewResourceRequest::group(general, &group.id);
    let resource =
        added(stage, admin, general, "Example 4: add a group", &add, group.id.as_str()).await?;
    let remove = removal(admin, general, &resource);
    let owed = stage.owe("Remove the group from the catalog", remove.clone());

    stage.act("Example 5: remove a resource");
    let removed = stage.step("Example 5: remove a resource", &remove).await?;
    owed.paid();
    stage.check("the request's state", RequestState::Delivered, or_nothing(removed.state))?;
    let left = admin.resources(&general.id).list().filter(Resource::ORIGIN_ID.eq(&group.id));
    let left = stage.step("The resource is gone", &left.first()).await?;
    stage.check(
        "what the catalog still holds of it",
        "nothing",
        or_nothing(left.map(|resource| resource.id)),
    )
}

/// Example 6.
async fn application(stage: &Stage, admin: &Client, general: &Catalog) -> Result<(), Failure> {
    let title = "Example 6: add an application with an attribute";
    stage.act(title);
    let needs = "an enterprise application (its name given as 'application')";
    let Some(name) = stage.given("application") else {
        stage.not_applicable(title, needs);
        return Ok(());
    };
    let named = ServicePrincipal::DISPLAY_NAME.eq(name);
    let principal = admin.service_principals().list().filter(named).first();
    let Some(principal) = stage.step("The application", &principal).await? else {
        stage.not_applicable(title, needs);
        return Ok(());
    };
    let attribute = "extension_2b676109c7c74ae2b41549205f1947ed_personalTitle";
    let add = NewResourceRequest::application(general, &principal.id)
        .named(name, "Example application")
        .with_attribute(ResourceAttribute::asked(attribute, "Title"));
    let resource = added(stage, admin, general, title, &add, principal.id.as_str()).await?;
    let asked = resource.attributes.iter().flatten().map(|a| a.name.as_str()).collect::<Vec<_>>();
    stage.check("the attribute asked for", attribute, asked.join(", "))?;
    let _owed = stage.owe("Remove the application", removal(admin, general, &resource));
    Ok(())
}

/// Adds a resource and finds it in the catalog.
async fn added(
    stage: &Stage,
    admin: &Client,
    general: &Catalog,
    title: &str,
    request: &NewResourceRequest,
    origin: &str,
) -> Result<Resource, Failure> {
    let made = stage.step(title, &admin.resource_requests().create(request)).await?;
    let owed = owe_resource(stage, admin, general, origin);
    stage.check("the request's state", RequestState::Delivered, or_nothing(made.state))?;
    let found = admin
        .resources(&general.id)
        .list()
        .filter(Resource::ORIGIN_ID.eq(origin))
        .expand(["environment"])
        .one();
    let found = stage.step("It is in the catalog", &found).await?;
    owed.paid();
    Ok(found)
}

fn removal(admin: &Client, general: &Catalog, resource: &Resource) -> Call<ResourceRequest> {
    admin.resource_requests().create(&NewResourceRequest::remove(general, resource))
}
