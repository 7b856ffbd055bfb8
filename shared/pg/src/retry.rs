//! When a failed attempt at a session is retried.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::backoff::Backoff;
use crate::error::Class;

/// Attempts in all. Neon's proxy itself tries to wake a compute for some seven seconds, and to reach it for
/// some six.
const ATTEMPTS: u32 = 3;
/// Between them, at most.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(250), longest: Duration::from_millis(500) };

/// Returns the pause before the next attempt at a session; `None` if the error is final.
///
/// The pause doubles each time, and up to half of it is left to chance, so that clients which were refused
/// together do not come back together. Misconfigurations and exhausted limits are not retried.
///
/// - `failed`: how many attempts have failed, the last one with an error of `class`
/// - `left`: what is left of the budget; the pause takes no more than half of it
/// - `chance`: from 0 to 1
#[must_use]
pub fn pause(class: Class, failed: u32, left: Duration, chance: f64) -> Option<Duration> {
    let is_worth_it = class == Class::Unavailable && (1..ATTEMPTS).contains(&failed);
    let pause = BACKOFF.pause(failed, chance);
    (is_worth_it && pause <= left / 2).then_some(pause)
}

/// From 0 to 1, by the randomness with which every process seeds its hash maps.
#[must_use]
pub fn chance() -> f64 {
    let random = u32::try_from(RandomState::new().hash_one(()) >> 32).unwrap_or_default();
    f64::from(random) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLENTY: Duration = Duration::from_secs(60);

    fn milliseconds(failed: u32, chance: f64) -> Option<u128> {
        pause(Class::Unavailable, failed, PLENTY, chance).map(|pause| pause.as_millis())
    }

    #[test]
    fn pauses_double_and_leave_half_to_chance() {
        assert_eq!([1, 2].map(|failed| milliseconds(failed, 0.0)), [Some(250), Some(500)]);
        assert_eq!([1, 2].map(|failed| milliseconds(failed, 1.0)), [Some(125), Some(250)]);
        assert_eq!(milliseconds(1, 0.5), Some(187));
    }

    #[test]
    fn the_third_failure_is_the_last() {
        assert_eq!(milliseconds(3, 0.0), None);
        assert_eq!(milliseconds(u32::MAX, 0.0), None);
    }

    #[test]
    fn only_what_may_pass_by_itself_is_tried_again() {
        assert!(pause(Class::Unavailable, 1, PLENTY, 0.0).is_some());
        for class in
            [Class::Permanent, Class::Limit, Class::Lost, Class::Conflict, Class::Cancelled, Class::Statement]
        {
            assert_eq!(pause(class, 1, PLENTY, 0.0), None, "{class:?}");
        }
    }

    #[test]
    fn a_budget_that_is_nearly_used_up_is_kept_for_the_answer() {
        assert_eq!(pause(Class::Unavailable, 1, Duration::from_millis(499), 0.0), None);
        assert!(pause(Class::Unavailable, 1, Duration::from_millis(500), 0.0).is_some());
        assert_eq!(pause(Class::Unavailable, 1, Duration::ZERO, 1.0), None);
    }
}
