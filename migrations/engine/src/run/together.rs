//! Several migrations in one transaction: a dry run, which rolls it back, and adoption, which commits it.

use anyhow::{Context, Result};
use files::Migration;

use super::observer::Unobserved;
use super::{CLEAR, Job, Runner};
use crate::adoption::AdoptionStep;
use crate::database::{execute, insert};
use crate::failure::{Failure, Outcome};
use crate::report::{Direction, Event, Step, Untried};

/// Runs the checks of a commit. That it is checked now is forgotten afterwards, since the next migration may
/// count on its being checked later.
const CHECK: &str = "SAVEPOINT checked; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK TO checked; RELEASE checked";

/// Why a migration cannot be tried, or stands behind one that cannot.
const OUTSIDE: &str =
    "it runs outside a transaction, where nothing can be rolled back; branchline rehearse runs it on a copy";
const AFTER: &str = "it comes after that one";

impl Runner<'_> {
    /// Runs migrations one after another in one transaction, with `prologue` before the first, and rolls all
    /// of it back. Returns those that ran, and why the others did not.
    ///
    /// # Errors
    /// A [`Failure`], or the session's.
    pub async fn try_out(
        &self,
        migrations: &[&Migration],
        direction: Direction,
        prologue: Option<&str>,
    ) -> Result<(Vec<Step>, Vec<Untried>)> {
        let tried = self.retrying(async || self.attempt_dry(migrations, direction, prologue).await).await?;
        // If the session is lost this fails as well, and the server has rolled back.
        let _ = execute(self.session, "ROLLBACK").await;
        Ok(tried)
    }

    /// Stamps and applies migrations in one transaction.
    ///
    /// # Errors
    /// A [`Failure`], or the session's.
    pub async fn adopt(&self, steps: &[AdoptionStep<'_>]) -> Result<()> {
        self.retrying(async || self.attempt_adoption(steps).await).await
    }

    async fn attempt_adoption(&self, steps: &[AdoptionStep<'_>]) -> Result<()> {
        self.begin("").await.context("adoption cannot begin")?;
        for step in steps {
            match step {
                AdoptionStep::Stamp(migration, _) => {
                    let record = format!("RESET SESSION AUTHORIZATION; {}", insert(self.table, migration));
                    execute(self.session, &record)
                        .await
                        .context("the history cannot be written; nothing was changed")?;
                }
                AdoptionStep::Apply(migration) => {
                    let job = self.job(migration, Direction::Up)?;
                    self.step_together(&job, Outcome::RolledBack, "").await?;
                }
            }
        }
        execute(self.session, "COMMIT")
            .await
            .context("adoption could not be committed; see branchline current")
    }

    async fn attempt_dry(
        &self,
        migrations: &[&Migration],
        direction: Direction,
        prologue: Option<&str>,
    ) -> Result<(Vec<Step>, Vec<Untried>)> {
        self.begin(prologue.unwrap_or_default()).await?;
        let mut steps = Vec::new();
        let mut migrations = migrations.iter();
        let (stop, reason) = loop {
            let Some(migration) = migrations.next() else { return Ok((steps, Vec::new())) };
            let job = self.job(migration, direction)?;
            if job.script.directives.no_transaction {
                break (migration, OUTSIDE);
            }
            (self.observe)(Event::Started { migration: migration.label().to_owned(), direction });
            match self.step_together(&job, Outcome::Dry, CHECK).await {
                Ok(()) => {
                    let step = job.step();
                    (self.observe)(Event::Done(step.clone()));
                    steps.push(step);
                }
                Err(failure) => match needs_a_commit(&failure) {
                    Some(reason) if !steps.is_empty() => break (migration, reason),
                    _ => return Err(failure.into()),
                },
            }
        };
        let after = migrations.map(|migration| (migration, AFTER));
        let untried = std::iter::once((stop, reason)).chain(after).map(|(migration, reason)| Untried {
            migration: migration.label().to_owned(),
            reason: reason.to_owned(),
        });
        Ok((steps, untried.collect()))
    }

    /// Runs one migration and its change of the history in the transaction of others, and `check` behind it.
    /// `outcome` is what a failure leaves of it.
    async fn step_together(&self, job: &Job<'_>, outcome: Outcome, check: &str) -> Result<(), Failure> {
        let failed = |error| job.failure(None, error, outcome.clone());
        let settings = format!("{CLEAR}; {}", self.settings.statements("SET LOCAL"));
        execute(self.session, &settings).await.map_err(failed)?;
        let sent = self.send(job, &mut Unobserved).await;
        sent.map_err(|failure| Failure { outcome: outcome.clone(), ..failure })?;
        let end = format!("RESET SESSION AUTHORIZATION; {}; {check}", self.recording(job));
        execute(self.session, &end).await.map_err(failed)
    }
}

/// Why the server refuses, in the transaction of the migrations before it, what it may take in one of its
/// own.
fn needs_a_commit(failure: &Failure) -> Option<&'static str> {
    match failure.code()? {
        // unsafe_new_enum_value_usage
        "55P04" => {
            Some("it uses a value that one before it adds to an enum, which has to be committed first")
        }
        // object_in_use: pending trigger events
        "55006" => {
            Some("it changes a table whose rows one before it has changed, which has to be committed first")
        }
        _ => None,
    }
}
