//! A resource that a play put into a catalog, taken out wherever the play ends.

use client::Client;
use harness::{Debt, Stage};
use model::{Catalog, NewResourceRequest, Resource};

/// What was just added to `catalog` is owed before its id is known: it is looked for by its origin.
/// Once the id is known the play owes the removal itself, and pays this.
pub(crate) fn owe_resource(stage: &Stage, admin: &Client, catalog: &Catalog, origin: &str) -> Debt {
    let found = admin.resources(&catalog.id).list();
    let found = found.filter(Resource::ORIGIN_ID.eq(origin)).items();
    let (admin, catalog) = (admin.clone(), catalog.clone());
    stage.owe_work("Take the resource out of the catalog", move |_| {
        let (admin, catalog, found) = (admin.clone(), catalog.clone(), found.clone());
        async move {
            for resource in found.send().await? {
                let remove = NewResourceRequest::remove(&catalog, &resource);
                admin.resource_requests().create(&remove).send().await?;
            }
            Ok(())
        }
    })
}
