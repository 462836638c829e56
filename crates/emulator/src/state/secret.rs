//! Secrets in a state file, which nobody but its owner may read.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[expect(clippy::ref_option, reason = "serde hands it so")]
pub(crate) fn serialize<S: Serializer>(
    secret: &Option<SecretString>,
    to: S,
) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|secret| secret.expose_secret()).serialize(to)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<SecretString>, D::Error> {
    Option::<String>::deserialize(from).map(|secret| secret.map(SecretString::from))
}
