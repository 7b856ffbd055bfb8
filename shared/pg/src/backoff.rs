//! The pause before the next attempt.

use std::time::Duration;

/// Pauses that double from a first one to a longest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first attempt.
    pub first: Duration,
    /// However many attempts have failed.
    pub longest: Duration,
}

impl Backoff {
    /// Returns the pause after so many failed attempts, from 1. `chance`, from 0 to 1, takes up to half of it
    /// away, so that clients that were refused together do not come back together; 0 where there is one
    /// client.
    #[must_use]
    pub fn pause(self, failed: u32, chance: f64) -> Duration {
        let full = self.first.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
        full.min(self.longest).mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff =
        Backoff { first: Duration::from_millis(100), longest: Duration::from_millis(350) };

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses = [1, 2, 3, 4, u32::MAX].map(|failed| BACKOFF.pause(failed, 0.0).as_millis());
        assert_eq!(pauses, [100, 200, 350, 350, 350]);
    }

    #[test]
    fn chance_takes_up_to_a_half() {
        assert_eq!(BACKOFF.pause(2, 1.0), Duration::from_millis(100));
        assert_eq!(BACKOFF.pause(2, 0.5), Duration::from_millis(150));
    }
}
