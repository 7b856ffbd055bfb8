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
