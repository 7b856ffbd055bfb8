//! Counting round trips from outside, by what a longer way costs.

use std::time::Duration;

use tokio::time::Instant;

use super::Proxy;

/// The shorter way. Not nothing: with a delay, what is sent in one go also arrives in one go.
const NEAR: Duration = Duration::from_millis(20);

/// By how much the longer way is longer at least.
const LEAST_DIFFERENCE: Duration = Duration::from_millis(80);

/// By how much at most, which bounds what a noisy machine costs.
const GREATEST_DIFFERENCE: Duration = Duration::from_millis(800);

/// Each way is gone this often, and its fastest time counts: whatever else the machine does only ever adds.
const TRIES: u32 = 3;

/// Measures the round trips of an operation: the difference of its durations over two delays by the
/// difference of the delays, to a tenth. The difference of the delays grows with the spread of the durations,
/// so that the machine's own speed does not matter.
///
/// An operation that connects pays TCP's own handshake too: see [`Proxy`]. One that is to be measured warm
/// connects before. It is run six times, so it must be able to; each time it must take the same way.
pub async fn round_trips(proxy: &Proxy, mut operation: impl AsyncFnMut()) -> f64 {
    let near = durations(proxy, NEAR, &mut operation).await;
    let spread = near.slowest - near.fastest;
    let difference = (4 * spread).clamp(LEAST_DIFFERENCE, GREATEST_DIFFERENCE);
    let far = durations(proxy, NEAR + difference, &mut operation).await;
    let slope = (far.fastest.as_secs_f64() - near.fastest.as_secs_f64()) / difference.as_secs_f64();
    (slope * 10.0).round() / 10.0
}

struct Durations {
    fastest: Duration,
    slowest: Duration,
}

async fn durations(proxy: &Proxy, round_trip: Duration, operation: &mut impl AsyncFnMut()) -> Durations {
    proxy.set_round_trip(round_trip);
    let mut durations = Durations { fastest: Duration::MAX, slowest: Duration::ZERO };
    for _ in 0..TRIES {
        let begun = Instant::now();
        operation().await;
        let duration = begun.elapsed();
        durations.fastest = durations.fastest.min(duration);
        durations.slowest = durations.slowest.max(duration);
    }
    durations
}
