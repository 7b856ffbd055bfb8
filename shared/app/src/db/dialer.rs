//! Sessions for the pool: how they are made and parted with.

use std::ops::Deref;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use pg::{Connector, Session};
use tokio::task::{JoinHandle, spawn};
use tokio::time::timeout;

/// How many statements are cancelled one after another: outside of transactions, no more are ever sent together.
const STATEMENTS: usize = 3;

/// Between two of them.
const BETWEEN: Duration = Duration::from_millis(50);

/// How long a server may take to end a session that has said goodbye.
const GOODBYE: Duration = Duration::from_millis(100);

/// Makes sessions.
#[derive(Clone)]
pub(super) struct Dialer {
    connector: Connector,
}

impl Dialer {
    pub(super) fn new(connector: Connector) -> Self {
        Self { connector }
    }

    /// Dials, for so long at most, and logs in as far as the server's challenge: who must not ride on the login waits for
    /// [`Session::ready`].
    pub(super) async fn connect(&self, bound: Duration) -> Result<Pooled, pg::Error> {
        let stream = self.connector.clone().bounded(bound).dial().await?;
        let (session, connection) = self.connector.log_in_ahead(stream).await?;
        let driver = spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %pg::Error::from(error), "a connection ended");
            }
        });
        Ok(Pooled { session, driver, parked: SystemTime::UNIX_EPOCH })
    }
}

/// A session of the pool, and the task that drives it.
pub(super) struct Pooled {
    session: Session,
    driver: JoinHandle<()>,
    /// When it was last given back, by the wall clock: others may stand still while the process is frozen.
    pub(super) parked: SystemTime,
}

impl Pooled {
    /// Ends it at once: what waits for an answer sees a lost connection.
    pub(super) fn hang_up(&self) {
        self.driver.abort();
    }

    /// Takes leave of the server, after asking it to cancel what may still run: closing alone stops no statement.
    pub(super) async fn part(self, may_run: bool) {
        let Self { session, mut driver, .. } = self;
        if may_run && let Err(error) = cancel(&session).await {
            tracing::debug!(%error, "a statement could not be cancelled");
        }
        // Its driver says goodbye when it has no more answers to wait for.
        drop(session);
        if timeout(GOODBYE, &mut driver).await.is_err() {
            driver.abort();
        }
    }
}

/// Cancels one statement after another, since those that were sent together are begun when the one before them has
/// failed, until all have been answered.
async fn cancel(session: &Session) -> Result<(), pg::Error> {
    let mut answered = pin!(session.check_connection());
    for _ in 0..STATEMENTS {
        session.cancel().await?;
        if timeout(BETWEEN, &mut answered).await.is_ok() {
            break;
        }
    }
    Ok(())
}

impl Deref for Pooled {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}
