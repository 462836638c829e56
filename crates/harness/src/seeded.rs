use std::sync::atomic::{AtomicU64, Ordering};

use uuid::{Builder, Uuid};

/// Names, passwords and request ids that follow from a seed.
#[derive(Debug)]
pub struct Seeded {
    seed: u64,
    namespace: Uuid,
    secrets: Uuid,
    given: AtomicU64,
}

impl Seeded {
    /// The same seeds give the same texts in the same order; passwords follow from `secret_seed`
    /// alone.
    pub fn new(seed: u64, secret_seed: u64) -> Self {
        let namespace = |seed: u64| Uuid::new_v5(&Uuid::NAMESPACE_URL, &seed.to_be_bytes());
        Self {
            seed,
            namespace: namespace(seed),
            secrets: namespace(secret_seed),
            given: AtomicU64::new(0),
        }
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
        Builder::from_random_bytes(self.next(&self.namespace, "request").into_bytes())
            .into_uuid()
            .to_string()
    }

    /// A password that the directory's rules accept: letters of both cases, digits and a sign.
    pub fn password(&self) -> String {
        format!("Pw-{}", self.next(&self.secrets, "password").simple())
    }

    fn next(&self, namespace: &Uuid, what: &str) -> Uuid {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        Uuid::new_v5(namespace, format!("{what} {number}").as_bytes())
    }
}
