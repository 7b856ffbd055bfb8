//! The progress of a long import, for those who poll its job: written over a connection of its own, since the
//! import's transaction shows nothing until it commits. A short import never opens it.

use std::sync::Arc;
use std::time::Duration;

use db::Claims;
use store::App;
use tokio::join;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::sleep;
use tokio_postgres::types::Type;
use uuid::Uuid;

/// An import that is done within this needs no second connection.
const DELAY: Duration = Duration::from_millis(700);

/// Between two writes; with the time that one takes, a poller never sees what is older than a second.
const INTERVAL: Duration = Duration::from_millis(500);

/// The share of the work, in percent, that is done when the bookmarks are copied; the rest is entries and
/// merging.
const COPIED: u64 = 90;

/// Reports the progress of an import, until it is dropped.
pub(crate) struct Progress {
    percent: watch::Sender<i32>,
    size_bytes: u64,
    reporter: AbortHandle,
}

impl Drop for Progress {
    fn drop(&mut self) {
        // It may be waiting for a server that says nothing any more.
        self.reporter.abort();
    }
}

impl Progress {
    /// Begins at nought. The second connection is made only once the import has taken a while.
    pub(crate) fn begin(app: &Arc<App>, claims: Claims, job_id: Uuid, size_bytes: i32) -> Self {
        let (percent, received) = watch::channel(0);
        let app = Arc::clone(app);
        let reporter = tokio::spawn(async move {
            if let Err(error) = report(&app, &claims, job_id, received).await {
                tracing::warn!(%job_id, %error, "the progress of an import could not be written");
            }
        });
        let size_bytes = u64::try_from(size_bytes).unwrap_or(0).max(1);
        Self { percent, size_bytes, reporter: reporter.abort_handle() }
    }

    /// So many bytes of the file have become rows.
    pub(crate) fn copied(&self, bytes: u64) {
        self.send(bytes.saturating_mul(COPIED) / self.size_bytes);
    }

    /// So many bytes of the file have been gone through for what did not become a row.
    pub(crate) fn gone_through(&self, bytes: u64) {
        self.send(COPIED + bytes.saturating_mul(99 - COPIED) / self.size_bytes);
    }

    fn send(&self, percent: u64) {
        let percent = i32::try_from(percent.min(99)).unwrap_or(99);
        self.percent.send_if_modified(|sent| std::mem::replace(sent, percent) != percent);
    }
}

async fn report(
    app: &App,
    claims: &Claims,
    job_id: Uuid,
    mut received: watch::Receiver<i32>,
) -> Result<(), db::Error> {
    sleep(DELAY).await;
    // No progress is worth waiting for a disk: what is lost with the server is written again. The settings
    // end with the transaction, as a pooler lends the session to others.
    let begin = format!("BEGIN; SET LOCAL synchronous_commit = off; {}", claims.commands());
    let update = "UPDATE import_jobs SET progress = $2 WHERE id = $1 AND status = 'importing'";
    let client = app.database().connect_outside_pool().await?;
    while received.changed().await.is_ok() {
        let percent = *received.borrow_and_update();
        let params = [(&job_id as _, Type::UUID), (&percent as _, Type::INT4)];
        let (begun, updated, committed) = join!(
            biased;
            client.batch_execute(&begin),
            client.query_typed(update, &params),
            client.batch_execute("COMMIT"),
        );
        begun?;
        updated?;
        committed?;
        sleep(INTERVAL).await;
    }
    Ok(())
}
