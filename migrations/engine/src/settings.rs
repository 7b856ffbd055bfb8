//! Limits on how long statements may wait and run.

use std::time::Duration;

/// Limits on how long statements may wait and run; zero is for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Longest time that a statement waits for a lock before it gives up.
    pub lock_timeout: Duration,
    /// Longest time that a statement runs.
    pub statement_timeout: Duration,
    /// True if others use the server, so that what acts on all of it is refused.
    pub protects_cluster: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_secs(3),
            statement_timeout: Duration::ZERO,
            protects_cluster: false,
        }
    }
}

impl Settings {
    /// The statements that set them; `how` is SET or SET LOCAL. Without `row_security`, a migration whose
    /// role a policy binds fails, instead of changing no row.
    pub fn statements(&self, how: &str) -> String {
        format!(
            "{how} lock_timeout = {}; {how} statement_timeout = {}; {how} row_security = off",
            self.lock_timeout.as_millis(),
            self.statement_timeout.as_millis()
        )
    }
}
