//! A handshake made ahead of the first request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::task::{JoinHandle, spawn};
use tokio_postgres::Client;

use crate::database::since;
use crate::dialer::{Dialer, Link};

/// Longest time that a handshake waits for the first request to finish it.
const MAX_AGE: Duration = Duration::from_secs(5);

/// A handshake up to the server's challenge, which wakes no compute; the first request does the rest.
#[derive(Clone, Default)]
pub(super) struct Preconnect(Arc<Mutex<Option<Handshake>>>);

struct Handshake {
    begun: SystemTime,
    made: JoinHandle<Result<(Client, Link), pg::Error>>,
}

impl Preconnect {
    /// Begins a handshake.
    pub(super) fn begin(&self, dialer: &Dialer, now: SystemTime) {
        let dialer = dialer.clone();
        let made = spawn(async move { dialer.connect(MAX_AGE).await });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Handshake { begun: now, made });
    }

    /// The session, if there is one that the server still waits for.
    pub(super) async fn take(&self, now: SystemTime) -> Option<(Client, Link)> {
        let handshake = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        if since(handshake.begun, now) > MAX_AGE {
            handshake.made.abort();
            return None;
        }
        match handshake.made.await {
            Ok(Ok((client, link))) => (!client.is_closed()).then_some((client, link)),
            Ok(Err(error)) => {
                tracing::debug!(%error, "no connection ahead of the first request");
                None
            }
            // It panicked, and the log has that.
            Err(_) => None,
        }
    }
}
