//! An issuer of JWTs on loopback, which functions under test trust.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const AUDIENCE: &str = "branchline";

/// An issuer with one key at a time, which signs whatever a test asks for. It answers until its runtime ends.
pub struct Issuer {
    url: String,
    key: Arc<Mutex<Key>>,
}

struct Key {
    id: u32,
    pair: PKey<Private>,
}

impl Key {
    fn generate(id: u32) -> Self {
        Self { id, pair: PKey::generate_ed25519().unwrap() }
    }

    fn published(&self) -> String {
        let x = BASE64_URL_SAFE_NO_PAD.encode(self.pair.raw_public_key().unwrap());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": self.id.to_string(), "x": x }] })
            .to_string()
    }
}

impl Issuer {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let key = Arc::new(Mutex::new(Key::generate(1)));
        let published = Arc::clone(&key);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let body = published.lock().unwrap().published();
                tokio::spawn(answer(stream, body));
            }
        });
        Self { url, key }
    }

    /// The environment variables that tell a function about the issuer.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, String); 3] {
        [
            ("AUTH_JWKS_URL", format!("{}/keys", self.url)),
            ("AUTH_ISSUER", self.url.clone()),
            ("AUTH_AUDIENCE", AUDIENCE.to_owned()),
        ]
    }

    /// Replaces the key: tokens of the former one hold no longer.
    pub fn rotate(&self) {
        let mut key = self.key.lock().unwrap();
        *key = Key::generate(key.id + 1);
    }

    /// A token that holds for a quarter of an hour, with further claims, or others in place of its own.
    #[must_use]
    pub fn token(&self, claims: &Value) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut all = json!({ "iss": self.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 900 });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let key = self.key.lock().unwrap();
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": key.id.to_string() });
        let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encode(&header), encode(&all));
        let mut signer = Signer::new_without_digest(&key.pair).unwrap();
        let signature = signer.sign_oneshot_to_vec(message.as_bytes()).unwrap();
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// A token of a user in an organization, by their names, with a role.
    #[must_use]
    pub fn member(&self, user: &str, organization: &str, role: &str) -> String {
        self.token(&json!({ "sub": user, "org_id": organization, "org_role": role }))
    }
}

async fn answer(mut stream: TcpStream, body: String) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        request.push(byte);
    }
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all((head + &body).as_bytes()).await;
}
