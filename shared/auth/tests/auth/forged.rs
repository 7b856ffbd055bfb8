//! Tokens of an attacker, another application of the same issuer, or a broken client.

use branchline_auth::{ErrorClass, Verifier};
use serde_json::{Value, json};

use crate::issuer::{AUDIENCE, ISSUER, Issuer, NOW, SigningKey, TestClock, b64, claims};

struct Setting {
    key: SigningKey,
    rsa: SigningKey,
    verifier: Verifier,
    issuer: Issuer,
}

fn setting() -> Setting {
    let (key, rsa) = (SigningKey::ed25519(), SigningKey::rsa(2048));
    let secret = json!({ "kty": "oct", "kid": "secret", "k": b64([7; 32]) });
    let weak = SigningKey::rsa(1024).jwk("weak");
    let mut encrypting = SigningKey::ed25519().jwk("encrypting");
    encrypting["use"] = "enc".into();
    let issuer = Issuer::new(&[secret, key.jwk("ed"), rsa.jwk("rsa"), weak, encrypting]);
    let verifier = issuer.verifier(&TestClock::new());
    Setting { key, rsa, verifier, issuer }
}

impl Setting {
    async fn class(&self, token: &str) -> Option<ErrorClass> {
        self.verifier.verify(token).await.err().map(branchline_auth::AuthError::class)
    }

    fn with_claims(&self, changes: Value) -> String {
        self.key.sign("ed", &claims(changes))
    }

    fn with_header(&self, changes: Value) -> String {
        let mut header = json!({ "alg": "EdDSA", "kid": "ed" });
        header.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.key.sign_text(&header.to_string(), &claims(json!({})).to_string())
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_with_wrong_claims_is_refused() {
    use ErrorClass::{Expired, Malformed, NotYetValid, WrongClaims};
    let setting = setting();
    for (changes, expected) in [
        (json!({ "exp": NOW - 30 }), Expired),
        (json!({ "exp": null }), WrongClaims),
        (json!({ "exp": (NOW + 60).to_string() }), WrongClaims),
        (json!({ "exp": "never" }), WrongClaims),
        (json!({ "exp": [NOW + 60] }), Malformed),
        (json!({ "exp": -1 }), WrongClaims),
        (json!({ "exp": 1e300 }), WrongClaims),
        (json!({ "exp": NOW + 24 * 60 * 60 + 31 }), WrongClaims),
        (json!({ "nbf": NOW + 31 }), NotYetValid),
        (json!({ "nbf": "now" }), WrongClaims),
        (json!({ "iat": NOW + 31 }), NotYetValid),
        (json!({ "aud": "other" }), WrongClaims),
        (json!({ "aud": null }), WrongClaims),
        (json!({ "aud": [] }), WrongClaims),
        (json!({ "aud": ["other", "another"] }), WrongClaims),
        (json!({ "aud": "Branchline" }), WrongClaims),
        (json!({ "aud": { AUDIENCE: true } }), WrongClaims),
        (json!({ "iss": null }), WrongClaims),
        (json!({ "iss": "https://id.example" }), WrongClaims),
        (json!({ "iss": "https://evil.example/" }), WrongClaims),
        (json!({ "iss": [ISSUER] }), WrongClaims),
        (json!({ "iss": [ISSUER, "https://evil.example/"] }), WrongClaims),
        (json!({ "sub": null }), WrongClaims),
        (json!({ "sub": "" }), WrongClaims),
        (json!({ "sub": 7 }), WrongClaims),
        (json!({ "sub": "a\u{0}" }), WrongClaims),
        (json!({ "sub": "x".repeat(256) }), WrongClaims),
        (json!({ "token_use": "id" }), WrongClaims),
        (json!({ "typ": "ID" }), WrongClaims),
        (json!({ "sts": "pending" }), WrongClaims),
        (json!({ "org_id": "" }), WrongClaims),
        (json!({ "org_id": ["a", "b"] }), WrongClaims),
    ] {
        assert_eq!(setting.class(&setting.with_claims(changes.clone())).await, Some(expected), "{changes}");
    }
    for good in [
        json!({}),
        json!({ "exp": NOW - 29 }),
        json!({ "nbf": NOW + 30, "iat": NOW + 30 }),
        json!({ "nbf": null, "iat": null }),
        json!({ "exp": NOW as f64 + 60.5 }),
        json!({ "exp": NOW + 24 * 60 * 60 }),
        json!({ "aud": [AUDIENCE, "https://id.example/userinfo"] }),
        json!({ "token_use": "access", "typ": "Bearer" }),
        json!({ "azp": "anybody" }),
    ] {
        assert_eq!(setting.class(&setting.with_claims(good.clone())).await, None, "{good}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_with_a_wrong_header_is_refused() {
    use ErrorClass::{Malformed, Untrusted, WrongClaims};
    let setting = setting();
    for (changes, expected) in [
        (json!({ "alg": "none" }), Untrusted),
        (json!({ "alg": "None" }), Untrusted),
        (json!({ "alg": null }), Untrusted),
        (json!({ "alg": ["EdDSA"] }), Untrusted),
        (json!({ "alg": "HS256" }), Untrusted),
        (json!({ "alg": "eddsa" }), Untrusted),
        (json!({ "alg": "ES256" }), Untrusted),
        (json!({ "alg": "RS256", "kid": "rsa" }), Untrusted),
        (json!({ "kid": null }), Untrusted),
        (json!({ "kid": "rsa" }), Untrusted),
        (json!({ "kid": "other" }), Untrusted),
        (json!({ "kid": "" }), Untrusted),
        (json!({ "kid": "../ed" }), Untrusted),
        (json!({ "kid": "ed' OR '1'='1" }), Untrusted),
        (json!({ "kid": "secret", "alg": "HS256" }), Untrusted),
        (json!({ "kid": "secret" }), Untrusted),
        (json!({ "kid": "weak", "alg": "RS256" }), Untrusted),
        (json!({ "kid": "encrypting" }), Untrusted),
        (json!({ "kid": 7 }), Malformed),
        (json!({ "kid": ["ed"] }), Malformed),
        (json!({ "kid": "x".repeat(256) }), Malformed),
        (json!({ "crit": [] }), Untrusted),
        (json!({ "crit": ["b64"], "b64": true }), Untrusted),
        (json!({ "crit": ["exp"], "exp": 1 }), Untrusted),
        (json!({ "b64": false }), Untrusted),
        (json!({ "enc": "A256GCM" }), Untrusted),
        (json!({ "zip": "DEF" }), Untrusted),
        (json!({ "cty": "JWT" }), Untrusted),
        (json!({ "typ": "dpop+jwt" }), WrongClaims),
        (json!({ "typ": "logout+jwt" }), WrongClaims),
        (json!({ "typ": 7 }), WrongClaims),
    ] {
        assert_eq!(setting.class(&setting.with_header(changes.clone())).await, Some(expected), "{changes}");
    }
    let elsewhere = "https://evil.example/keys";
    for good in [
        json!({}),
        json!({ "typ": "at+JWT" }),
        // Ignored, all of them: keys come from the configured address alone.
        json!({ "jku": elsewhere, "x5u": elsewhere, "x5c": ["AAAA"], "x5t": "AAAA" }),
        json!({ "jwk": SigningKey::ed25519().jwk("ed") }),
    ] {
        assert_eq!(setting.class(&setting.with_header(good.clone())).await, None, "{good}");
    }
    assert!(setting.issuer.fetches() <= 2, "one, and one for all unknown ids");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_token_brings_along_verifies_nothing() {
    let setting = setting();
    let own = SigningKey::ed25519();
    let header =
        json!({ "alg": "EdDSA", "kid": "ed", "jwk": own.jwk("ed"), "jku": "https://evil.example/keys" });
    let token = own.sign_text(&header.to_string(), &claims(json!({})).to_string());
    assert_eq!(setting.class(&token).await, Some(ErrorClass::Untrusted));
    assert_eq!(setting.class(&own.sign("ed", &claims(json!({})))).await, Some(ErrorClass::Untrusted));
}

#[tokio::test(start_paused = true)]
async fn an_hmac_by_a_key_that_is_public_verifies_nothing() {
    use openssl::hash::MessageDigest;
    use openssl::pkey::PKey;
    use openssl::sign::Signer;

    let setting = setting();
    let SigningKey::Rsa(rsa) = &setting.rsa else { panic!("no RSA key") };
    let modulus = rsa.rsa().unwrap().n().to_vec();
    for secret in [rsa.public_key_to_pem().unwrap(), rsa.public_key_to_der().unwrap(), modulus, vec![7; 32]] {
        for kid in ["rsa", "secret"] {
            let header = json!({ "alg": "HS256", "typ": "JWT", "kid": kid });
            let message = format!("{}.{}", b64(header.to_string()), b64(claims(json!({})).to_string()));
            let secret = PKey::hmac(&secret).unwrap();
            let mut signer = Signer::new(MessageDigest::sha256(), &secret).unwrap();
            let signature = signer.sign_oneshot_to_vec(message.as_bytes()).unwrap();
            let token = format!("{message}.{}", b64(signature));
            assert_eq!(setting.class(&token).await, Some(ErrorClass::Untrusted));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_form_is_refused() {
    let setting = setting();
    let good = setting.with_claims(json!({}));
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("not three") };
    let too_long = setting.with_claims(json!({ "note": "x".repeat(7 * 1024) }));
    assert!(too_long.len() > 9 * 1024);
    for (token, expected) in [
        (String::new(), ErrorClass::Malformed),
        ("..".to_owned(), ErrorClass::Malformed),
        ("a.b".to_owned(), ErrorClass::Malformed),
        (format!("{header}.{payload}"), ErrorClass::Malformed),
        (format!("{header}.{payload}."), ErrorClass::Untrusted),
        (format!("{good}.x"), ErrorClass::Malformed),
        (format!("{header}.{payload}.x.y.z"), ErrorClass::Untrusted),
        (format!("{good}="), ErrorClass::Malformed),
        (format!("{good}\n"), ErrorClass::Malformed),
        (format!(" {good}"), ErrorClass::Malformed),
        (format!("{header}==.{payload}.{signature}"), ErrorClass::Malformed),
        (format!("{}.{payload}.{signature}", b64("7")), ErrorClass::Malformed),
        (format!("{}.{payload}.{signature}", b64("{")), ErrorClass::Malformed),
        (format!("{}.{payload}.{signature}", b64([0xff, 0xfe])), ErrorClass::Malformed),
        (format!("{header}.{}.{signature}", b64("{}")), ErrorClass::Untrusted),
        (format!("{header}.{payload}.{}", b64([0; 64])), ErrorClass::Untrusted),
        (format!("{header}.{payload}.{}", b64([1; 3])), ErrorClass::Untrusted),
        (too_long, ErrorClass::Malformed),
    ] {
        assert_eq!(setting.class(&token).await, Some(expected), "{token:.60}");
    }
    assert_eq!(setting.class(&good).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_member_that_comes_twice_is_refused() {
    let setting = setting();
    let header = r#"{"alg":"EdDSA","kid":"ed"}"#;
    let text = claims(json!({ "o": { "id": "a" } })).to_string();
    for (from, to) in [
        (r#""sub":"user|7""#, r#""sub":"user|7","sub":"user|8""#),
        (r#""sub":"user|7""#, r#""sub":"user|7","s\u0075b":"user|8""#),
        (r#""id":"a""#, r#""id":"a","id":"b""#),
        (r#""exp":"#, r#""exp":1,"exp":"#),
    ] {
        let twice = text.replacen(from, to, 1);
        assert_ne!(twice, text);
        assert_eq!(
            setting.class(&setting.key.sign_text(header, &twice)).await,
            Some(ErrorClass::Malformed),
            "{to}"
        );
    }
    let header_twice = r#"{"alg":"none","alg":"EdDSA","kid":"ed"}"#;
    assert_eq!(setting.class(&setting.key.sign_text(header_twice, &text)).await, Some(ErrorClass::Malformed));
    assert_eq!(setting.class(&setting.key.sign_text(header, &text)).await, None);
    for payload in ["[]", "7", "", "null", "{} {}"] {
        let class = setting.class(&setting.key.sign_text(header, payload)).await;
        assert_eq!(class, Some(ErrorClass::Malformed), "{payload}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_byte_of_a_token_is_noticed() {
    let ec = SigningKey::p256();
    let rsa = SigningKey::rsa(2048);
    let issuer = Issuer::new(&[ec.jwk("ec"), rsa.jwk("rsa")]);
    let verifier = issuer.verifier(&TestClock::new());
    for (kid, key) in [("ec", ec), ("rsa", rsa)] {
        let token = key.sign(kid, &claims(json!({})));
        assert!(verifier.verify(&token).await.is_ok());
        for at in (0..token.len()).step_by(7) {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(verifier.verify(&changed).await.is_err(), "{at}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_signature_of_es256_is_64_bytes_and_no_der() {
    let key = SigningKey::p256();
    let verifier = Issuer::new(&[key.jwk("ec")]).verifier(&TestClock::new());
    let token = key.sign("ec", &claims(json!({})));
    let (message, _) = token.rsplit_once('.').unwrap();
    let SigningKey::P256(private) = &key else { panic!("no EC key") };
    let digest = openssl::sha::sha256(message.as_bytes());
    let der = openssl::ecdsa::EcdsaSig::sign(&digest, private).unwrap().to_der().unwrap();
    for signature in [der, vec![0; 64], vec![0xff; 64], vec![0; 63], vec![]] {
        let token = format!("{message}.{}", b64(signature));
        assert!(verifier.verify(&token).await.is_err());
    }
    assert!(verifier.verify(&token).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_token_without_kid_is_verified_where_there_is_one_key() {
    let key = SigningKey::ed25519();
    let token = key.sign_text(r#"{"alg":"EdDSA"}"#, &claims(json!({})).to_string());
    let one = Issuer::new(&[key.jwk("ed")]).verifier(&TestClock::new());
    assert!(one.verify(&token).await.is_ok());
    let issuer = Issuer::new(&[key.jwk("ed"), SigningKey::p256().jwk("ec")]);
    let two = issuer.verifier(&TestClock::new());
    assert_eq!(two.verify(&token).await.unwrap_err().class(), ErrorClass::Untrusted);
    assert_eq!(issuer.fetches(), 1);
}
