//! Tokens that another library made: see `tokens/generate.py`.

use branchline_auth::{ErrorClass, Role};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::issuer::{Issuer, NOW, TestClock};

#[derive(Deserialize)]
struct Tokens {
    now: u64,
    jwks: Value,
    valid: BTreeMap<String, String>,
    forged: BTreeMap<String, String>,
}

fn tokens() -> (Tokens, Issuer) {
    let tokens: Tokens = serde_json::from_str(include_str!("tokens/tokens.json")).unwrap();
    assert_eq!(tokens.now, NOW);
    let issuer = Issuer::new(&[]);
    issuer.publish_text(&tokens.jwks.to_string());
    (tokens, issuer)
}

#[tokio::test(start_paused = true)]
async fn tokens_of_pyjwt_are_accepted_by_all_three_algorithms() {
    let (tokens, issuer) = tokens();
    let verifier = issuer.verifier(&TestClock::new());
    assert_eq!(tokens.valid.keys().collect::<Vec<_>>(), ["ES256", "EdDSA", "RS256"]);
    for (algorithm, token) in &tokens.valid {
        let principal = verifier.verify(token).await.unwrap_or_else(|error| panic!("{algorithm}: {error}"));
        let user = principal.user().unwrap();
        assert_eq!((user.subject.as_str(), user.name.as_deref()), ("user|7", Some("Ada Lövelace")));
        assert_eq!(user.email.as_deref(), Some("ada@id.example"));
        assert_eq!(principal.organization().id.to_string(), "0193a0de-7000-7000-8000-00000000000a");
        assert_eq!(principal.organization().name.as_deref(), Some("ada-co"));
        assert_eq!(principal.role(), Role::Admin);
    }
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn forgeries_by_pyjwt_are_refused_with_their_class() {
    let (tokens, issuer) = tokens();
    let verifier = issuer.verifier(&TestClock::new());
    for (name, token) in &tokens.forged {
        let expected = match name.as_str() {
            "expired" => ErrorClass::Expired,
            "not yet valid" => ErrorClass::NotYetValid,
            "another audience" | "another issuer" => ErrorClass::WrongClaims,
            _ => ErrorClass::Untrusted,
        };
        let error = verifier.verify(token).await.expect_err(name);
        assert_eq!(error.class(), expected, "{name}: {error}");
    }
    assert_eq!(tokens.forged.len(), 11);
}
