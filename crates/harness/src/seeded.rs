use std::sync::atomic::{AtomicU64, Ordering};

use uuid::{Builder, Uuid};

/// Names, passwords and request ids that follow from a seed.
#[derive(Debug)]
pub struct Seeded {
    seed: u64,
    namespace: Uuid,
    given: AtomicU64,
}

impl Seeded {
    /// The same seed gives the same texts in the same order.
    pub fn new(seed: u64) -> Self {
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, &seed.to_be_bytes());
        Self { seed, namespace, given: AtomicU64::new(0) }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What every name that a run makes begins with.
    pub fn prefix(&self) -> String {
        format!("entitle{:06x}", self.namespace.as_u128() & 0x00ff_ffff)
    }

    /// The next id of a request.
    pub fn request_id(&self) -> String {
        Builder::from_random_bytes(self.next("request").into_bytes()).into_uuid().to_string()
    }

    /// A password that the directory's rules accept: letters of both cases, digits and a sign.
    pub fn password(&self) -> String {
        format!("Pw-{}", self.next("password").simple())
    }

    fn next(&self, what: &str) -> Uuid {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        Uuid::new_v5(&self.namespace, format!("{what} {number}").as_bytes())
    }
}
