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

/// Measures the round trips of an operation: the difference of its durations over two delays by the
/// difference of the delays, to a tenth. The difference of the delays grows with the spread of the durations,
/// so that the machine's own speed does not matter.
///
/// Over each delay it is run three times, and the fastest counts: whatever else the machine does only ever
/// adds. The two take turns, so that what slows the machine for a while slows both.
///
/// An operation that connects pays TCP's own handshake too: see [`Proxy`]. One that is to be measured warm
/// connects before. It is run six times, so it must be able to; each time it must take the same way.
pub async fn round_trips(proxy: &Proxy, mut operation: impl AsyncFnMut()) -> f64 {
    let first = duration(proxy, NEAR, &mut operation).await;
    let second = duration(proxy, NEAR, &mut operation).await;
    let difference = (4 * first.abs_diff(second)).clamp(LEAST_DIFFERENCE, GREATEST_DIFFERENCE);
    let mut near = first.min(second);
    let mut far = duration(proxy, NEAR + difference, &mut operation).await;
    near = near.min(duration(proxy, NEAR, &mut operation).await);
    for _ in 0..2 {
        far = far.min(duration(proxy, NEAR + difference, &mut operation).await);
    }
    let slope = (far.as_secs_f64() - near.as_secs_f64()) / difference.as_secs_f64();
    (slope * 10.0).round() / 10.0
}

async fn duration(proxy: &Proxy, round_trip: Duration, operation: &mut impl AsyncFnMut()) -> Duration {
    proxy.set_round_trip(round_trip);
    let begun = Instant::now();
    operation().await;
    begun.elapsed()
}
