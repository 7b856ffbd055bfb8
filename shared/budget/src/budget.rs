//! Limits the time of a request, and keeps what must be cleaned up at its end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use crate::{RequestCost, RequestMetrics};

/// Longest time that a response waits for cleaning up.
const CLEANUP_TIMEOUT: Duration = Duration::from_millis(350);

/// When a request must be answered, whether it was given up, and what it has cost. Its clones are the same
/// budget.
#[derive(Clone, Debug)]
pub struct Budget {
    deadline: Instant,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    expired: AtomicBool,
    metrics: RequestMetrics,
    cleanups: Mutex<Vec<JoinHandle<()>>>,
}

impl Budget {
    /// A budget that ends after `length`.
    #[must_use]
    pub fn lasting(length: Duration) -> Self {
        Self { deadline: Instant::now() + length, shared: Arc::default() }
    }

    /// When the answer must be ready.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Returns the time that is left.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Returns the cost of the request so far.
    #[must_use]
    pub fn cost(&self) -> RequestCost {
        self.shared.metrics.cost()
    }

    /// The counters of the request.
    #[must_use]
    pub fn metrics(&self) -> &RequestMetrics {
        &self.shared.metrics
    }

    /// Gives the request up: whatever it holds is to be discarded, not reused.
    pub fn expire(&self) {
        self.shared.expired.store(true, Ordering::Release);
    }

    /// Returns whether the request was given up.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.shared.expired.load(Ordering::Acquire)
    }

    /// Registers a task that cleans up after the request, which [`Budget::drain`] waits for.
    pub fn register_cleanup(&self, cleanup: JoinHandle<()>) {
        self.shared.cleanups.lock().unwrap_or_else(PoisonError::into_inner).push(cleanup);
    }

    /// Waits until the request has cleaned up after itself, for a third of a second at most: after the
    /// answer, Lambda may freeze the process.
    pub async fn drain(&self) {
        let cleanups =
            std::mem::take(&mut *self.shared.cleanups.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async {
            for cleanup in cleanups {
                // Fails only where it panicked.
                let _ = cleanup.await;
            }
        };
        // A slower task continues for as long as the process runs.
        let _ = timeout(CLEANUP_TIMEOUT, all).await;
    }
}
