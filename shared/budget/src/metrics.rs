//! The counters of a request's log line.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;

/// The counters of one request.
#[derive(Debug, Default)]
pub struct RequestMetrics {
    is_cold: AtomicBool,
    connects: AtomicU32,
    connect_retries: AtomicU32,
    stale_discards: AtomicU32,
    retries: AtomicU32,
    round_trips: AtomicU32,
    answers: AtomicU32,
    database_us: AtomicU64,
}

/// The cost of a request so far, as in its log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RequestCost {
    /// True if it is the first request of its process.
    pub cold: bool,
    /// Connections that were begun for it, one made ahead of it included.
    pub connects: u32,
    /// Number of connection attempts that were followed by another.
    pub connect_retries: u32,
    /// Idle connections that were too old, or dead, and closed instead of used.
    pub stale_discards: u32,
    /// Number of times its work was repeated, after a lost connection, a deadlock or a serialization failure.
    pub retries: u32,
    /// Number of times it waited for an answer to statements; those that travel together count once, and
    /// connecting does not.
    pub round_trips: u32,
    /// For how long it waited for connections and answers, in milliseconds.
    pub database_ms: f64,
}

/// A time as logs and answers show it: in milliseconds, to the microsecond. More digits than were measured,
/// such as those of `0.269_f64 * 1e3`, mean nothing.
#[must_use]
pub fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e3
}

impl RequestMetrics {
    /// Notes that the request is the first of its process.
    pub fn mark_cold(&self) {
        self.is_cold.store(true, Ordering::Relaxed);
    }

    /// Counts a connection that is begun.
    pub fn connect(&self) {
        self.connects.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an attempt at a connection that follows a failed one.
    pub fn connect_retry(&self) {
        self.connect_retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an idle connection that is closed instead of used.
    pub fn stale_discard(&self) {
        self.stale_discards.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a repetition of the work.
    pub fn retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a round trip.
    pub fn round_trip(&self) {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a statement that the server has answered.
    pub fn answer(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of statements that the server has answered, successful or not.
    #[must_use]
    pub fn answers(&self) -> u32 {
        self.answers.load(Ordering::Relaxed)
    }

    /// Adds a time of waiting for a connection or an answer.
    pub fn waited(&self, time: Duration) {
        let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.database_us.fetch_add(microseconds, Ordering::Relaxed);
    }

    /// Returns the values of the counters.
    #[must_use]
    pub fn cost(&self) -> RequestCost {
        let count = |counter: &AtomicU32| counter.load(Ordering::Relaxed);
        RequestCost {
            cold: self.is_cold.load(Ordering::Relaxed),
            connects: count(&self.connects),
            connect_retries: count(&self.connect_retries),
            stale_discards: count(&self.stale_discards),
            retries: count(&self.retries),
            round_trips: count(&self.round_trips),
            database_ms: milliseconds(Duration::from_micros(self.database_us.load(Ordering::Relaxed))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_the_digits_that_were_measured() {
        for (micros, shown) in
            [(0, "0.0"), (269, "0.269"), (1_100, "1.1"), (4_500_123, "4500.123"), (3_000, "3.0")]
        {
            let time = Duration::from_micros(micros) + Duration::from_nanos(999);
            assert_eq!(format!("{:?}", milliseconds(time)), shown);
        }
        for micros in 0..100_000 {
            let shown = milliseconds(Duration::from_micros(micros)).to_string();
            assert!(shown.split_once('.').is_none_or(|(_, digits)| digits.len() <= 3), "{shown}");
        }
    }
}
