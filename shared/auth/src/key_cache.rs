//! The issuer's keys, in memory: when they are fetched, and how long they are used.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::timeout;

use crate::jwks::Key;
use crate::{AuthError, Clock, ErrorClass, Fetch, FetchError, KeySet};

/// Time for which keys are fresh, unless the issuer says less.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// Shortest time for which keys are fresh, whatever the issuer says.
const MIN_FRESH: Duration = Duration::from_secs(60);

/// Time for which keys are used while the issuer cannot be reached.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// Pause between fetches for an id that is unknown, which anybody can invent.
const UNKNOWN_PAUSE: Duration = Duration::from_secs(60);

/// Pause after a failed fetch, while there are keys and while there are none: an issuer that answers nobody
/// costs each caller that waits for it the whole of [`FETCH_TIMEOUT`].
const FAILURE_PAUSE: Duration = Duration::from_secs(60);
const FAILURE_PAUSE_WITHOUT_KEYS: Duration = Duration::from_secs(5);

/// Number of fetches that a token with an unknown id waits for: one that began before it came, one that
/// another began, and its own.
const MAX_WAITS: u32 = 3;

/// Time limit of a fetch.
const FETCH_TIMEOUT: Duration = Duration::from_secs(2);

/// The keys of an issuer. Its clones are the same cache.
///
/// | keys are | a known id | an unknown id |
/// |---|---|---|
/// | absent, or older than 24 h | waits for a fetch | waits for a fetch |
/// | fresh | is used | waits for a fetch, once a minute |
/// | up to twice that age | is used while they are fetched | waits for that fetch |
/// | older | waits for a fetch; if it fails, is used | waits for a fetch |
///
/// A function may sleep for hours, so that a fetch in the background alone would let a key that was removed
/// verify the first request afterwards. Each fetch is a task of its own: whoever waits for it may leave.
#[derive(Clone)]
pub(crate) struct KeyCache(Arc<Shared>);

struct Shared {
    fetch: Fetch,
    clock: Clock,
    state: Mutex<State>,
    /// True while keys are being fetched.
    is_fetching: AtomicBool,
    /// Changes when a fetch has ended.
    fetches: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    current: Option<Fetched>,
    /// When the last fetch failed, unless one succeeded since.
    failed_at: Option<SystemTime>,
    /// When keys were last fetched for an id that they did not have.
    unknown_at: Option<SystemTime>,
}

struct Fetched {
    keys: Arc<KeySet>,
    at: SystemTime,
    fresh_for: Duration,
}

enum LookUp {
    Found(Arc<Key>),
    Refused(AuthError),
    /// Keys are being fetched; look again afterwards.
    Wait(watch::Receiver<u64>),
}

impl KeyCache {
    pub(crate) fn new(fetch: Fetch, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            fetch,
            clock,
            state: Mutex::default(),
            is_fetching: AtomicBool::new(false),
            fetches: watch::Sender::new(0),
        }))
    }

    /// Fetches keys in a task of its own, unless there are some.
    pub(crate) fn warm_up(&self) {
        let state = self.0.state();
        if state.current.is_none() && !self.0.is_fetching.load(Ordering::Acquire) {
            self.0.begin_fetch((self.0.clock)(), None);
        }
    }

    /// Returns the key of an id.
    pub(crate) async fn find(&self, id: Option<&str>) -> Result<Arc<Key>, AuthError> {
        let mut waits = 0;
        loop {
            match self.0.look_up(id, waits) {
                LookUp::Found(key) => return Ok(key),
                LookUp::Refused(error) => return Err(error),
                // The sender lives as long as the cache.
                LookUp::Wait(mut ended) => drop(ended.changed().await),
            }
            waits += 1;
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `waits` is how many fetches the caller has waited for.
    fn look_up(self: &Arc<Self>, id: Option<&str>, waits: u32) -> LookUp {
        // Subscribed before it is known whether a fetch runs, so that its end cannot be missed.
        let ended = self.fetches.subscribe();
        let mut state = self.state();
        let now = (self.clock)();
        let failed_at = state.failed_at;
        let may_fetch = |pause| failed_at.is_none_or(|at| has_passed(pause, at, now));
        let Some(current) = state.current.as_ref().filter(|keys| !has_passed(STALE, keys.at, now)) else {
            let is_fetching = self.is_fetching.load(Ordering::Acquire);
            if waits == 0 && (is_fetching || may_fetch(FAILURE_PAUSE_WITHOUT_KEYS)) {
                if !is_fetching {
                    self.begin_fetch(now, id);
                }
                return LookUp::Wait(ended);
            }
            return LookUp::Refused(AuthError::new(
                ErrorClass::KeysUnavailable,
                "there are no keys of the issuer",
            ));
        };
        let is_due = has_passed(current.fresh_for, current.at, now);
        if is_due && may_fetch(FAILURE_PAUSE) && waits == 0 && !self.is_fetching.load(Ordering::Acquire) {
            self.begin_fetch(now, id);
        }
        let is_fetching = self.is_fetching.load(Ordering::Acquire);
        match current.keys.find(id) {
            Some(_) if waits == 0 && is_fetching && has_passed(current.fresh_for * 2, current.at, now) => {
                LookUp::Wait(ended)
            }
            Some(key) => LookUp::Found(Arc::clone(key)),
            None if id.is_none() => {
                let check = "kid is missing, and the issuer has several keys";
                LookUp::Refused(AuthError::new(ErrorClass::Untrusted, check))
            }
            None if is_fetching && waits < MAX_WAITS => LookUp::Wait(ended),
            None if !is_fetching && state.unknown_at.is_none_or(|at| has_passed(UNKNOWN_PAUSE, at, now)) => {
                state.unknown_at = Some(now);
                self.begin_fetch(now, id);
                LookUp::Wait(ended)
            }
            None => LookUp::Refused(AuthError::new(ErrorClass::Untrusted, "kid is of no key of the issuer")),
        }
    }

    /// Begins a fetch for a caller who looks for the key of `wanted`.
    fn begin_fetch(self: &Arc<Self>, now: SystemTime, wanted: Option<&str>) {
        self.is_fetching.store(true, Ordering::Release);
        let end = FetchEnd { shared: Arc::clone(self), is_kept: false };
        let wanted = wanted.map(str::to_owned);
        tokio::spawn(async move {
            let fetched = timeout(FETCH_TIMEOUT, (end.shared.fetch)()).await;
            let fetched = fetched.unwrap_or(Err(FetchError::TimedOut)).and_then(|fetched| {
                let fresh_for = fetched.max_age.unwrap_or(FRESH).clamp(MIN_FRESH, FRESH);
                Ok((KeySet::parse(&fetched.body)?, fresh_for))
            });
            end.keep(fetched, now, wanted.as_deref());
        });
    }

    fn keep(&self, fetched: Result<(KeySet, Duration), FetchError>, at: SystemTime, wanted: Option<&str>) {
        let mut state = self.state();
        // With what was fetched, not after it: whoever sees neither would wait in vain, or begin a second
        // fetch.
        self.is_fetching.store(false, Ordering::Release);
        match fetched {
            Ok((keys, fresh_for)) => {
                if wanted.is_some() && keys.find(wanted).is_none() {
                    state.unknown_at = Some(at);
                }
                state.failed_at = None;
                // Replaced, never merged: a key that the issuer removed must verify nothing.
                state.current = Some(Fetched { keys: Arc::new(keys), at, fresh_for });
            }
            Err(error) => {
                state.failed_at = Some((self.clock)());
                let has_keys = state.current.is_some();
                tracing::warn!(%error, has_keys, "the issuer's keys could not be fetched");
            }
        }
    }
}

/// The end of a fetch, however it comes, a panic included.
struct FetchEnd {
    shared: Arc<Shared>,
    is_kept: bool,
}

impl FetchEnd {
    fn keep(mut self, fetched: Result<(KeySet, Duration), FetchError>, at: SystemTime, wanted: Option<&str>) {
        self.shared.keep(fetched, at, wanted);
        self.is_kept = true;
    }
}

impl Drop for FetchEnd {
    fn drop(&mut self) {
        if !self.is_kept {
            self.shared.is_fetching.store(false, Ordering::Release);
        }
        self.shared.fetches.send_modify(|fetches| *fetches += 1);
    }
}

/// Returns whether a time has passed since `then`. A clock that was set back has let none pass.
fn has_passed(time: Duration, then: SystemTime, now: SystemTime) -> bool {
    now.duration_since(then).is_ok_and(|age| age > time)
}
