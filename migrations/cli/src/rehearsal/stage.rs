//! Where a rehearsal takes place, made before it and removed after it, whatever becomes of it.

mod copy;

use anyhow::{Context, Result, anyhow};
use pg::Url;
use tokio::signal::unix::{SignalKind, signal};

use copy::DatabaseCopy;

/// A copy of production to try things on.
pub(crate) struct Stage {
    /// Its direct URL.
    pub(crate) url: Url,
    /// What people call it.
    pub(crate) name: String,
    kind: Kind,
}

enum Kind {
    Copy(DatabaseCopy),
}

/// What to make a stage from.
pub(crate) enum Origin<'a> {
    /// A database, of which a copy is made on the same server.
    Database(&'a Url),
}

/// Does something on a stage, which is removed afterwards, also where the work fails or the process is told to end;
/// unless it is to be kept. What earlier runs of this machine left behind when they were killed is removed first.
///
/// # Errors
/// The work's; or the stage cannot be made or removed.
pub(crate) async fn within<T>(
    origin: &Origin<'_>,
    keep: bool,
    work: impl AsyncFnOnce(&Stage) -> Result<T>,
) -> Result<T> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // A stage that is being made is waited for, so that it can be removed.
    let stage = Stage::create(origin).await?;
    let outcome = tokio::select! {
        biased;
        _ = interrupt.recv() => Err(anyhow!("interrupted")),
        _ = terminate.recv() => Err(anyhow!("interrupted")),
        outcome = work(&stage) => outcome,
    };
    if keep {
        return outcome.with_context(|| format!("in {}, which was kept", stage.name));
    }
    let removed = stage.remove().await;
    let outcome = outcome?;
    removed.map(|()| outcome)
}

impl Stage {
    async fn create(origin: &Origin<'_>) -> Result<Self> {
        match origin {
            Origin::Database(url) => {
                let copy = DatabaseCopy::create(url).await?;
                Ok(Self { url: copy.url(), name: copy.name().to_owned(), kind: Kind::Copy(copy) })
            }
        }
    }

    async fn remove(self) -> Result<()> {
        match self.kind {
            Kind::Copy(copy) => copy.remove().await,
        }
    }
}
