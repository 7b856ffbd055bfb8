//! The databases of a proof: one in which migrations are tried, and one in which ups alone have run, to go on
//! from where a try went wrong.

use anyhow::{Context, Result};
use files::{Migration, ProofStep};
use tokio_postgres::Client;

use super::ProofEvent;
use crate::cluster::{self, SharedRows};
use crate::introspection::flush_counts;
use crate::report::{Direction, Event};
use crate::scratch::{Apart, Beside, PreparedScratch, Scratch, Server};
use crate::settings::Settings;

const READING: &str = "reading the server's shared catalogs";

/// The database in which migrations are tried.
struct Trying {
    prepared: PreparedScratch,
    /// A second session, which keeps what it has prepared: a migration's own is cleared after each.
    reader: Client,
    /// The copy that it is of what ups alone have made.
    copy: Option<Beside>,
    /// The server of its own that it is on.
    _apart: Option<Apart>,
}

/// A database in which only ups have run.
struct Pristine {
    database: Beside,
    applied: usize,
}

/// The databases of a proof.
pub(super) struct Copies<'a> {
    server: &'a Server,
    scratch: &'a Scratch,
    /// The server's shared catalogs before any migration.
    shared: SharedRows,
    /// True if migrations have made roles or the like, which databases of one server share.
    acts_on_server: bool,
    settings: Settings,
    proof_steps: &'a [ProofStep<'a>],
    observe: &'a dyn Fn(ProofEvent),
    trying: Trying,
    /// Made when it is first needed. It only ever moves on, so that it runs each up once.
    pristine: Option<Pristine>,
}

impl<'a> Copies<'a> {
    /// # Errors
    /// The server's refusal.
    pub(super) async fn open(
        server: &'a Server,
        scratch: &'a Scratch,
        settings: Settings,
        proof_steps: &'a [ProofStep<'a>],
        observe: &'a dyn Fn(ProofEvent),
    ) -> Result<Self> {
        let prepared = scratch.prepare(settings.clone()).await?;
        let trying = Trying { prepared, reader: scratch.session().await?, copy: None, _apart: None };
        let shared = cluster::read(&trying.reader).await.context(READING)?;
        Ok(Self {
            server,
            scratch,
            shared,
            acts_on_server: false,
            settings,
            proof_steps,
            observe,
            trying,
            pristine: None,
        })
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
        let observe = |event| self.observe(event);
        let outcome = self.trying.prepared.runner(&observe).run(migration, direction).await;
        flush_counts(&self.trying.prepared.session).await;
        outcome.map(|_| ())
    }

    /// Makes sure that so many ups run where ups alone have run.
    ///
    /// # Errors
    /// One of them does not run.
    pub(super) async fn check_ups(&mut self, applied: usize) -> Result<()> {
        if self.acts_on_server().await? {
            return self.restore_apart(applied).await;
        }
        self.advance(applied).await.map(|_| ())
    }

    /// Goes on where so many ups alone have run.
    ///
    /// # Errors
    /// One of them does not run, or the server's refusal.
    pub(super) async fn restore(&mut self, applied: usize) -> Result<()> {
        if self.acts_on_server().await? {
            return self.restore_apart(applied).await;
        }
        let copy = self.scratch.beside(Some(self.advance(applied).await?)).await?;
        let prepared = copy.prepare(self.settings.clone()).await?;
        let reader = copy.session().await?;
        self.go_on_in(Trying { prepared, reader, copy: Some(copy), _apart: None }).await
    }

    /// Runs ups where ups alone have run, until so many are applied.
    async fn advance(&mut self, applied: usize) -> Result<&Beside> {
        let pristine = match &mut self.pristine {
            Some(pristine) => pristine,
            empty => empty.insert(Pristine { database: self.scratch.beside(None).await?, applied: 0 }),
        };
        if pristine.applied < applied {
            let prepared = pristine.database.prepare(self.settings.clone()).await?;
            run_ups(&prepared, self.proof_steps.iter().take(applied).skip(pristine.applied)).await?;
            pristine.applied = applied;
        }
        Ok(&pristine.database)
    }

    /// Returns whether what runs again would meet the roles and the like that it made before, and a role
    /// could not be dropped for what it has in another database. On a temporary server there is a way around.
    async fn acts_on_server(&mut self) -> Result<bool> {
        if !self.acts_on_server && self.server.is_temporary() {
            self.acts_on_server = cluster::read(&self.trying.reader).await.context(READING)? != self.shared;
        }
        Ok(self.acts_on_server)
    }

    /// Runs so many ups on a server of their own, and goes on there.
    async fn restore_apart(&mut self, applied: usize) -> Result<()> {
        let apart = self.server.another().await?.context("the server is no temporary one")?;
        let prepared = apart.prepare(self.settings.clone()).await?;
        run_ups(&prepared, self.proof_steps.iter().take(applied)).await?;
        let reader = apart.session().await?;
        self.go_on_in(Trying { prepared, reader, copy: None, _apart: Some(apart) }).await
    }

    async fn go_on_in(&mut self, trying: Trying) -> Result<()> {
        let Trying { prepared, reader, copy, _apart } = std::mem::replace(&mut self.trying, trying);
        // Sessions leave before their database is dropped.
        drop((prepared, reader));
        match copy {
            Some(copy) => self.scratch.remove_beside(copy).await,
            None => Ok(()),
        }
    }

    fn observe(&self, event: Event) {
        // The line of progress already names the running migration.
        if matches!(event, Event::Waiting { .. } | Event::Retrying { .. }) {
            (self.observe)(ProofEvent::Run(event));
        }
    }
}

async fn run_ups<'t>(
    prepared: &PreparedScratch,
    proof_steps: impl Iterator<Item = &'t ProofStep<'t>>,
) -> Result<()> {
    let observe = |_| {};
    for step in proof_steps {
        prepared.runner(&observe).run(step.migration, Direction::Up).await?;
    }
    Ok(())
}
