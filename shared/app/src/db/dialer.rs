//! How the pool connects.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use pg::{Connector, Session};
use tokio::task::{AbortHandle, spawn};

/// Counts the logins that are under way: the server has been reached, and may be waking.
#[derive(Clone, Default)]
pub(super) struct Waking(Arc<AtomicUsize>);

impl Waking {
    pub(super) fn is_under_way(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    fn begin(&self) -> Login<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Login(self)
    }
}

/// One login, until it is dropped.
struct Login<'a>(&'a Waking);

impl Drop for Login<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A session of the pool, and the task that drives it. Dropped, it takes leave of the server once its last statement has
/// been answered.
pub(super) struct Pooled {
    session: Session,
    driver: AbortHandle,
}

impl Pooled {
    /// Hangs up, whatever is under way.
    pub(super) fn hang_up(self) {
        self.driver.abort();
    }
}

impl Deref for Pooled {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

/// Makes the sessions of the pool. Their logins may still be under way: who must not ride waits for [`Session::ready`].
pub(super) struct Dialer {
    connector: Connector,
    waking: Waking,
}

impl Dialer {
    pub(super) fn new(connector: Connector, waking: Waking) -> Self {
        Self { connector, waking }
    }
}

impl Manager for Dialer {
    type Type = Pooled;
    type Error = pg::Error;

    async fn create(&self) -> Result<Pooled, pg::Error> {
        let stream = self.connector.dial().await?;
        let login = self.waking.begin();
        let (session, connection) = self.connector.log_in_ahead(stream).await?;
        drop(login);
        let task = spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %pg::Error::from(error), "a connection ended");
            }
        });
        Ok(Pooled { session, driver: task.abort_handle() })
    }

    /// Nothing is asked of the server: that would cost each request a round trip.
    async fn recycle(&self, pooled: &mut Pooled, _: &Metrics) -> RecycleResult<pg::Error> {
        if pooled.is_closed() { Err(RecycleError::message("the connection is closed")) } else { Ok(()) }
    }
}
