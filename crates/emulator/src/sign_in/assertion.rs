//! Client assertions: a token that an application signs with the key of its certificate, in place
//! of a secret (RFC 7523, as Microsoft's page on certificate credentials has it).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use serde_json::Value;
use webpki::EndEntityCert;
use webpki::ring::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256_LEGACY_KEY};

use super::Refused;
use super::discovery::is_endpoint;
use super::grant::refused;
use crate::refusal::SIGN_IN_ASSERTION;

/// What `client_assertion_type` says.
pub(super) const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Refuses an assertion that the application's certificate does not vouch for here and now.
pub(super) fn verified(
    assertion: &str,
    certificate: Option<&[u8]>,
    client: &str,
    tenant: &[&str],
    now: Timestamp,
) -> Result<(), Refused> {
    let no = |number: u32, words: &str| refused(number, &SIGN_IN_ASSERTION, words);
    let malformed = || no(50_027, "JWT token is invalid or malformed.");
    let unsigned = || no(700_027, "Client assertion failed signature validation.");
    let (text, signature) = assertion.rsplit_once('.').ok_or_else(malformed)?;
    let (header, claims) = text.split_once('.').ok_or_else(malformed)?;
    let bytes = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed());
    let read = |part: &str| serde_json::from_slice::<Value>(&bytes(part)?).map_err(|_| malformed());
    let (header, claims, signature) = (read(header)?, read(claims)?, bytes(signature)?);
    let algorithm = match header["alg"].as_str() {
        Some("RS256") => RSA_PKCS1_2048_8192_SHA256,
        Some("PS256") => RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        _ => return Err(malformed()),
    };
    let der = CertificateDer::from(certificate.ok_or_else(unsigned)?);
    let certificate = EndEntityCert::try_from(&der).map_err(|_| unsigned())?;
    let signed = certificate.verify_signature(algorithm, text.as_bytes(), &signature);
    signed.map_err(|_| unsigned())?;
    let told = |name: &str| claims[name].as_str().unwrap_or_default();
    if [told("iss"), told("sub")].iter().any(|told| !told.eq_ignore_ascii_case(client)) {
        let words = "The client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.";
        return Err(no(700_021, words));
    }
    if !is_endpoint(told("aud"), tenant) {
        return Err(no(700_023, "Client assertion audience claim does not match Realm issuer."));
    }
    // Python's MSAL writes seconds with a fraction.
    #[expect(clippy::cast_possible_truncation, reason = "seconds of the epoch are far from it")]
    let second = |name: &str| claims[name].as_f64().map(|second| second as i64);
    let begun = second("nbf").is_none_or(|begins| begins <= now.as_second());
    match begun && second("exp").is_some_and(|ends| now.as_second() < ends) {
        true => Ok(()),
        false => Err(no(700_024, "Client assertion is not within its valid time range.")),
    }
}
