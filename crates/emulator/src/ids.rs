use uuid::{Builder, Uuid};

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

    /// A source beside [`Ids::seeded`], for what must not shift its ids.
    pub(crate) fn apart(seed: u64, purpose: &str) -> Self {
        Self { seed: Uuid::new_v5(&Self::seeded(seed).seed, purpose.as_bytes()), given: 0 }
    }

    /// The next guid, in the form of a random one.
    pub(crate) fn next(&mut self) -> String {
        self.given += 1;
        let hashed = Uuid::new_v5(&self.seed, &self.given.to_be_bytes());
        Builder::from_random_bytes(hashed.into_bytes()).into_uuid().to_string()
    }
}

/// Whether `text` has the form of a guid.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}
