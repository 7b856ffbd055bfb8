//! How long a request may take, and what it has cost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use lambda_http::RequestExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use crate::Spent;
use crate::meter::Meter;

/// Kept back from the invocation's deadline, to cancel what runs on the server and still answer.
const MARGIN: Duration = Duration::from_millis(500);

/// The part of the margin that cancelling may take.
const PARTING: Duration = Duration::from_millis(350);

/// The budget where the invocation tells no deadline.
const DEFAULT: Duration = Duration::from_secs(300);

/// A deadline this long past is none: `cargo lambda watch` sends a moment in 1970.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// When a request must be answered, whether it was given up, and what it has cost. It travels in the request's
/// extensions; its clones are the same budget.
#[derive(Clone, Debug)]
pub struct Budget {
    deadline: Instant,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    expired: AtomicBool,
    meter: Meter,
    partings: Mutex<Vec<JoinHandle<()>>>,
}

impl Budget {
    /// A budget that ends after `length`.
    #[must_use]
    pub fn lasting(length: Duration) -> Self {
        Self { deadline: Instant::now() + length, shared: Arc::default() }
    }

    /// The budget of a request: the one it carries, or what its invocation's deadline leaves.
    #[must_use]
    pub fn of(request: &crate::Request) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(|| {
            let deadline = request.lambda_context_ref().map(lambda_http::Context::deadline);
            Self::lasting(length(deadline, SystemTime::now()))
        })
    }

    /// The budget of an invocation with this deadline.
    pub(crate) fn until(deadline: SystemTime) -> Self {
        Self::lasting(length(Some(deadline), SystemTime::now()))
    }

    /// When the answer must be ready.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// What is left.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// What the request has cost the database so far.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.shared.meter.spent()
    }

    pub(crate) fn meter(&self) -> &Meter {
        &self.shared.meter
    }

    /// Gives the request up: whatever it holds is to be discarded, not reused.
    pub(crate) fn expire(&self) {
        self.shared.expired.store(true, Ordering::Release);
    }

    /// Whether the request was given up.
    pub(crate) fn is_expired(&self) -> bool {
        self.shared.expired.load(Ordering::Acquire)
    }

    /// Notes that a connection is being parted with, which the answer waits for.
    pub(crate) fn note_parting(&self, parting: JoinHandle<()>) {
        self.shared.partings.lock().unwrap_or_else(PoisonError::into_inner).push(parting);
    }

    /// Waits until what the request left running on the server is cancelled, for a third of a second at most: after the
    /// answer the process may be frozen.
    pub(crate) async fn parted(&self) {
        let partings =
            std::mem::take(&mut *self.shared.partings.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async {
            for parting in partings {
                // Fails only where it panicked.
                let _ = parting.await;
            }
        };
        // What takes longer goes on for as long as the process runs.
        let _ = timeout(PARTING, all).await;
    }
}

fn length(deadline: Option<SystemTime>, now: SystemTime) -> Duration {
    match deadline.map(|deadline| deadline.duration_since(now)) {
        Some(Ok(left)) => left.saturating_sub(MARGIN),
        Some(Err(past)) if past.duration() < STALE => Duration::ZERO,
        Some(Err(_)) | None => DEFAULT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_the_deadline_less_a_margin() {
        let now = SystemTime::now();
        assert_eq!(length(Some(now + Duration::from_secs(10)), now), Duration::from_millis(9_500));
        assert_eq!(length(Some(now - Duration::from_millis(1)), now), Duration::ZERO);
    }

    #[test]
    fn the_emulators_deadline_of_1970_means_the_default() {
        let emulated = SystemTime::UNIX_EPOCH + Duration::from_millis(600_000);
        assert_eq!(length(Some(emulated), SystemTime::now()), DEFAULT);
        assert_eq!(length(None, SystemTime::now()), DEFAULT);
    }
}
