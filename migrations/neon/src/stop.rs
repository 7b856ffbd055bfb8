//! The wish to end, between two requests: what is under way is answered first, so that what it made can be
//! removed.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

/// A wish that is told once and met once, so that the requests of the cleaning up are not stopped by it.
#[derive(Debug, Default)]
pub(super) struct Stop(Notify);

impl Stop {
    /// Tells it.
    pub(super) fn tell(&self) {
        self.0.notify_one();
    }

    /// Waits; true where it was told before or meanwhile.
    pub(super) async fn comes_within(&self, pause: Duration) -> bool {
        timeout(pause, self.0.notified()).await.is_ok()
    }
}
