//! The keys that an issuer publishes (RFC 7517).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::crypto::PublicKey;

/// The largest set that is read, in bytes; issuers' sets have a few kilobytes.
pub const MAX_KEY_SET_LENGTH: usize = 64 * 1024;

/// The most keys that a set may have.
const MAX_KEYS: usize = 20;

/// The sizes of an RSA key in bits: less is broken (NIST SP 800-131A), more takes long to verify.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The longest exponent of an RSA key in bytes; nearly all are 65537.
const MAX_EXPONENT_LENGTH: usize = 8;

/// The longest id of a key in bytes.
pub(crate) const MAX_KID_LENGTH: usize = 255;

/// The keys of an issuer that can verify.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<Arc<Key>>,
}

/// Why a set of keys is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// It has more than 64 kB.
    #[error("it is larger than 64 kB")]
    TooLarge,
    /// It is no `{"keys": […]}`.
    #[error("it is no JSON object with keys")]
    Malformed,
    /// It has more than 20 keys.
    #[error("it has more than 20 keys")]
    TooManyKeys,
    /// None of its keys can verify.
    #[error("none of its keys is an Ed25519, P-256 or RSA key for signatures")]
    NoKey,
}

/// A key, for one algorithm.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: Option<String>,
    pub(crate) algorithm: Algorithm,
    pub(crate) decoding_key: DecodingKey,
    /// The same for the same key under the same id alone.
    pub(crate) fingerprint: [u8; 32],
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads a set. Keys are read one by one: what is of another kind, for another use, too weak or broken is
    /// skipped, so that an issuer may publish more than we know. Of two keys with one id the first counts.
    ///
    /// # Errors
    /// Nothing in the set can verify, or it is no set.
    pub fn parse(text: &[u8]) -> Result<Self, KeySetError> {
        if text.len() > MAX_KEY_SET_LENGTH {
            return Err(KeySetError::TooLarge);
        }
        let document: Document = serde_json::from_slice(text).map_err(|_| KeySetError::Malformed)?;
        if document.keys.len() > MAX_KEYS {
            return Err(KeySetError::TooManyKeys);
        }
        let keys: Vec<_> = document.keys.iter().filter_map(Key::parse).map(Arc::new).collect();
        if keys.is_empty() { Err(KeySetError::NoKey) } else { Ok(Self { keys }) }
    }

    /// Returns the number of keys in the set that can verify.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Never, since such a set is refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key of an id; without one, the only key of the set.
    pub(crate) fn find(&self, id: Option<&str>) -> Option<&Arc<Key>> {
        match (id, self.keys.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(_), keys) => keys.iter().find(|key| key.id.as_deref() == id),
        }
    }
}

impl Key {
    /// The algorithm follows from the key (RFC 8725, section 3.1), never from a token.
    fn parse(jwk: &Value) -> Option<Self> {
        let text = |name| jwk.get(name).and_then(Value::as_str);
        let bytes = |name| text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let (algorithm, names, material) = match (text("kty")?, text("crv")) {
            ("RSA", _) => (Algorithm::RS256, &["RS256"][..], Material::rsa(bytes("n")?, bytes("e")?)?),
            ("EC", Some("P-256")) => {
                (Algorithm::ES256, &["ES256"][..], Material::p256(&bytes("x")?, &bytes("y")?)?)
            }
            ("OKP", Some("Ed25519")) => {
                (Algorithm::EdDSA, &["EdDSA", "Ed25519"][..], Material::ed25519(bytes("x")?)?)
            }
            _ => return None,
        };
        let is_or_absent = |name, values: &[&str]| {
            jwk.get(name).is_none_or(|v| v.as_str().is_some_and(|v| values.contains(&v)))
        };
        let may_verify = |operations: &Value| {
            operations.as_array().is_some_and(|operations| operations.iter().any(|one| one == "verify"))
        };
        let id = match jwk.get("kid") {
            None => None,
            Some(Value::String(id)) if id.len() <= MAX_KID_LENGTH => Some(id.clone()),
            Some(_) => return None,
        };
        let is_for_signatures = is_or_absent("alg", names)
            && is_or_absent("use", &["sig"])
            && jwk.get("key_ops").is_none_or(may_verify);
        is_for_signatures.then(|| Self {
            fingerprint: material.fingerprint(id.as_deref()),
            id,
            algorithm,
            decoding_key: material.decoding_key(),
        })
    }
}

/// The parts of a key, once OpenSSL has taken it.
enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// Uncompressed: 4, then both coordinates (SEC 1, section 2.3.3).
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Material {
    fn rsa(n: Vec<u8>, e: Vec<u8>) -> Option<Self> {
        let n: Vec<u8> = n.into_iter().skip_while(|byte| *byte == 0).collect();
        let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
        if e.len() > MAX_EXPONENT_LENGTH {
            return None;
        }
        let exponent = e.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
        // With 1 a signature is its own message; an even one has no inverse.
        let is_strong = RSA_BITS.contains(&bits) && exponent >= 3 && exponent % 2 == 1;
        (is_strong && PublicKey::rsa(&n, &e).is_ok()).then_some(Self::Rsa { n, e })
    }

    fn p256(x: &[u8], y: &[u8]) -> Option<Self> {
        let point = [&[4], x, y].concat();
        let is_point = x.len() == 32 && y.len() == 32 && PublicKey::p256(&point).is_ok();
        is_point.then_some(Self::P256(point))
    }

    fn ed25519(bytes: Vec<u8>) -> Option<Self> {
        PublicKey::ed25519(&bytes).is_ok().then_some(Self::Ed25519(bytes))
    }

    fn decoding_key(&self) -> DecodingKey {
        match self {
            Self::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
            Self::P256(point) => DecodingKey::from_ec_der(point),
            Self::Ed25519(bytes) => DecodingKey::from_ed_der(bytes),
        }
    }

    fn fingerprint(&self, id: Option<&str>) -> [u8; 32] {
        let mut hash = Sha256::new();
        // Each part with its length, so that no two keys run into the same bytes.
        let mut part = |bytes: &[u8]| {
            hash.update(bytes.len().to_be_bytes());
            hash.update(bytes);
        };
        part(id.unwrap_or_default().as_bytes());
        match self {
            Self::Rsa { n, e } => {
                part(n);
                part(e);
            }
            Self::P256(bytes) | Self::Ed25519(bytes) => part(bytes),
        }
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::ec::{EcGroup, EcKey};
    use openssl::nid::Nid;
    use openssl::pkey::PKey;
    use openssl::rsa::Rsa;
    use serde_json::json;

    fn b64(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn ed25519() -> Value {
        let key = PKey::generate_ed25519().unwrap();
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": b64(&key.raw_public_key().unwrap()) })
    }

    fn rsa(bits: u32) -> Value {
        let key = Rsa::generate(bits).unwrap();
        json!({ "kty": "RSA", "kid": "rsa", "n": b64(&key.n().to_vec()), "e": b64(&key.e().to_vec()) })
    }

    fn p256() -> Value {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = EcKey::generate(&group).unwrap();
        let mut context = openssl::bn::BigNumContext::new().unwrap();
        let (mut x, mut y) = (openssl::bn::BigNum::new().unwrap(), openssl::bn::BigNum::new().unwrap());
        key.public_key().affine_coordinates(&group, &mut x, &mut y, &mut context).unwrap();
        let coordinate = |number: openssl::bn::BigNum| b64(&number.to_vec_padded(32).unwrap());
        json!({ "kty": "EC", "crv": "P-256", "kid": "ec", "x": coordinate(x), "y": coordinate(y) })
    }

    fn parse(keys: &[Value]) -> Result<KeySet, KeySetError> {
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
    }

    fn with(mut key: Value, name: &str, value: impl Into<Value>) -> Value {
        key[name] = value.into();
        key
    }

    #[test]
    fn each_kind_of_key_is_for_one_algorithm() {
        let set = parse(&[ed25519(), rsa(2048), p256()]).unwrap();
        let algorithms: Vec<_> = set.keys.iter().map(|key| key.algorithm).collect();
        assert_eq!(algorithms, [Algorithm::EdDSA, Algorithm::RS256, Algorithm::ES256]);
    }

    #[test]
    fn what_cannot_verify_is_skipped_and_the_rest_is_used() {
        let good = with(ed25519(), "kid", "good");
        let off_the_curve = with(p256(), "y", b64(&[7; 32]));
        for bad in [
            json!({ "kty": "oct", "kid": "bad", "k": b64(b"a secret of the one who knows it") }),
            json!({ "kty": "oct", "kid": "bad", "alg": "HS256", "k": "" }),
            with(ed25519(), "use", "enc"),
            with(ed25519(), "use", 7),
            with(ed25519(), "alg", "HS256"),
            with(ed25519(), "alg", "RS256"),
            with(rsa(2048), "alg", "PS256"),
            with(rsa(2048), "alg", "RS512"),
            with(rsa(2048), "e", b64(&[1])),
            with(rsa(2048), "e", b64(&[1, 0, 0])),
            with(rsa(2048), "e", b64(&[1; 9])),
            with(rsa(2048), "n", ""),
            with(p256(), "alg", "ES384"),
            with(p256(), "crv", "secp256k1"),
            with(p256(), "crv", "P-384"),
            with(p256(), "x", b64(&[1; 31])),
            off_the_curve,
            with(ed25519(), "crv", "Ed448"),
            with(ed25519(), "crv", "X25519"),
            with(ed25519(), "x", b64(&[1; 31])),
            with(ed25519(), "x", "not base64url!"),
            with(ed25519(), "key_ops", json!(["sign"])),
            with(ed25519(), "key_ops", "verify"),
            with(ed25519(), "kid", 7),
            with(ed25519(), "kid", "x".repeat(256)),
            with(ed25519(), "kty", "future"),
            rsa(1024),
            json!("a key"),
            json!(null),
        ] {
            assert_eq!(parse(std::slice::from_ref(&bad)).unwrap_err(), KeySetError::NoKey, "{bad}");
            let set = parse(&[bad, good.clone()]).unwrap();
            assert_eq!((set.len(), set.keys[0].id.as_deref()), (1, Some("good")));
        }
        let marked = with(with(good, "use", "sig"), "key_ops", json!(["verify"]));
        assert!(parse(&[with(marked, "alg", "EdDSA")]).is_ok());
    }

    #[test]
    fn a_set_that_is_none_or_too_large_is_refused() {
        for text in ["", "null", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, "<html>", r#"{"keys":["#] {
            assert_eq!(KeySet::parse(text.as_bytes()).unwrap_err(), KeySetError::Malformed, "{text}");
        }
        assert_eq!(parse(&[]).unwrap_err(), KeySetError::NoKey);
        let one = ed25519();
        assert!(parse(&vec![one.clone(); 20]).is_ok());
        assert_eq!(parse(&vec![one.clone(); 21]).unwrap_err(), KeySetError::TooManyKeys);
        let filled = with(one, "x5c", "x".repeat(MAX_KEY_SET_LENGTH));
        assert_eq!(parse(&[filled]).unwrap_err(), KeySetError::TooLarge);
    }

    #[test]
    fn a_key_is_found_by_its_id_or_where_it_is_the_only_one() {
        let one = parse(&[with(ed25519(), "kid", "a")]).unwrap();
        assert!(one.find(Some("a")).is_some());
        assert!(one.find(None).is_some());
        for other in ["", "A", "a ", "../a"] {
            assert!(one.find(Some(other)).is_none(), "{other}");
        }
        let two = parse(&[with(ed25519(), "kid", "a"), with(p256(), "kid", "b")]).unwrap();
        assert_eq!(two.find(Some("b")).unwrap().algorithm, Algorithm::ES256);
        assert!(two.find(None).is_none());
        let mut nameless = ed25519();
        nameless.as_object_mut().unwrap().remove("kid");
        let nameless = parse(&[nameless]).unwrap();
        assert!(nameless.find(None).is_some());
        assert!(nameless.find(Some("a")).is_none());
    }

    #[test]
    fn another_key_under_the_same_id_has_another_fingerprint() {
        let fingerprint = |key: &Value| parse(std::slice::from_ref(key)).unwrap().keys[0].fingerprint;
        let (one, other) = (ed25519(), ed25519());
        assert_eq!(fingerprint(&one), fingerprint(&one.clone()));
        assert_ne!(fingerprint(&one), fingerprint(&other));
        assert_ne!(fingerprint(&one), fingerprint(&with(one.clone(), "kid", "x")));
    }
}
