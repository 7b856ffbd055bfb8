//! The deadline of a request.

use std::time::{Duration, SystemTime};

use budget::Budget;
use lambda_http::RequestExt;

use crate::Request;

/// Kept back from the invocation's deadline, to cancel what runs on the server and still answer.
const MARGIN: Duration = Duration::from_millis(500);

/// The budget where the invocation has no deadline.
const DEFAULT: Duration = Duration::from_secs(300);

/// A deadline this long past is none: `cargo lambda watch` sends a moment in 1970.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// The budget of a request: the one it carries in its extensions, or what its invocation's deadline leaves.
#[must_use]
pub fn budget_of(request: &Request) -> Budget {
    request.extensions().get::<Budget>().cloned().unwrap_or_else(|| {
        let deadline = request.lambda_context_ref().map(lambda_http::Context::deadline);
        Budget::lasting(length(deadline, SystemTime::now()))
    })
}

/// The budget of an invocation with this deadline.
pub(crate) fn budget_until(deadline: SystemTime) -> Budget {
    Budget::lasting(length(Some(deadline), SystemTime::now()))
}

fn length(deadline: Option<SystemTime>, now: SystemTime) -> Duration {
    match deadline.map(|deadline| deadline.duration_since(now)) {
        Some(Ok(left)) => left.saturating_sub(MARGIN),
        Some(Err(past)) if past.duration() < STALE => Duration::ZERO,
        Some(Err(_)) | None => DEFAULT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_the_deadline_less_a_margin() {
        let now = SystemTime::now();
        assert_eq!(length(Some(now + Duration::from_secs(10)), now), Duration::from_millis(9_500));
        assert_eq!(length(Some(now - Duration::from_millis(1)), now), Duration::ZERO);
    }

    #[test]
    fn the_emulators_deadline_of_1970_means_the_default() {
        let emulated = SystemTime::UNIX_EPOCH + Duration::from_millis(600_000);
        assert_eq!(length(Some(emulated), SystemTime::now()), DEFAULT);
        assert_eq!(length(None, SystemTime::now()), DEFAULT);
    }
}
