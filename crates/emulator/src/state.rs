use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};

use crate::directory::Directory;
use crate::entitlement::Entitlement;
use crate::ids::{Id, Ids};

/// Records by id, in the order they were made, so that lists are stable.
pub(crate) type Table<T> = IndexMap<Id, T>;

/// Everything that the tenant knows.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) ids: Ids,
    /// Whether the tenant has the licence that entitlement management asks for.
    pub(crate) licensed: bool,
    pub(crate) directory: Directory,
    pub(crate) entitlement: Entitlement,
}

/// Who made a call, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// The user's object id.
    pub(crate) user: &'a str,
    /// The application id of the client that they call with.
    pub(crate) client: &'a str,
    /// Now.
    pub(crate) now: Timestamp,
}

/// How long the service takes to look at a request, and from then on to deliver and to notify. Live
/// runs saw 6 s (2022) and 23 s (2020) from the request to its completion.
pub(crate) const BEGINS_AFTER: SignedDuration = SignedDuration::from_secs(3);
pub(crate) const DELIVERS_AFTER: SignedDuration = SignedDuration::from_secs(3);
pub(crate) const NOTIFIES_AFTER: SignedDuration = SignedDuration::from_secs(5);
