//! The databases of a proof: one in which migrations are tried, and one in which ups alone have run, to go on from where a
//! try went wrong.

use anyhow::{Context, Result};
use schema_core::{Migration, Trial};
use tokio_postgres::Client;

use crate::database::execute;
use crate::output::Output;
use crate::report::{Direction, Event};
use crate::run::Settings;
use crate::scratch::{Beside, Scratch, Stage};

/// The database in which migrations are tried.
struct Trying {
    stage: Stage,
    /// A second session, which keeps what it has prepared: a migration's own is cleared after each.
    reader: Client,
    /// The copy that it is; none of the scratch database itself.
    copy: Option<Beside>,
}

/// Where ups alone have run.
struct Pristine {
    database: Beside,
    applied: usize,
}

/// The databases of a proof.
pub(super) struct Copies<'a> {
    scratch: &'a Scratch,
    settings: Settings,
    trials: &'a [Trial<'a>],
    output: &'a Output,
    trying: Trying,
    /// Made when it is first needed. It only ever moves on, so that it runs each up once.
    pristine: Option<Pristine>,
}

impl<'a> Copies<'a> {
    /// # Errors
    /// The server's refusal.
    pub(super) async fn open(
        scratch: &'a Scratch,
        settings: Settings,
        trials: &'a [Trial<'a>],
        output: &'a Output,
    ) -> Result<Self> {
        let stage = scratch.stage(settings.clone()).await?;
        let trying = Trying { stage, reader: scratch.session().await?, copy: None };
        Ok(Self { scratch, settings, trials, output, trying, pristine: None })
    }

    /// The session in which to look at the tables and to write rows.
    pub(super) fn reader(&self) -> &Client {
        &self.trying.reader
    }

    /// Runs a migration where migrations are tried.
    ///
    /// # Errors
    /// It does not run.
    pub(super) async fn run(&self, migration: &Migration, direction: Direction) -> Result<()> {
        let observe = |event| self.observe(&event);
        let outcome = self.trying.stage.runner(&observe).run(migration, direction).await;
        flush_counts(&self.trying.stage.session).await;
        outcome.map(|_| ())
    }

    /// Runs ups where ups alone have run, until so many are applied.
    ///
    /// # Errors
    /// One of them does not run.
    pub(super) async fn advance(&mut self, applied: usize) -> Result<()> {
        let pristine = match &mut self.pristine {
            Some(pristine) => pristine,
            empty => empty.insert(Pristine { database: self.scratch.beside(None).await?, applied: 0 }),
        };
        if pristine.applied == applied {
            return Ok(());
        }
        let observe = |_| {};
        let stage = pristine.database.stage(self.settings.clone()).await?;
        for trial in self.trials.iter().take(applied).skip(pristine.applied) {
            stage.runner(&observe).run(trial.migration, Direction::Up).await?;
            pristine.applied += 1;
        }
        Ok(())
    }

    /// Goes on in a copy of what so many ups make.
    ///
    /// # Errors
    /// One of them does not run, or the server's refusal.
    pub(super) async fn restore(&mut self, applied: usize) -> Result<()> {
        self.advance(applied).await?;
        let template = self.pristine.as_ref().context("no ups have run")?;
        let copy = self.scratch.beside(Some(&template.database)).await?;
        let stage = copy.stage(self.settings.clone()).await?;
        let reader = copy.session().await?;
        let former = std::mem::replace(&mut self.trying, Trying { stage, reader, copy: Some(copy) });
        match former.copy {
            Some(copy) => self.scratch.remove_beside(copy).await,
            None => Ok(()),
        }
    }

    fn observe(&self, event: &Event) {
        // What runs is a part of what the line of progress says.
        if matches!(event, Event::Waiting { .. } | Event::Retrying { .. }) {
            self.output.event(event);
        }
    }
}

/// Has the server add up what it has counted in a session, of which others read what has changed. It does so by itself once
/// a second.
pub(super) async fn flush_counts(session: &Client) {
    // Before version 15 there is no such function, and nobody relies on the counts.
    let _ = execute(session, "SELECT pg_stat_force_next_flush()").await;
}
