//! An issuer of tokens that signs whatever a test asks for.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use branchline_auth::{AuthConfig, Clock, Fetch, FetchError, FetchedKeys, Verifier};
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sha::sha256;
use openssl::sign::Signer;
use serde_json::{Value, json};

pub const NOW: u64 = 1_800_000_000;
pub const ISSUER: &str = "https://id.example/";
pub const AUDIENCE: &str = "branchline";

pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key of an issuer.
pub enum SigningKey {
    Ed25519(PKey<Private>),
    P256(EcKey<Private>),
    Rsa(PKey<Private>),
}

fn p256() -> EcGroup {
    EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()
}

impl SigningKey {
    pub fn ed25519() -> Self {
        Self::Ed25519(PKey::generate_ed25519().unwrap())
    }

    pub fn p256() -> Self {
        Self::P256(EcKey::generate(&p256()).unwrap())
    }

    pub fn rsa(bits: u32) -> Self {
        Self::Rsa(PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap())
    }

    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "EdDSA",
            Self::P256(_) => "ES256",
            Self::Rsa(_) => "RS256",
        }
    }

    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Ed25519(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": b64(key.raw_public_key().unwrap()) })
            }
            Self::P256(key) => {
                let (mut x, mut y) = (BigNum::new().unwrap(), BigNum::new().unwrap());
                let mut context = BigNumContext::new().unwrap();
                key.public_key().affine_coordinates(&p256(), &mut x, &mut y, &mut context).unwrap();
                let coordinate = |number: BigNum| b64(number.to_vec_padded(32).unwrap());
                json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": coordinate(x), "y": coordinate(y) })
            }
            Self::Rsa(key) => {
                let key = key.rsa().unwrap();
                json!({ "kty": "RSA", "kid": kid, "n": b64(key.n().to_vec()), "e": b64(key.e().to_vec()) })
            }
        }
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => {
                Signer::new_without_digest(key).unwrap().sign_oneshot_to_vec(message).unwrap()
            }
            Self::P256(key) => {
                let signature = EcdsaSig::sign(&sha256(message), key).unwrap();
                let part = |number: &openssl::bn::BigNumRef| number.to_vec_padded(32).unwrap();
                [part(signature.r()), part(signature.s())].concat()
            }
            Self::Rsa(key) => {
                Signer::new(MessageDigest::sha256(), key).unwrap().sign_oneshot_to_vec(message).unwrap()
            }
        }
    }

    /// Signs a header and claims as they are.
    pub fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", b64(header), b64(claims));
        let signature = b64(self.signature(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// Signs claims under an id of the key.
    pub fn sign(&self, kid: &str, claims: &Value) -> String {
        let header = json!({ "alg": self.algorithm(), "typ": "JWT", "kid": kid });
        self.sign_text(&header.to_string(), &claims.to_string())
    }
}

/// Claims that hold at [`NOW`], with some replaced, or left out where they are null.
pub fn claims(changes: Value) -> Value {
    let mut claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "user|7",
        "iat": NOW - 60, "nbf": NOW - 60, "exp": NOW + 840,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

pub fn config(url: &str) -> AuthConfig {
    AuthConfig::from_lookup(|name| match name {
        "AUTH_JWKS_URL" => Some(url.to_owned()),
        "AUTH_ISSUER" => Some(ISSUER.to_owned()),
        "AUTH_AUDIENCE" => Some(AUDIENCE.to_owned()),
        _ => None,
    })
    .unwrap()
    .unwrap()
}

/// A clock that a test sets.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicU64::new(NOW)))
    }

    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Arc::new(move || -> SystemTime { UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::SeqCst)) })
    }
}

/// An issuer's published keys, which a test changes, and its number of requests.
#[derive(Clone)]
pub struct Issuer {
    published: Arc<Mutex<Published>>,
    fetches: Arc<AtomicUsize>,
}

struct Published {
    body: Option<String>,
    max_age: Option<Duration>,
    delay: Duration,
}

impl Issuer {
    pub fn new(keys: &[Value]) -> Self {
        let published = Published { body: None, max_age: None, delay: Duration::from_millis(20) };
        let issuer = Self { published: Arc::new(Mutex::new(published)), fetches: Arc::default() };
        issuer.publish(keys);
        issuer
    }

    pub fn publish(&self, keys: &[Value]) {
        self.publish_text(&json!({ "keys": keys }).to_string());
    }

    pub fn publish_text(&self, text: &str) {
        self.published.lock().unwrap().body = Some(text.to_owned());
    }

    /// Lets every fetch fail from now on.
    pub fn vanish(&self) {
        self.published.lock().unwrap().body = None;
    }

    pub fn set_max_age(&self, seconds: u64) {
        self.published.lock().unwrap().max_age = Some(Duration::from_secs(seconds));
    }

    pub fn set_delay(&self, delay: Duration) {
        self.published.lock().unwrap().delay = delay;
    }

    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    pub fn fetch(&self) -> Fetch {
        let issuer = self.clone();
        Box::new(move || {
            issuer.fetches.fetch_add(1, Ordering::SeqCst);
            let published = issuer.published.lock().unwrap();
            let (body, max_age, delay) = (published.body.clone(), published.max_age, published.delay);
            Box::pin(async move {
                tokio::time::sleep(delay).await;
                let body = body.ok_or(FetchError::TimedOut)?.into();
                Ok(FetchedKeys { body, max_age })
            })
        })
    }

    pub fn verifier(&self, clock: &TestClock) -> Verifier {
        Verifier::with(config("https://id.example/keys"), self.fetch(), clock.clock())
    }
}
