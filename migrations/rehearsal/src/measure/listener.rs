//! Notices of migrations and the server while they run, by statement.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use files::Script;
use tokio_postgres::error::{DbError, Severity};

use engine::notices::Ear;
use engine::values;

/// Maximum number of notices that are kept of all migrations.
const KEPT: usize = 200;

/// Maximum number of notices that are kept of one statement until it has been answered, so that a loop that
/// raises one for each row does not fill the memory.
const KEPT_OF_ONE: usize = 1_000;

/// A notice of a migration or the server while a statement ran.
pub struct Said {
    /// The migration's file.
    pub file: String,
    /// The statement's line, from 1.
    pub line: usize,
    /// As `WARNING`.
    pub severity: String,
    /// Without row values.
    pub message: String,
    /// With them, where they are asked for.
    pub shown: Option<String>,
}

/// All that was said.
#[derive(Default)]
pub struct AllSaid {
    /// They, in their order.
    pub kept: Vec<Said>,
    /// Lower bound of the number that was left out.
    pub more: usize,
}

/// Listens to a session.
#[derive(Default)]
pub(super) struct Listener {
    /// Notices since the last statement was answered.
    heard: Arc<Mutex<Vec<DbError>>>,
    said: RefCell<AllSaid>,
}

impl Listener {
    /// The receiver of a session's notices.
    pub(super) fn ear(&self) -> Ear {
        let heard = Arc::clone(&self.heard);
        Arc::new(move |notice: &DbError| {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            if heard.len() < KEPT_OF_ONE {
                heard.push(notice.clone());
            }
        })
    }

    /// Keeps what a statement said, failed or not.
    pub(super) fn listen(&self, script: &Script, line: usize) {
        let heard = std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner));
        let AllSaid { kept, more } = &mut *self.said.borrow_mut();
        for notice in heard.into_iter().filter(is_reported) {
            if kept.len() == KEPT {
                *more += 1;
                continue;
            }
            kept.push(Said {
                file: script.file.clone(),
                line,
                severity: notice
                    .parsed_severity()
                    .map_or_else(|| notice.severity().to_owned(), |severity| severity.to_string()),
                message: values::message(&notice, Some(&script.sql)),
                shown: values::are_shown().then(|| notice.message().to_owned()),
            });
        }
    }

    pub(super) fn take(&self) -> AllSaid {
        self.said.take()
    }
}

fn is_reported(notice: &DbError) -> bool {
    match notice.parsed_severity() {
        Some(Severity::Warning) => true,
        // IF [NOT] EXISTS asks for the notice that something exists already, or does not.
        Some(Severity::Notice | Severity::Info) => values::is_raised(notice) || !is_skipping(notice),
        // DEBUG and LOG are for the server's people.
        _ => false,
    }
}

/// Returns whether a notice says that there is nothing to do. Postgres has no code for a thing that is not
/// there to be dropped, and names its own function.
fn is_skipping(notice: &DbError) -> bool {
    let of_drop =
        ["DropErrorMsgNonExistent", "does_not_exist_skipping", "ATExecDropColumn", "ATExecDropConstraint"];
    notice.code().code().starts_with("42")
        || notice.routine().is_some_and(|routine| of_drop.contains(&routine))
}
