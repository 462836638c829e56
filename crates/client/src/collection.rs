use std::marker::PhantomData;

use http::Method;
use model::{
    AccessPackage, AssignmentPolicy, AssignmentRequest, Entity, Group, NewAssignmentRequest,
    NewGroup, NewPackage, NewPolicy, NewResourceRequest, NewRoleAssignment, NewRoleScope, NewUser,
    ResourceRequest, RoleAssignment, RoleScope, User,
};
use serde::Serialize;

use crate::call::Call;
use crate::list::List;
use crate::{Client, Place};

/// A collection of entities. Which verbs it has depends on the entity: see [`Create`] and
/// [`Delete`].
#[derive(Debug, Clone)]
pub struct Collection<R> {
    client: Client,
    place: Place,
    of: PhantomData<fn() -> R>,
}

/// An entity that is created by `POST` to its collection.
pub trait Create: Entity {
    /// What is sent.
    type Draft: Serialize;
}

/// An entity that is deleted by `DELETE` on itself.
pub trait Delete: Entity {}

macro_rules! verbs {
    ($($entity:ident from $draft:ident;)*) => {$(
        impl Create for $entity {
            type Draft = $draft;
        }
    )*};
}

verbs! {
    User from NewUser;
    Group from NewGroup;
    RoleAssignment from NewRoleAssignment;
    ResourceRequest from NewResourceRequest;
    AccessPackage from NewPackage;
    RoleScope from NewRoleScope;
    AssignmentPolicy from NewPolicy;
    AssignmentRequest from NewAssignmentRequest;
}

impl Delete for User {}
impl Delete for Group {}
impl Delete for RoleAssignment {}
impl Delete for AccessPackage {}
impl Delete for RoleScope {}
impl Delete for AssignmentPolicy {}

impl<R: Entity + 'static> Collection<R> {
    pub(crate) fn new(client: &Client, place: Place) -> Self {
        Self { client: client.clone(), place, of: PhantomData }
    }

    /// Many of them: add options, then send, page or stream.
    pub fn list(&self) -> List<R> {
        List::new(&self.client, self.place.clone())
    }

    /// One of them by its id.
    pub fn get(&self, id: &R::Id) -> Call<R> {
        Call::entity(&self.client, Method::GET, &self.place.below(&id.to_string()), None)
    }

    /// A new one.
    pub fn create(&self, draft: &R::Draft) -> Call<R>
    where
        R: Create,
    {
        match serde_json::to_value(draft) {
            Ok(body) => Call::entity(&self.client, Method::POST, &self.place, Some(&body)),
            Err(error) => Call::unsendable(&self.client, Method::POST, error),
        }
    }

    /// Away with one.
    pub fn delete(&self, id: &R::Id) -> Call<()>
    where
        R: Delete,
    {
        Call::unit(&self.client, Method::DELETE, &self.place.below(&id.to_string()))
    }
}
