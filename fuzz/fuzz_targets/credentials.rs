//! Input from callers and from an issuer: any header, token and set of keys is answered without panic. The
//! first byte chooses; a third of the inputs is signed, so that what lies behind the signature is reached as
//! well.
#![no_main]

#[path = "../../shared/auth/tests/auth/issuer.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod issuer;

use std::sync::LazyLock;

use branchline_auth::{Credential, KeySet};
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use issuer::{Issuer, SigningKey, TestClock};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

static KEY: LazyLock<SigningKey> = LazyLock::new(SigningKey::ed25519);
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));

fn verify(token: &str) {
    let issuer = Issuer::new(&[KEY.jwk("a")]);
    issuer.set_delay(std::time::Duration::ZERO);
    let verifier = issuer.verifier(&TestClock::new());
    let _ = RUNTIME.block_on(verifier.verify(token));
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    match choice % 3 {
        0 => {
            let _ = KeySet::parse(data);
        }
        1 => {
            let Ok(value) = HeaderValue::from_bytes(data) else { return };
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
            if let Ok(Some(credential)) = Credential::from_headers(&headers) {
                let _ = credential.kind();
                verify(credential.expose());
            }
        }
        _ => {
            let text = String::from_utf8_lossy(data);
            let (header, claims) = text.split_once('\n').unwrap_or((r#"{"alg":"EdDSA","kid":"a"}"#, &text));
            verify(&KEY.sign_text(header, claims));
        }
    }
});
