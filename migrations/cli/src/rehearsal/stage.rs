//! Where a rehearsal takes place, made before it and removed after it, whatever becomes of it.

mod branch;
mod copy;
mod lease;

use anyhow::{Context, Result, anyhow};
use pg::Url;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub(crate) use branch::BranchOrigin;
use branch::NeonBranch;
use copy::DatabaseCopy;

/// A copy of production to try things on.
pub(crate) struct Stage {
    /// Its direct URL.
    pub(crate) url: Url,
    /// What people call it.
    pub(crate) name: String,
}

/// What to make a stage from.
pub(crate) enum Origin<'a> {
    /// A database, of which a copy is made on the same server.
    Database(&'a Url),
    /// A branch of a Neon project, of which a branch is made.
    Branch(BranchOrigin<'a>),
}

/// Does something on a stage, which is removed afterwards, also where the work fails or the process is told to end;
/// unless it is to be kept. What earlier runs left behind when they were killed is removed first.
///
/// # Errors
/// The work's; or the stage cannot be made or removed.
pub(crate) async fn within<T>(
    origin: &Origin<'_>,
    keep: bool,
    work: impl AsyncFnOnce(&Stage) -> Result<T>,
) -> Result<T> {
    let mut signals = Signals::listen()?;
    match origin {
        Origin::Database(url) => {
            // A copy that is being made is waited for, so that it can be dropped: it takes no signal to make it fail.
            let copy = DatabaseCopy::create(url, keep).await?;
            let stage = Stage { url: copy.url(), name: copy.name().to_owned() };
            let outcome = signals.or(work(&stage)).await;
            if keep {
                return outcome.with_context(|| format!("in {}, which was kept", stage.name));
            }
            both(outcome, copy.remove().await)
        }
        Origin::Branch(origin) => {
            let branch = signals.or(NeonBranch::prepare(origin, keep)).await?;
            let name = branch.name().to_owned();
            let created = signals.or(branch.create(origin)).await;
            let is_whole = created.is_ok();
            let outcome = match created {
                Ok(url) => signals.or(work(&Stage { url, name: name.clone() })).await,
                Err(error) => Err(error),
            };
            if keep && is_whole {
                return outcome.with_context(|| format!("on the branch {name}, which was kept"));
            }
            both(outcome, branch.remove(is_whole).await)
        }
    }
}

/// The work's outcome, and what was left undone after it.
fn both<T>(outcome: Result<T>, removed: Result<()>) -> Result<T> {
    match (outcome, removed) {
        (outcome, Ok(())) => outcome,
        (Ok(_), Err(left)) => Err(left),
        (Err(error), Err(left)) => Err(error.context(format!("{left:#}"))),
    }
}

/// The signals that ask a process to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The work's outcome, unless a signal comes before it.
    async fn or<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => Err(anyhow!("interrupted")),
            _ = self.terminate.recv() => Err(anyhow!("interrupted")),
            outcome = work => outcome,
        }
    }
}
