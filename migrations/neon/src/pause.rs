//! The pause before a retry.

use std::time::Duration;

use pg::{Backoff, retry};

const BACKOFF: Backoff = Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(10) };

/// Number of attempts before a refusal is final. With the pauses between, they take about five seconds.
pub(super) const ATTEMPTS: u32 = 6;

/// The same where there is nobody to refuse it: a network that is away for two seconds is away for longer.
pub(super) const ATTEMPTS_TO_REACH: u32 = 4;

/// The pause after an attempt, from 1: twice as long each time, less up to a half by chance, so that clients
/// that were refused together do not come back together. What the server asked for is kept, up to half a
/// minute.
pub(super) fn after(attempt: u32, asked: Option<Duration>) -> Duration {
    if let Some(asked) = asked {
        return asked.min(3 * BACKOFF.longest);
    }
    BACKOFF.pause(attempt, retry::chance())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_never_cut_by_more_than_half() {
        for attempt in 1..=40 {
            let full = BACKOFF.pause(attempt, 0.0);
            for _ in 0..50 {
                let pause = after(attempt, None);
                assert!(pause <= full && pause >= full / 2, "{pause:?} after attempt {attempt}");
            }
        }
    }

    #[test]
    fn what_the_server_asks_for_is_kept_within_bounds() {
        assert_eq!(after(1, Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(after(1, Some(Duration::from_secs(3_600))), Duration::from_secs(30));
    }
}
