//! The server's messages beside its answers: `RAISE NOTICE`, `RAISE WARNING`, and its own.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio_postgres::error::DbError;

/// Hears a notice of a session, before the statement that raised it is answered.
pub type Ear = Arc<dyn Fn(&DbError) + Send + Sync>;

/// Notices of one migration that are kept; the others are counted.
const KEPT: usize = 20;

/// Characters of a notice that are kept.
const LENGTH: usize = 300;

/// Something that the server said while a migration ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// `WARNING`, `NOTICE`, `INFO`.
    pub severity: String,
    /// Its words, at most 300 characters, in one line.
    pub message: String,
}

/// Notices of one migration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// They, in their order.
    pub notices: Vec<Notice>,
    /// Number of notices left out.
    pub left_out: usize,
}

/// Keeps a session's notices until they are reported.
#[derive(Clone, Debug, Default)]
pub struct Notices(Arc<Mutex<Heard>>);

impl Notices {
    /// Keeps one. Where there are too many, a warning takes the place of something lighter.
    pub fn add(&self, notice: &DbError) {
        // In English, whatever the server's language.
        let severity =
            notice.parsed_severity().map_or_else(|| notice.severity().to_owned(), |level| level.to_string());
        self.keep(Notice { severity, message: in_one_line(notice.message()) });
    }

    fn keep(&self, notice: Notice) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.notices.len() < KEPT {
            heard.notices.push(notice);
            return;
        }
        heard.left_out += 1;
        let lighter = heard.notices.iter().rposition(|kept| kept.severity != WARNING);
        if let Some(lighter) = lighter.filter(|_| notice.severity == WARNING) {
            heard.notices.remove(lighter);
            heard.notices.push(notice);
        }
    }

    /// Those since the last time.
    pub fn take(&self) -> Heard {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Severity that outranks the rest.
pub const WARNING: &str = "WARNING";

/// A text without what could control a terminal or turn the text around it, cut where it is long. A line of
/// it would begin a line of ours, which a CI might take for a command.
fn in_one_line(text: &str) -> String {
    let turns = |c: char| {
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2066}'..='\u{2069}')
    };
    let shown: String =
        text.chars().take(LENGTH).map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect();
    if text.chars().nth(LENGTH).is_some() { format!("{}…", shown.trim_end()) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(severity: &str, message: &str) -> Notice {
        Notice { severity: severity.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn notices_are_bounded_in_number_and_warnings_stay() {
        let notices = Notices::default();
        (0..KEPT + 5).for_each(|i| notices.keep(notice("NOTICE", &i.to_string())));
        notices.keep(notice(WARNING, "look"));
        let heard = notices.take();
        assert_eq!((heard.notices.len(), heard.left_out), (KEPT, 6));
        assert_eq!(heard.notices.last(), Some(&notice(WARNING, "look")));
        assert_eq!(notices.take(), Heard::default());
    }

    #[test]
    fn a_notice_is_one_line_that_controls_nothing() {
        assert_eq!(in_one_line("a\n::error::b\x1b[2J\u{202e}c"), "a ::error::b [2J c");
        let long = in_one_line(&"x".repeat(10_000));
        assert_eq!(long.chars().count(), LENGTH + 1);
    }
}
