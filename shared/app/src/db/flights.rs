//! Statements on their way.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::Budget;

/// Counts the statements of a connection that wait for their answers. Those that overlap are one round trip: they are
/// sent together.
pub(super) struct Flights {
    budget: Budget,
    state: Mutex<State>,
}

struct State {
    under_way: u32,
    since: Instant,
    is_abandoned: bool,
}

/// One statement, from its sending to its answer.
pub(super) struct Flight<'a> {
    flights: &'a Flights,
    is_answered: bool,
}

impl Flights {
    pub(super) fn new(budget: Budget) -> Self {
        let state = State { under_way: 0, since: Instant::now(), is_abandoned: false };
        Self { budget, state: Mutex::new(state) }
    }

    pub(super) fn begin(&self) -> Flight<'_> {
        let mut state = self.lock();
        if state.under_way == 0 {
            state.since = Instant::now();
            self.budget.meter().round_trip();
        }
        state.under_way += 1;
        Flight { flights: self, is_answered: false }
    }

    /// Whether nobody waited for the answer of a statement, which may still be running.
    pub(super) fn is_abandoned(&self) -> bool {
        self.lock().is_abandoned
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight<'_> {
    pub(super) fn answered(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut state = self.flights.lock();
        state.under_way -= 1;
        state.is_abandoned |= !self.is_answered;
        if state.under_way == 0 {
            self.flights.budget.meter().waited(state.since.elapsed());
        }
    }
}
