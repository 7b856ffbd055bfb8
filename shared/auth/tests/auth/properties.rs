//! Any bytes end in an answer.

use branchline_auth::{ApiToken, Credential, KeySet};
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::issuer::{Issuer, SigningKey, TestClock, claims};

/// JSON of any shape, with the members that are looked for among its names.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        "[a-z]{0,3}",
        proptest::sample::select(vec![
            "iss",
            "aud",
            "sub",
            "exp",
            "nbf",
            "iat",
            "o",
            "id",
            "role",
            "org_id",
            "keys",
            "kty",
            "crv",
            "n",
            "e",
            "x",
            "y",
            "kid",
            "use",
            "alg",
            "typ",
            "token_use",
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        proptest::sample::select(vec!["RSA", "EC", "OKP", "P-256", "Ed25519", "sig", "AQAB", "EdDSA", "JWT"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((name.clone(), inner), 0..8).prop_map(|members| members.into_iter().collect::<Value>()),
        ]
    })
}

fn verify(key: &SigningKey, token: &str) -> bool {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let verifier = Issuer::new(&[key.jwk("a")]).verifier(&TestClock::new());
    runtime.block_on(verifier.verify(token)).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_header_is_read_without_panic(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
            if let Ok(Some(credential)) = Credential::from_headers(&headers) {
                let _ = credential.kind();
            }
        }
    }

    #[test]
    fn any_text_after_the_scheme_has_a_kind(text in "[ -~]{0,80}", is_api_token: bool) {
        let text = if is_api_token { format!("bl_{text}") } else { text };
        let headers = HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {text}").parse().unwrap())]);
        if let Ok(Some(credential)) = Credential::from_headers(&headers) {
            prop_assert_eq!(credential.expose(), text.trim());
            prop_assert!(!is_api_token || credential.kind().is_err());
        }
    }

    #[test]
    fn any_text_is_no_api_token(text in ".{0,80}") {
        prop_assert!(ApiToken::parse(&text).is_err());
        let text = format!("bl_{text}");
        prop_assert!(ApiToken::parse(&text).is_err());
    }

    #[test]
    fn any_bytes_are_no_set_of_keys(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(KeySet::parse(&bytes).is_err());
    }

    #[test]
    fn keys_of_any_shape_are_read_or_skipped(keys in vec(any_json(), 0..6)) {
        let mut keys = keys;
        keys.push(SigningKey::ed25519().jwk("good"));
        let set = KeySet::parse(json!({ "keys": keys }).to_string().as_bytes());
        prop_assert!(!set.unwrap().is_empty());
    }

    #[test]
    fn any_text_is_no_token(text in "[a-zA-Z0-9_.=+/ -]{0,200}") {
        prop_assert!(!verify(&SigningKey::ed25519(), &text));
    }

    #[test]
    fn a_signed_token_of_any_shape_is_answered(header in any_json(), payload in any_json()) {
        let key = SigningKey::ed25519();
        verify(&key, &key.sign_text(&header.to_string(), &payload.to_string()));
        let good_header = json!({ "alg": "EdDSA", "kid": "a" });
        verify(&key, &key.sign_text(&good_header.to_string(), &payload.to_string()));
    }

    #[test]
    fn claims_of_any_value_are_answered(name in "[a-z_]{1,8}", value in any_json()) {
        let key = SigningKey::ed25519();
        let mut all = claims(json!({}));
        all[&name] = value.clone();
        for known in ["sub", "exp", "aud", "o", "org_id", "email", "org_role"] {
            all[known] = value.clone();
            verify(&key, &key.sign("a", &all));
        }
    }
}
