//! The proxy's state: its compute and its sessions.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::{Farewell, Tampering, message};

/// An order to end every session, and whom to tell how many there were.
pub(super) struct Dismissal {
    pub(super) farewell: Farewell,
    pub(super) done: std::sync::mpsc::Sender<usize>,
}

#[derive(Default)]
pub(super) struct State {
    compute: Mutex<ComputeState>,
    sessions: Mutex<SessionTable>,
    /// Notified of each session's end.
    ended: Notify,
}

#[derive(Default)]
pub(super) struct ComputeState {
    pub(super) wake_time: Duration,
    /// When it is or was awake; none while it sleeps.
    pub(super) awake_at: Option<Instant>,
    pub(super) wakes: u32,
    pub(super) logins: u32,
    pub(super) failures: VecDeque<String>,
    /// Time until it fails.
    pub(super) failure_time: Duration,
    pub(super) connection_limit: Option<usize>,
    /// Attack on logins by somebody in between.
    pub(super) tampering: Option<Tampering>,
}

#[derive(Default)]
struct SessionTable {
    next: u64,
    /// By their number.
    open: HashMap<u64, Session>,
}

struct Session {
    /// The server's process, once it is known.
    pid: Option<i32>,
    /// Taken to end the session without a word.
    alive: Option<oneshot::Sender<()>>,
}

impl State {
    pub(super) fn compute(&self) -> MutexGuard<'_, ComputeState> {
        self.compute.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self) -> MutexGuard<'_, SessionTable> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn session_count(&self) -> usize {
        self.sessions().open.len()
    }

    /// A client has logged in: gives when the compute is awake, which this may have begun, or why it is not
    /// for this client.
    pub(super) fn wake(&self) -> Result<Instant, String> {
        let mut compute = self.compute();
        compute.logins += 1;
        if let Some(failure) = compute.failures.pop_front() {
            return Err(failure);
        }
        let now = Instant::now();
        if compute.awake_at.is_none() {
            compute.wakes += 1;
            compute.awake_at = Some(now + compute.wake_time);
        }
        Ok(compute.awake_at.unwrap_or(now))
    }

    /// Takes one of the compute's connections.
    pub(super) fn open_session(&self) -> Result<Open<'_>, String> {
        let limit = self.compute().connection_limit;
        let mut sessions = self.sessions();
        if limit.is_some_and(|limit| sessions.open.len() >= limit) {
            return Err(message::NO_SLOTS.to_owned());
        }
        let number = sessions.next;
        sessions.next += 1;
        let (alive, ended) = oneshot::channel();
        sessions.open.insert(number, Session { pid: None, alive: Some(alive) });
        Ok(Open { state: self, number, ended })
    }

    /// The sessions that are open now.
    pub(super) fn session_numbers(&self) -> Vec<u64> {
        self.sessions().open.keys().copied().collect()
    }

    /// Has sessions end without a word.
    pub(super) fn drop_sessions(&self, numbers: &[u64]) {
        let mut sessions = self.sessions();
        for number in numbers {
            drop(sessions.open.get_mut(number).and_then(|session| session.alive.take()));
        }
    }

    /// The server's processes behind sessions.
    pub(super) fn pids(&self, numbers: &[u64]) -> Vec<i32> {
        let sessions = self.sessions();
        numbers.iter().filter_map(|number| sessions.open.get(number)?.pid).collect()
    }

    /// Waits until these sessions are over, their clients' connections closed.
    pub(super) async fn over(&self, numbers: &[u64]) {
        loop {
            let ended = self.ended.notified();
            if !numbers.iter().any(|number| self.sessions().open.contains_key(number)) {
                return;
            }
            ended.await;
        }
    }
}

/// An open session, until it is dropped.
pub(super) struct Open<'a> {
    state: &'a State,
    number: u64,
    ended: oneshot::Receiver<()>,
}

impl Open<'_> {
    pub(super) fn has_pid(&self, pid: i32) {
        if let Some(session) = self.state.sessions().open.get_mut(&self.number) {
            session.pid = Some(pid);
        }
    }

    /// Waits until the session is to end without a word.
    pub(super) async fn dropped(&mut self) {
        // Nothing is ever sent; the sender's end is the message.
        let _ = (&mut self.ended).await;
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.state.sessions().open.remove(&self.number);
        self.state.ended.notify_waiters();
    }
}
