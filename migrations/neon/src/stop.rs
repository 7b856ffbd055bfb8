//! A request to stop, which takes effect between two calls of the API: the call under way is answered first,
//! so that what it made can be removed.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

/// A signal that is sent once and received once, so that it does not stop the calls that clean up.
#[derive(Debug, Default)]
pub(super) struct Stop(Notify);

impl Stop {
    /// Sends it.
    pub(super) fn send(&self) {
        self.0.notify_one();
    }

    /// Waits for so long. Returns whether the signal was sent before or meanwhile.
    pub(super) async fn is_sent_within(&self, pause: Duration) -> bool {
        timeout(pause, self.0.notified()).await.is_ok()
    }
}
