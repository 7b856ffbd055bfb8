//! A database with one of the schemas of a transition.

use anyhow::{Context, Result, ensure};
use branchline_engine::{introspection, verify};
use diff::PlannedFile;
use model::Catalog;
use support::TestDatabase;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::corpus::{Schema, Transition};

pub struct Database {
    _database: TestDatabase,
    pub session: Client,
}

impl Database {
    pub async fn with(transition: &Transition, schema: &Schema) -> Result<Self> {
        let database = match transition.roles.as_slice() {
            [] => support::empty_database(),
            _ => support::empty_database_among_roles(),
        };
        let session = database.client().await;
        session.batch_execute("SET client_min_messages = error").await?;
        for role in &transition.roles {
            // It stays for the next database of the server, and several make it at once.
            let create = format!("CREATE ROLE \"{}\"", role.replace('"', "\"\""));
            if let Err(error) = session.batch_execute(&create).await {
                let is_there = [SqlState::DUPLICATE_OBJECT, SqlState::UNIQUE_VIOLATION];
                ensure!(error.code().is_some_and(|code| is_there.contains(code)), "{create}: {error}");
            }
        }
        session.batch_execute(&schema.sql).await.with_context(|| schema.sql.clone())?;
        Ok(Self { _database: database, session })
    }

    pub async fn fill(&self, schema: &Schema) -> Result<()> {
        match &schema.rows {
            Some(rows) => self.session.batch_execute(rows).await.with_context(|| rows.clone())?,
            None => drop(verify::write_samples(&self.session).await?),
        }
        Ok(())
    }

    pub async fn catalog(&self) -> Result<Catalog> {
        introspection::read_with_dependencies(&self.session).await
    }

    /// Runs the files of a plan, until a statement is refused; returns the refusal with the statement.
    pub async fn run(&self, plan: &[PlannedFile]) -> Result<Option<String>> {
        for file in plan {
            if file.in_transaction {
                self.session.batch_execute("BEGIN").await?;
            }
            for change in &file.changes {
                for statement in files::split(&change.sql)? {
                    if let Some(refusal) = self.execute(statement.text).await? {
                        return Ok(Some(refusal));
                    }
                }
            }
            if file.in_transaction
                && let Some(refusal) = self.execute("COMMIT").await?
            {
                return Ok(Some(refusal));
            }
        }
        Ok(None)
    }

    async fn execute(&self, statement: &str) -> Result<Option<String>> {
        let Err(error) = self.session.batch_execute(statement).await else { return Ok(None) };
        let refusal = error.as_db_error().map(|error| format!("{}: {statement}", error.message()));
        if refusal.is_some() {
            // A warning where no transaction is open.
            self.session.batch_execute("ROLLBACK").await?;
        }
        refusal.map(Some).context(error)
    }
}
