//! A report for people: on a terminal, as Markdown for a pull request, as a page.

mod html;
mod markdown;
mod terminal;

pub use html::html;
pub use markdown::markdown;
pub use terminal::terminal;

use super::report::{Finding, Level, Probed, Rehearsed, Who};
use crate::measure::Lock;
use text::HumanDuration;

/// A number of bytes as people read it.
struct Bytes(i64);

impl std::fmt::Display for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        match self.0.unsigned_abs() {
            bytes @ 0..1_024 => write!(f, "{sign}{bytes} B"),
            bytes @ 1_024..1_048_576 => write!(f, "{sign}{} kB", bytes / 1_024),
            bytes @ 1_048_576..1_073_741_824 => write!(f, "{sign}{} MB", bytes / 1_048_576),
            bytes => {
                write!(f, "{sign}{}.{} GB", bytes / 1_073_741_824, bytes % 1_073_741_824 * 10 / 1_073_741_824)
            }
        }
    }
}

impl Rehearsed {
    fn wal_bytes(&self) -> i64 {
        let bytes: u64 = self.measured.statements.iter().map(|statement| statement.wal_bytes).sum();
        i64::try_from(bytes).unwrap_or(i64::MAX)
    }

    /// The lock that held others up for longest, in words; a dash where none did.
    fn longest_lock(&self) -> String {
        self.measured.longest_blocking_lock().map_or_else(|| "–".to_owned(), lock_in_words)
    }

    /// The longest wait of a session of that kind while this migration ran; a dash where none waited.
    fn longest_wait(&self, probes: &[Probed], who: Who) -> String {
        let (from, until) = (self.measured.started, self.measured.started + self.measured.duration);
        let of_kind = probes.iter().filter(|probed| probed.who == who);
        let longest =
            of_kind.filter_map(|probed| probed.longest_within(from, until)).max_by_key(|wait| wait.waited);
        longest.map_or_else(|| "–".to_owned(), |wait| HumanDuration(wait.waited).to_string())
    }
}

fn lock_in_words(lock: &Lock) -> String {
    format!("{} on {} for {}", lock.mode, lock.relation, HumanDuration(lock.held))
}

fn place(finding: &Finding) -> String {
    match (&finding.file, finding.line) {
        (Some(file), Some(line)) => format!("{file}, line {line}: "),
        (Some(file), None) => format!("{file}: "),
        _ => String::new(),
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Failure => "failure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_rounded_to_what_people_read() {
        let shown = [0, 1_023, 2_048, -3_145_728, 1_610_612_736].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(shown, ["0 B", "1023 B", "2 kB", "-3 MB", "1.5 GB"]);
    }
}
