//! Tracks the statements that are in flight.

use std::sync::{Mutex, MutexGuard, PoisonError};

use budget::Budget;
use tokio::time::Instant;

/// Tracks the statements of a connection that wait for their answers. Statements that overlap are one round
/// trip, since they are sent together.
pub(super) struct InFlight {
    budget: Budget,
    state: Mutex<State>,
}

struct State {
    pending: u32,
    since: Instant,
    is_abandoned: bool,
}

/// One statement, from its sending to its answer.
pub(super) struct Statement<'a> {
    tracker: &'a InFlight,
    is_answered: bool,
}

impl InFlight {
    pub(super) fn new(budget: Budget) -> Self {
        let state = State { pending: 0, since: Instant::now(), is_abandoned: false };
        Self { budget, state: Mutex::new(state) }
    }

    pub(super) fn begin(&self) -> Statement<'_> {
        let mut state = self.lock();
        if state.pending == 0 {
            state.since = Instant::now();
            self.budget.metrics().round_trip();
        }
        state.pending += 1;
        Statement { tracker: self, is_answered: false }
    }

    /// Returns whether nobody waited for the answer of a statement, which may still be running.
    pub(super) fn is_abandoned(&self) -> bool {
        self.lock().is_abandoned
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Statement<'_> {
    pub(super) fn answered(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        let mut state = self.tracker.lock();
        state.pending -= 1;
        state.is_abandoned |= !self.is_answered;
        if state.pending == 0 {
            self.tracker.budget.metrics().waited(state.since.elapsed());
        }
    }
}
