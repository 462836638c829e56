use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// An id, mostly a guid. Whatever refers to the same object shares its text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct Id(Arc<str>);

impl Id {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Id {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Id {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<&String> for Id {
    fn from(text: &String) -> Self {
        Self(text.as_str().into())
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl From<&Id> for serde_json::Value {
    fn from(id: &Id) -> Self {
        id.0.as_ref().into()
    }
}

impl Default for Id {
    fn default() -> Self {
        Self::from("")
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A seeded source of guids: the same seed gives the same ids in the same order.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    seed: Uuid,
    given: u64,
}

impl Ids {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { seed: Uuid::new_v5(&Uuid::NAMESPACE_OID, &seed.to_be_bytes()), given: 0 }
    }

    /// How many were given.
    pub(crate) fn given(&self) -> u64 {
        self.given
    }

    /// Goes on behind so many.
    pub(crate) fn resume(&mut self, given: u64) {
        self.given = given;
    }

    /// A source beside [`Ids::seeded`], for what must not shift its ids.
    pub(crate) fn apart(seed: u64, purpose: &str) -> Self {
        Self { seed: Uuid::new_v5(&Self::seeded(seed).seed, purpose.as_bytes()), given: 0 }
    }

    /// The next guid, in the form of a random one.
    pub(crate) fn next(&mut self) -> Id {
        self.given += 1;
        let hashed = Uuid::new_v5(&self.seed, &self.given.to_be_bytes());
        let guid = Builder::from_random_bytes(hashed.into_bytes()).into_uuid();
        Id::from(&*guid.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

/// Whether `text` has the form of a guid.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}
