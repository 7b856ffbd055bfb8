//! When keys are fetched, how long they are used, and what happens to tokens meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use branchline_auth::{ErrorClass, Verifier};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::issuer::{Issuer, SigningKey, TestClock, claims};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

struct Setting {
    key: SigningKey,
    issuer: Issuer,
    clock: TestClock,
    verifier: Verifier,
}

fn setting() -> Setting {
    let key = SigningKey::ed25519();
    let issuer = Issuer::new(&[key.jwk("a")]);
    let clock = TestClock::new();
    let verifier = issuer.verifier(&clock);
    Setting { key, issuer, clock, verifier }
}

impl Setting {
    /// A token that no other is like.
    fn token(&self, kid: &str) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let exp = crate::issuer::NOW + 24 * HOUR;
        self.key.sign(kid, &claims(json!({ "jti": number.to_string(), "exp": exp })))
    }

    async fn class(&self, kid: &str) -> Option<ErrorClass> {
        self.verifier.verify(&self.token(kid)).await.err().map(branchline_auth::AuthError::class)
    }
}

/// Lets a fetch in the background end.
async fn pause() {
    sleep(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_once_for_all_who_wait() {
    let setting = Arc::new(setting());
    let mut requests = JoinSet::new();
    for _ in 0..100 {
        let setting = Arc::clone(&setting);
        requests.spawn(async move { setting.class("a").await });
    }
    while let Some(class) = requests.join_next().await {
        assert_eq!(class.unwrap(), None);
    }
    assert_eq!(setting.issuer.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn keys_that_were_warmed_up_are_not_fetched_again() {
    let setting = setting();
    setting.verifier.warm_up();
    setting.verifier.warm_up();
    assert_eq!(setting.class("a").await, None);
    setting.verifier.warm_up();
    assert_eq!(setting.issuer.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn fresh_keys_are_used_as_they_are_and_older_ones_fetched_in_the_background() {
    let setting = setting();
    assert_eq!(setting.class("a").await, None);
    setting.clock.advance(10 * MINUTE);
    assert_eq!(setting.class("a").await, None);
    assert_eq!(setting.issuer.fetches(), 1);
    setting.clock.advance(1);
    setting.issuer.publish(&[SigningKey::ed25519().jwk("b")]);
    assert_eq!(setting.class("a").await, None, "the old keys are used while new ones are fetched");
    pause().await;
    assert_eq!(setting.issuer.fetches(), 2);
    assert_eq!(setting.class("a").await, Some(ErrorClass::Untrusted), "the set is replaced");
}

#[tokio::test(start_paused = true)]
async fn after_a_long_sleep_a_removed_key_verifies_nothing() {
    let setting = setting();
    assert_eq!(setting.class("a").await, None);
    setting.clock.advance(20 * MINUTE + 1);
    setting.issuer.publish(&[SigningKey::ed25519().jwk("b")]);
    assert_eq!(setting.class("a").await, Some(ErrorClass::Untrusted));
}

#[tokio::test(start_paused = true)]
async fn the_issuer_may_shorten_how_long_keys_are_fresh_to_a_minute() {
    for (max_age, fresh_for) in [(0, 60), (60, 60), (300, 300), (600, 600), (86400, 600)] {
        let setting = setting();
        setting.issuer.set_max_age(max_age);
        assert_eq!(setting.class("a").await, None);
        setting.clock.advance(fresh_for);
        assert_eq!(setting.class("a").await, None);
        pause().await;
        assert_eq!(setting.issuer.fetches(), 1, "{max_age}");
        setting.clock.advance(1);
        assert_eq!(setting.class("a").await, None);
        pause().await;
        assert_eq!(setting.issuer.fetches(), 2, "{max_age}");
    }
}

#[tokio::test(start_paused = true)]
async fn keys_are_used_for_a_day_while_the_issuer_is_away() {
    let setting = setting();
    assert_eq!(setting.class("a").await, None);
    setting.issuer.vanish();
    for _ in 0..23 {
        setting.clock.advance(HOUR);
        assert_eq!(setting.class("a").await, None);
    }
    setting.clock.advance(HOUR - 1);
    assert_eq!(setting.class("a").await, None);
    let before = setting.issuer.fetches();
    for _ in 0..10 {
        assert_eq!(setting.class("a").await, None);
    }
    assert_eq!(setting.issuer.fetches(), before, "nothing is fetched for a minute after a failure");
    setting.clock.advance(2);
    assert_eq!(setting.class("a").await, Some(ErrorClass::KeysUnavailable));
    setting.issuer.publish(&[setting.key.jwk("a")]);
    setting.clock.advance(6);
    assert_eq!(setting.class("a").await, None, "as soon as it is back");
}

#[tokio::test(start_paused = true)]
async fn a_set_that_cannot_be_used_replaces_nothing() {
    let setting = setting();
    assert_eq!(setting.class("a").await, None);
    let huge = json!({ "keys": [setting.key.jwk("b")], "x": "x".repeat(64 * 1024) }).to_string();
    for text in
        ["", "<html>", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}"#, &huge]
    {
        setting.issuer.publish_text(text);
        setting.clock.advance(HOUR);
        assert_eq!(setting.class("a").await, None, "{text:.30}");
    }
    assert_eq!(setting.issuer.fetches(), 7);
}

#[tokio::test(start_paused = true)]
async fn without_any_keys_nothing_is_verified() {
    for text in ["", "{}", r#"{"keys":[]}"#] {
        let setting = setting();
        setting.issuer.publish_text(text);
        assert_eq!(setting.class("a").await, Some(ErrorClass::KeysUnavailable));
        assert_eq!(setting.class("a").await, Some(ErrorClass::KeysUnavailable));
        assert_eq!(setting.issuer.fetches(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_issuer_is_waited_for_two_seconds() {
    let setting = setting();
    setting.issuer.set_delay(Duration::from_secs(3));
    let begun = tokio::time::Instant::now();
    assert_eq!(setting.class("a").await, Some(ErrorClass::KeysUnavailable));
    assert_eq!(begun.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_unknown_ids_are_one_fetch() {
    let setting = Arc::new(setting());
    let storm = |name: &'static str| {
        let setting = Arc::clone(&setting);
        async move {
            let mut requests = JoinSet::new();
            for number in 0..1000 {
                let setting = Arc::clone(&setting);
                requests.spawn(async move { setting.class(&format!("{name}{number}")).await });
            }
            while let Some(class) = requests.join_next().await {
                assert_eq!(class.unwrap(), Some(ErrorClass::Untrusted));
            }
        }
    };
    storm("cold").await;
    assert_eq!(setting.issuer.fetches(), 1, "the first one counts");
    storm("warm").await;
    assert_eq!(setting.issuer.fetches(), 1);
    setting.clock.advance(61);
    storm("later").await;
    assert_eq!(setting.issuer.fetches(), 2);
    assert_eq!(setting.class("a").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_appears_is_found_at_once() {
    let setting = setting();
    assert_eq!(setting.class("a").await, None);
    setting.issuer.publish(&[setting.key.jwk("a"), setting.key.jwk("b")]);
    assert_eq!(setting.class("b").await, None);
    assert_eq!(setting.issuer.fetches(), 2);
    setting.issuer.publish(&[setting.key.jwk("b"), setting.key.jwk("c")]);
    assert_eq!(setting.class("c").await, Some(ErrorClass::Untrusted), "at most once a minute");
    setting.clock.advance(61);
    assert_eq!(setting.class("c").await, None);
    assert_eq!(setting.issuer.fetches(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_verified_token_is_dropped_when_its_key_leaves() {
    let setting = setting();
    let token = setting.token("a");
    assert!(setting.verifier.verify(&token).await.is_ok());
    assert!(setting.verifier.verify(&token).await.is_ok());
    // Another key under the same id.
    setting.issuer.publish(&[SigningKey::ed25519().jwk("a")]);
    setting.clock.advance(HOUR);
    assert_eq!(setting.verifier.verify(&token).await.unwrap_err().class(), ErrorClass::Untrusted);
}

#[tokio::test(start_paused = true)]
async fn a_verified_token_expires() {
    let setting = setting();
    let token = setting.key.sign("a", &claims(json!({})));
    let first = setting.verifier.verify(&token).await.unwrap();
    let again = setting.verifier.verify(&token).await.unwrap();
    assert!(Arc::ptr_eq(&first, &again), "it is verified once");
    setting.clock.advance(840 + 30);
    assert_eq!(setting.verifier.verify(&token).await.unwrap_err().class(), ErrorClass::Expired);
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_ends_no_fetch() {
    let setting = setting();
    let token = setting.token("a");
    let left = tokio::time::timeout(Duration::from_millis(1), setting.verifier.verify(&token)).await;
    assert!(left.is_err());
    assert!(setting.verifier.verify(&token).await.is_ok());
    assert_eq!(setting.issuer.fetches(), 1);
}

/// Each round the issuer publishes the next key beside the current one, and then signs with it, as issuers
/// do. Meanwhile requests run with tokens of the current key: none of them may fail before its key was
/// removed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_fails_while_keys_are_rotated() {
    const ROUNDS: usize = 20;
    let keys: Arc<Vec<_>> = Arc::new((0..=ROUNDS).map(|_| SigningKey::p256()).collect());
    let jwks: Vec<_> = keys.iter().enumerate().map(|(i, key)| key.jwk(&format!("key {i}"))).collect();
    let issuer = Issuer::new(&jwks[..1]);
    issuer.set_delay(Duration::from_millis(2));
    let clock = TestClock::new();
    let verifier = Arc::new(issuer.verifier(&clock));
    let (signing, removed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let is_over = Arc::new(AtomicBool::new(false));

    let mut requests = JoinSet::new();
    for request in 0..200 {
        let (verifier, keys, is_over) = (Arc::clone(&verifier), Arc::clone(&keys), Arc::clone(&is_over));
        let (signing, removed) = (Arc::clone(&signing), Arc::clone(&removed));
        requests.spawn(async move {
            let mut verified = 0;
            while !is_over.load(Ordering::SeqCst) {
                let current = signing.load(Ordering::SeqCst);
                // Some tokens come again.
                let jti = format!("{request} {}", verified % 3);
                let claims = claims(json!({ "exp": crate::issuer::NOW + 12 * HOUR, "jti": jti }));
                let token = keys[current].sign(&format!("key {current}"), &claims);
                if let Err(error) = verifier.verify(&token).await {
                    assert!(current < removed.load(Ordering::SeqCst), "key {current}: {error}");
                }
                verified += 1;
                sleep(Duration::from_millis(5)).await;
            }
            verified
        });
    }
    for round in 1..=ROUNDS {
        removed.store(round - 1, Ordering::SeqCst);
        issuer.publish(&jwks[round - 1..=round]);
        clock.advance(MINUTE + 1);
        signing.store(round, Ordering::SeqCst);
        sleep(Duration::from_millis(50)).await;
        // The keys are due.
        clock.advance(11 * MINUTE);
    }
    is_over.store(true, Ordering::SeqCst);
    let mut verified = 0;
    while let Some(request) = requests.join_next().await {
        verified += request.unwrap();
    }
    assert!(verified > 1000, "{verified}");
    assert!(issuer.fetches() <= 3 * ROUNDS + 2, "{}", issuer.fetches());
}
