//! Where a rehearsal takes place, made before it and removed after it, whatever becomes of it.

mod branch;
mod copy;
mod lease;

use anyhow::{Context, Result};
use pg::Url;

use crate::interrupt::Signals;

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
/// unless it is to be kept. What earlier runs left behind when they were killed is removed first. Where the work is done and
/// the stage cannot be removed, that is for `warn`: the work's outcome stays what it is.
///
/// # Errors
/// The work's, with what is left after it; or the stage cannot be made.
pub(crate) async fn within<T>(
    origin: &Origin<'_>,
    keep: bool,
    warn: impl Fn(&anyhow::Error),
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
            let left = copy.left();
            both(outcome, signals.or_left(&left, copy.remove()).await, warn)
        }
        Origin::Branch(origin) => {
            let branch = signals.or(NeonBranch::prepare(origin, keep)).await?;
            let (name, left) = (branch.name().to_owned(), branch.left());
            let created = signals.or_undone(origin.client, &left, branch.create(origin)).await;
            let is_whole = created.is_ok();
            let outcome = match created {
                Ok(url) => signals.or(work(&Stage { url, name: name.clone() })).await,
                Err(error) => Err(error),
            };
            if keep && is_whole {
                return outcome.with_context(|| format!("on the branch {name}, which was kept"));
            }
            both(outcome, signals.or_left(&left, branch.remove(is_whole)).await, warn)
        }
    }
}

/// The work's outcome, and what was left undone after it.
fn both<T>(outcome: Result<T>, removed: Result<()>, warn: impl Fn(&anyhow::Error)) -> Result<T> {
    match (outcome, removed) {
        (outcome, Ok(())) => outcome,
        (Ok(outcome), Err(left)) => {
            warn(&left);
            Ok(outcome)
        }
        (Err(error), Err(left)) => Err(error.context(format!("{left:#}"))),
    }
}
