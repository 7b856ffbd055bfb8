//! How far a long import is, for those who poll its job: written over a connection of its own, since the import's
//! transaction shows nothing until it commits. A short import never opens it.

use std::sync::Arc;
use std::time::Duration;

use store::App;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::sleep;
use tokio_postgres::types::Type;
use uuid::Uuid;

/// An import that is done within this needs no second connection.
const PATIENCE: Duration = Duration::from_millis(700);

/// Between two writes; with the time that one takes, a poller never sees what is older than a second.
const INTERVAL: Duration = Duration::from_millis(500);

/// The share of the work, in percent, that is done when the bookmarks are copied; the rest is entries and merging.
const COPIED: u64 = 90;

/// Tells how far an import is, until it is dropped.
pub(crate) struct Progress {
    percent: watch::Sender<i32>,
    size_bytes: u64,
    teller: AbortHandle,
}

impl Drop for Progress {
    fn drop(&mut self) {
        // It may be waiting for a server that says nothing any more.
        self.teller.abort();
    }
}

impl Progress {
    /// Begins at nought. The second connection is made only once the import has taken a while.
    pub(crate) fn begin(app: &Arc<App>, job_id: Uuid, size_bytes: i32) -> Self {
        let (percent, told) = watch::channel(0);
        let app = Arc::clone(app);
        let teller = tokio::spawn(async move {
            if let Err(error) = tell(&app, job_id, told).await {
                tracing::warn!(%job_id, %error, "the progress of an import could not be told");
            }
        });
        let size_bytes = u64::try_from(size_bytes).unwrap_or(0).max(1);
        Self { percent, size_bytes, teller: teller.abort_handle() }
    }

    /// So many bytes of the file have become rows.
    pub(crate) fn copied(&self, bytes: u64) {
        self.tell(bytes.saturating_mul(COPIED) / self.size_bytes);
    }

    /// So many bytes of the file have been gone through for what did not become a row.
    pub(crate) fn gone_through(&self, bytes: u64) {
        self.tell(COPIED + bytes.saturating_mul(99 - COPIED) / self.size_bytes);
    }

    fn tell(&self, percent: u64) {
        let percent = i32::try_from(percent.min(99)).unwrap_or(99);
        self.percent.send_if_modified(|told| std::mem::replace(told, percent) != percent);
    }
}

async fn tell(app: &App, job_id: Uuid, mut told: watch::Receiver<i32>) -> Result<(), db::Error> {
    sleep(PATIENCE).await;
    // No progress is worth waiting for a disk: what is lost with the server is told again. The setting ends with the
    // statement, as a pooler lends the session to others.
    let update = "WITH setting AS (SELECT set_config('synchronous_commit', 'off', true))
                  UPDATE import_jobs SET progress = $2 FROM setting WHERE id = $1 AND status = 'importing'";
    let client = app.database().connect_outside_pool().await?;
    while told.changed().await.is_ok() {
        let percent = *told.borrow_and_update();
        client.query_typed(update, &[(&job_id, Type::UUID), (&percent, Type::INT4)]).await?;
        sleep(INTERVAL).await;
    }
    Ok(())
}
