//! What an application signs with its certificate's key in place of a secret.

use std::path::Path;

use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clock::SharedClock;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PSS_SHA256, RsaKeyPair};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;

use crate::CredentialError;

/// Seconds for which an assertion holds; it is used at once.
const HOLDS: i64 = 600;

/// A certificate with its key.
pub(crate) struct Certificate {
    key: RsaKeyPair,
    /// The SHA-256 of the certificate, by which the platform finds it.
    thumbprint: String,
    client: String,
    audience: String,
    clock: SharedClock,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("client", &self.client).finish_non_exhaustive()
    }
}

impl Certificate {
    /// Reads a PEM file with the certificate and its RSA key. `audience` is the token endpoint.
    pub(crate) fn read(
        path: &Path,
        client: &str,
        audience: String,
        clock: SharedClock,
    ) -> Result<Self, CredentialError> {
        let unusable = |why: String| CredentialError::Unusable {
            place: format!("AZURE_CLIENT_CERTIFICATE_PATH ({})", path.display()),
            why,
        };
        let text = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
        let certificate = CertificateDer::from_pem_slice(&text)
            .map_err(|error| unusable(format!("expected a certificate in PEM: {error}")))?;
        let key = PrivateKeyDer::from_pem_slice(&text)
            .map_err(|_| unusable("expected the certificate's private key beside it, in PEM and without a password; found none".to_owned()))?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err(unusable("expected an RSA key, found another kind".to_owned())),
        };
        let key = key.map_err(|error| {
            unusable(format!("expected an RSA key of at least 2048 bits: {error}"))
        })?;
        let digest = ring::digest::digest(&ring::digest::SHA256, &certificate);
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(digest);
        Ok(Self { key, thumbprint, client: client.to_owned(), audience, clock })
    }

    /// A signed assertion that holds from now on.
    pub(crate) fn assertion(&self) -> Option<String> {
        let now = self.clock.now().as_second();
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint});
        let claims = json!({
            "aud": self.audience,
            "iss": self.client,
            "sub": self.client,
            "jti": uuid::Uuid::new_v4().to_string(),
            "nbf": now,
            "exp": now + HOLDS,
        });
        let part = |value: &serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        let random = SystemRandom::new();
        self.key.sign(&RSA_PSS_SHA256, &random, text.as_bytes(), &mut signature).ok()?;
        Some(format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }
}

#[async_trait::async_trait]
impl ClientAssertion for Certificate {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.assertion().ok_or_else(|| {
            let words = "this machine has no randomness to sign with";
            azure_core::Error::with_message(azure_core::error::ErrorKind::Credential, words)
        })
    }
}
