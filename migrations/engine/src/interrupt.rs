//! The signals that ask a process to end, met where something must be removed first.

use anyhow::{Result, anyhow};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that ask a process to end.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From now on a signal does not end the process by itself.
    ///
    /// # Errors
    /// The system's.
    pub fn listen() -> Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// The work's outcome, unless a signal comes before it.
    ///
    /// # Errors
    /// The work's, or a signal came.
    pub async fn or<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.next() => Err(anyhow!("interrupted")),
            outcome = work => outcome,
        }
    }

    /// The outcome of work that makes something elsewhere. A signal calls `stop`, which lets the work end
    /// what it is at and remove what it has made; another one lets it go at once, with a word about what may
    /// be left.
    ///
    /// # Errors
    /// The work's, or a second signal came.
    pub async fn or_undone<T, E: Into<anyhow::Error>>(
        &mut self,
        stop: impl FnOnce(),
        left: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T> {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            () = self.next() => stop(),
            outcome = &mut work => return outcome.map_err(Into::into),
        }
        tokio::select! {
            biased;
            () = self.next() => Err(anyhow!("interrupted; {left}")),
            outcome = work => outcome.map_err(Into::into),
        }
    }

    /// The outcome of removing something, which a signal does not stop; another one does, with a word about
    /// what may be left.
    ///
    /// # Errors
    /// The work's, or a second signal came.
    pub async fn or_left<T>(&mut self, left: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            () = self.next() => {}
            outcome = &mut work => return outcome,
        }
        tokio::select! {
            biased;
            () = self.next() => Err(anyhow!("interrupted; {left}")),
            outcome = work => outcome,
        }
    }
}
