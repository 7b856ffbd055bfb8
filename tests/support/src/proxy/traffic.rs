//! Counters of the traffic that has passed.

use std::sync::{Arc, Mutex, PoisonError};

/// Counts of one connection or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Connections that were accepted.
    pub connections: u64,
    /// Bytes that a client sent.
    pub to_server: u64,
    /// Bytes that a client got.
    pub to_client: u64,
    /// Number of times that a client sent something which could depend on what it had received: the turns
    /// from server to client to server again, the first sending included. Seen from the client's side of the
    /// delay.
    ///
    /// With a delay that is long against the machine's own time, these are the round trips, TCP's handshake
    /// excepted; a client that is still sending when the first answer arrives adds one for which it did not
    /// wait.
    pub flights: u64,
}

impl Traffic {
    fn add(&mut self, other: &Self) {
        self.connections += other.connections;
        self.to_server += other.to_server;
        self.to_client += other.to_client;
        self.flights += other.flights;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Client,
    Server,
}

/// The counts of a connection as they grow.
pub(super) struct Counter(Mutex<(Traffic, Turn)>);

impl Counter {
    fn new() -> Self {
        // As if the server had just had the last word, so that the first sending is a flight.
        Self(Mutex::new((Traffic { connections: 1, ..Traffic::default() }, Turn::Server)))
    }

    /// The client has sent so many bytes.
    pub(super) fn sent(&self, bytes: usize) {
        let (traffic, turn) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(turn, Turn::Client) == Turn::Server {
            traffic.flights += 1;
        }
        traffic.to_server += bytes as u64;
    }

    /// The client is about to get so many bytes.
    pub(super) fn answered(&self, bytes: usize) {
        let (traffic, turn) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *turn = Turn::Server;
        traffic.to_client += bytes as u64;
    }

    fn traffic(&self) -> Traffic {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}

/// The counters of all connections.
#[derive(Default)]
pub(super) struct Tally(Mutex<Vec<Arc<Counter>>>);

impl Tally {
    pub(super) fn connection(&self) -> Arc<Counter> {
        let counter = Arc::new(Counter::new());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&counter));
        counter
    }

    pub(super) fn each(&self) -> Vec<Traffic> {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters.iter().map(|counter| counter.traffic()).collect()
    }

    pub(super) fn total(&self) -> Traffic {
        let mut total = Traffic::default();
        for traffic in self.each() {
            total.add(&traffic);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flight_begins_where_the_client_speaks_after_the_server() {
        let counter = Counter::new();
        counter.sent(1);
        counter.sent(2);
        assert_eq!(counter.traffic().flights, 1);
        counter.answered(10);
        counter.answered(20);
        assert_eq!(counter.traffic().flights, 1);
        counter.sent(3);
        assert_eq!(counter.traffic(), Traffic { connections: 1, to_server: 6, to_client: 30, flights: 2 });
    }
}
