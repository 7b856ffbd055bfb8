//! Looking on while a migration is applied.

use files::{Migration, Script, Statement};
use tokio_postgres::Client;

use crate::notices::Ear;
use crate::report::Step;

/// Place of statements in the transactions of their migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In a transaction, and nothing of the migration ran in it before.
    First,
    /// In a transaction, behind others.
    Within,
    /// In none that stays open: they commit by themselves, end the file's own transaction, or set up the
    /// session.
    Alone,
}

/// Looks on while migrations are applied. It may ask the migrating session between statements, and must leave
/// it as it was; after a statement that failed in a transaction the session answers nothing until the
/// transaction has ended.
///
/// Without an observer, a file in a transaction is sent whole, as refinery sends it: one message, whose
/// answers tell which statement failed. An observer has it sent statement by statement instead. Both run the
/// same statements in the same transaction with the same settings and the same record of the history; they
/// differ where a statement changes how the text behind it is read (`SET standard_conforming_strings`), since
/// a message is read as a whole, in when a syntax error is found, and in the round trips.
pub trait Observer {
    /// True if it is called for each statement.
    const BY_STATEMENT: bool = true;

    /// Returns the listener for notices of the migrating session.
    fn ear(&self) -> Option<Ear> {
        None
    }

    /// Returns how many of the next statements are sent, and reported, as one; at least one.
    fn batch(&self, _next: &[Statement<'_>]) -> usize {
        1
    }

    /// A migration begins; nothing of it is sent yet.
    fn before_migration(
        &mut self,
        _session: &Client,
        _migration: &Migration,
        _script: &Script,
    ) -> impl Future<Output = ()> {
        async {}
    }

    /// Statements are sent next: one, or a batch of a file's own that stand behind each other.
    fn before_statement(
        &mut self,
        _session: &Client,
        _statements: &[Statement<'_>],
    ) -> impl Future<Output = ()> {
        async {}
    }

    /// They were answered; their transaction, if any, is still open.
    fn after_statement(
        &mut self,
        _session: &Client,
        _statements: &[Statement<'_>],
        _placement: Placement,
        _outcome: Result<(), &pg::Error>,
    ) -> impl Future<Output = ()> {
        async {}
    }

    /// A transaction has ended. What was seen of one that is not committed did not happen, and may come
    /// again.
    fn after_transaction(&mut self, _is_committed: bool) {}

    /// The migration and its change of the history are done.
    fn after_migration(&mut self, _session: &Client, _step: &Step) -> impl Future<Output = ()> {
        async {}
    }
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    const BY_STATEMENT: bool = false;
}
