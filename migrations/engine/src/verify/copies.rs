//! The databases of a proof: one in which migrations are tried, and one in which ups alone have run, to go on
//! from where a try went wrong.

use anyhow::{Context, Result};
use files::{Extent, Migration, ProofStep};
use tokio_postgres::Client;

use super::ProofEvent;
use crate::cluster::{self, SharedRows};
use crate::database::{execute, one_row, rows};
use crate::report::{Direction, Event};
use crate::run::clear_but_prepared;
use crate::scratch::{Apart, Beside, PreparedScratch, Scratch, Server};
use crate::settings::Settings;

/// The query for the statements that set each sequence to where it stands.
const SEQUENCES: &str = "SELECT string_agg(format( \
        'SELECT format(''SELECT setval(%%L, %%s, %%L)'', %L, last_value, is_called) FROM %s', name, name), \
        ' UNION ALL ') \
    FROM (SELECT format('%I.%I', schemaname, sequencename) AS name FROM pg_sequences) sequence \
    WHERE has_sequence_privilege(name, 'SELECT') AND has_sequence_privilege(name, 'UPDATE')";

const READING: &str = "reading the server's shared catalogs";

/// The database in which migrations are tried.
struct Trying {
    prepared: PreparedScratch,
    /// The copy that it is of what ups alone have made.
    copy: Option<Beside>,
    /// The server of its own that it is on.
    _apart: Option<Apart>,
}

impl Trying {
    async fn in_copy(copy: Beside, settings: &Settings) -> Result<Self> {
        let prepared = copy.prepare(settings.clone()).await?;
        Ok(Self { prepared, copy: Some(copy), _apart: None })
    }
}

/// A database in which only ups have run.
struct Pristine {
    database: Beside,
    applied: usize,
    /// While nobody copies the database.
    prepared: Option<PreparedScratch>,
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
    /// How many ups had run there from the beginning.
    begun: usize,
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
        let trying = Trying { prepared, copy: None, _apart: None };
        let shared = cluster::read(&trying.prepared.session).await.context(READING)?;
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
            begun: 0,
        })
    }

    /// The same where a database beside the scratch database has what those migrations make that run up only.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn of_made(
        server: &'a Server,
        scratch: &'a Scratch,
        settings: Settings,
        proof_steps: &'a [ProofStep<'a>],
        observe: &'a dyn Fn(ProofEvent),
        made: Beside,
    ) -> Result<Self> {
        let begun = proof_steps.iter().take_while(|step| step.extent == Extent::UpOnly).count();
        let copy = scratch.beside(Some(&made)).await?;
        let trying = Trying::in_copy(copy, &settings).await?;
        let shared = cluster::read(&trying.prepared.session).await.context(READING)?;
        Ok(Self {
            server,
            scratch,
            shared,
            acts_on_server: false,
            settings,
            proof_steps,
            observe,
            trying,
            pristine: Some(Pristine { database: made, applied: begun, prepared: None }),
            begun,
        })
    }

    /// The session in which migrations run, to look at the tables and to write rows.
    pub(super) fn session(&self) -> &Client {
        &self.trying.prepared.session
    }

    /// How many ups had run from the beginning.
    pub(super) fn begun(&self) -> usize {
        self.begun
    }

    /// Runs a migration where migrations are tried.
    ///
    /// # Errors
    /// It does not run.
    pub(super) async fn run(&self, migration: &Migration, direction: Direction) -> Result<()> {
        let observe = |event| self.observe(event);
        self.trying.prepared.runner(&observe).run(migration, direction).await.map(|_| ())
    }

    /// Begins a transaction in which to try what is rolled back afterwards.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn begin(&self) -> Result<()> {
        let observe = |event| self.observe(event);
        self.trying.prepared.runner(&observe).begin_trial().await
    }

    /// Runs a migration in that transaction.
    ///
    /// # Errors
    /// It does not run.
    pub(super) async fn run_within(&self, migration: &Migration, direction: Direction) -> Result<()> {
        let observe = |event| self.observe(event);
        self.trying.prepared.runner(&observe).run_within(migration, direction).await
    }

    /// Returns whether a migration runs in these directions, one after the other, where so many ups alone
    /// have run; and whether the database in which migrations are tried is still the same.
    ///
    /// # Errors
    /// One of those ups does not run, or the server's refusal.
    pub(super) async fn runs_alone(
        &mut self,
        applied: usize,
        migration: &Migration,
        directions: &[Direction],
    ) -> Result<(bool, bool)> {
        let mut runs = true;
        if self.acts_on_server().await? || !migration.is_transactional() {
            self.restore(applied).await?;
            for direction in directions {
                runs = runs && self.run(migration, *direction).await.is_ok();
            }
            return Ok((runs, false));
        }
        let prepared = self.advance(applied).await?;
        // No transaction takes back how far a sequence has counted.
        let sequences = sequences(&prepared.session).await?;
        let observe = |_| {};
        let runner = prepared.runner(&observe);
        runner.begin_trial().await?;
        for direction in directions {
            runs = runs && runner.run_within(migration, *direction).await.is_ok();
        }
        execute(&prepared.session, "ROLLBACK").await?;
        execute(&prepared.session, &sequences).await?;
        clear_but_prepared(&prepared.session).await?;
        Ok((runs, true))
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
        self.advance(applied).await?;
        let pristine = self.pristine.as_mut().context("no database where the ups alone have run")?;
        // Only a database in which nobody is can be copied.
        pristine.prepared = None;
        let copy = self.scratch.beside(Some(&pristine.database)).await?;
        let trying = Trying::in_copy(copy, &self.settings).await?;
        self.go_on_in(trying).await
    }

    /// Begins where so many ups alone have run, and keeps the database in which they have, unless they have
    /// made roles or the like: a role could not be dropped for what it has there.
    ///
    /// # Errors
    /// One of them does not run, or the server's refusal.
    pub(super) async fn begin_after(&mut self, applied: usize) -> Result<()> {
        self.restore(applied).await?;
        if self.acts_on_server().await?
            && let Some(Pristine { database, prepared, .. }) = self.pristine.take()
        {
            drop(prepared);
            self.scratch.remove_beside(database).await?;
        }
        Ok(())
    }

    /// Runs ups where ups alone have run, until so many are applied; returns the session in which they ran.
    async fn advance(&mut self, applied: usize) -> Result<&PreparedScratch> {
        let pristine = match &mut self.pristine {
            Some(pristine) => pristine,
            empty => {
                let database = self.scratch.beside(None).await?;
                empty.insert(Pristine { database, applied: 0, prepared: None })
            }
        };
        let prepared = match &mut pristine.prepared {
            Some(prepared) => prepared,
            empty => empty.insert(pristine.database.prepare(self.settings.clone()).await?),
        };
        if pristine.applied < applied {
            run_ups(prepared, self.proof_steps.iter().take(applied).skip(pristine.applied)).await?;
            pristine.applied = applied;
        }
        Ok(prepared)
    }

    /// Returns whether what runs again would meet the roles and the like that it made before, and a role
    /// could not be dropped for what it has in another database. On a temporary server there is a way around.
    async fn acts_on_server(&mut self) -> Result<bool> {
        if !self.acts_on_server && self.server.is_temporary() {
            self.acts_on_server = cluster::read(self.session()).await.context(READING)? != self.shared;
        }
        Ok(self.acts_on_server)
    }

    /// Runs so many ups on a server of their own, and goes on there.
    async fn restore_apart(&mut self, applied: usize) -> Result<()> {
        let apart = self.server.another().await?.context("the server is no temporary one")?;
        let prepared = apart.prepare(self.settings.clone()).await?;
        run_ups(&prepared, self.proof_steps.iter().take(applied)).await?;
        self.go_on_in(Trying { prepared, copy: None, _apart: Some(apart) }).await
    }

    async fn go_on_in(&mut self, trying: Trying) -> Result<()> {
        let Trying { prepared, copy, _apart } = std::mem::replace(&mut self.trying, trying);
        // The session leaves before its database is dropped.
        drop(prepared);
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

/// The statements that set each sequence to where it stands.
async fn sequences(session: &Client) -> Result<String> {
    let query = one_row(session, SEQUENCES).await?;
    let Some(query) = query.as_ref().and_then(|row| row.get(0)) else { return Ok(String::new()) };
    let statements = rows(session, query).await.context("reading how far sequences have counted")?;
    Ok(statements.iter().filter_map(|row| row.get(0)).collect::<Vec<_>>().join("; "))
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
