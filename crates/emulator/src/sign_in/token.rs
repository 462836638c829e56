use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use model::Cloud;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use serde_json::{Value, json};

/// The key with which this emulator signs. It is public and proves nothing: whoever has the
/// sources can sign with it. It is stored because making one takes longer than the emulator's start.
static KEY: &[u8] = include_bytes!("public-test-key-trust-nothing-it-signs.pk8");

static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
    let key = RsaKeyPair::from_pkcs8(KEY).expect("the stored key is one");
    let public = PublicKeyComponents::<Vec<u8>>::from(key.public());
    let digest = ring::digest::digest(&ring::digest::SHA256, &public.n);
    let id = BASE64_URL_SAFE_NO_PAD.encode(&digest.as_ref()[..20]);
    Signer { key, public, id }
});

struct Signer {
    key: RsaKeyPair,
    public: PublicKeyComponents<Vec<u8>>,
    /// What names the key in tokens and in the key set.
    id: String,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is none, or nobody here signed it.
    Foreign,
    /// Its time is over, or has not begun.
    Expired,
    /// It is for the Graph of another cloud.
    Elsewhere,
}

/// The keys by which everybody can verify tokens.
pub(super) fn jwks() -> Value {
    let Signer { public, id, .. } = &*SIGNER;
    json!({"keys": [{
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": id,
        "x5t": id,
        "n": BASE64_URL_SAFE_NO_PAD.encode(&public.n),
        "e": BASE64_URL_SAFE_NO_PAD.encode(&public.e),
    }]})
}

/// A token with `claims`, or `None` where the machine has no randomness to blind the signature.
pub(super) fn signed(claims: &Value) -> Option<String> {
    let Signer { key, id, .. } = &*SIGNER;
    let header = json!({"typ": "JWT", "alg": "RS256", "x5t": id, "kid": id});
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&header), part(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
    Some(format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
}

/// Whether a token is for the Graph of a cloud that is not `cloud`.
pub(crate) fn of_another_graph(claims: &Value, cloud: Cloud) -> bool {
    let host = claims["aud"].as_str().and_then(|audience| audience.strip_prefix("https://"));
    host.is_some_and(|host| {
        host != cloud.graph() && Cloud::ALL.iter().any(|other| other.graph() == host)
    })
}

/// The claims of a token that was signed here and holds now.
pub(crate) fn verified(token: &str, now: Timestamp) -> Result<Value, Unfit> {
    let (text, signature) = token.rsplit_once('.').ok_or(Unfit::Foreign)?;
    let (_, claims) = text.split_once('.').ok_or(Unfit::Foreign)?;
    let bytes = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| Unfit::Foreign);
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, SIGNER.key.public_key());
    key.verify(text.as_bytes(), &bytes(signature)?).map_err(|_| Unfit::Foreign)?;
    let claims: Value = serde_json::from_slice(&bytes(claims)?).map_err(|_| Unfit::Foreign)?;
    let second = |name: &str| claims[name].as_i64().ok_or(Unfit::Foreign);
    match (second("nbf")?..second("exp")?).contains(&now.as_second()) {
        true => Ok(claims),
        false => Err(Unfit::Expired),
    }
}
