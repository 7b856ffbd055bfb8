//! The place of a rehearsal: a copy of production, made before it and removed after it, however it ends.

use anyhow::{Context, Result};
use pg::Url;

use engine::interrupt::Signals;

/// The address of a sandbox.
#[derive(Clone, Debug)]
pub struct Location {
    /// Its direct URL.
    pub url: Url,
    /// Its name in messages.
    pub name: String,
}

/// A copy of production to try things on. The engine of rehearsals knows one kind, [`crate::DatabaseCopy`];
/// whoever knows a service that branches databases brings another.
pub trait Sandbox {
    /// Removes what earlier runs left behind when they were killed, and makes the copy. What it does
    /// meanwhile on a signal is its own business: it must end in a state that [`Sandbox::remove`] can clear.
    ///
    /// # Errors
    /// It cannot be made, or a signal came.
    fn create(&mut self, signals: &mut Signals) -> impl Future<Output = Result<Location>>;

    /// The message if the copy may be left behind.
    fn left(&self) -> String;

    /// Returns where the work failed, in a copy that is kept.
    fn kept(&self) -> String;

    /// Removes it. `is_whole`: whether [`Sandbox::create`] succeeded.
    ///
    /// # Errors
    /// It may still be there.
    fn remove(self, is_whole: bool) -> impl Future<Output = Result<()>>;
}

/// Does something in a sandbox, which is removed afterwards, also where the work fails or the process is
/// asked to end; unless it is to be kept. Where the work is done and the sandbox cannot be removed, that is
/// for `warn`: the work's outcome stays the same.
///
/// # Errors
/// The work's, with what is left after it; or the sandbox cannot be made.
pub async fn within<T>(
    mut sandbox: impl Sandbox,
    keep: bool,
    warn: impl Fn(&anyhow::Error),
    work: impl AsyncFnOnce(&Location) -> Result<T>,
) -> Result<T> {
    let mut signals = Signals::listen()?;
    let created = sandbox.create(&mut signals).await;
    let is_whole = created.is_ok();
    let outcome = match created {
        Ok(location) => signals.or(work(&location)).await,
        Err(error) => Err(error),
    };
    if keep && is_whole {
        return outcome.with_context(|| sandbox.kept());
    }
    let left = sandbox.left();
    match (outcome, signals.or_left(&left, sandbox.remove(is_whole)).await) {
        (outcome, Ok(())) => outcome,
        (Ok(outcome), Err(left)) => {
            warn(&left);
            Ok(outcome)
        }
        (Err(error), Err(left)) => Err(error.context(format!("{left:#}"))),
    }
}
