//! Taking over a database that another tool made: what of the migrations it has is looked for, stamped, and
//! completed.

mod timeline;

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use files::{Migrations, TableName};
use model::{Catalog, Ident, ObjectId, QualifiedName};
use pg::Connector;
use tokio_postgres::Client;

use self::timeline::Reading;
use crate::adoption::{Adoption, AdoptionError, Evidence, Record, Timeline, adoption, is_of_another, others};
use crate::database::{Database, HistoryTable};
use crate::introspection;
use crate::lock::RunnersLock;
use crate::migrate::open_and_listen;
use crate::predecessor;
use crate::report::Event;
use crate::run::Runner;
use crate::scratch::Server;
use crate::script;
use crate::settings::Settings;

/// The findings in the database.
pub struct Found {
    /// The evidence that its catalog holds about the migrations.
    pub evidence: Evidence,
    /// The records of other tools.
    pub records: Vec<Record>,
    /// Tables and columns that the migrations do not know.
    pub others: Vec<ObjectId>,
}

impl Found {
    fn new(migrations: &Migrations, timeline: &Timeline, there: &Catalog, records: Vec<Record>) -> Self {
        let others = others(timeline, there).into_iter().cloned().collect();
        // A table that a migration moves out of its way says nothing about the migrations.
        let moved = moved(migrations, timeline, there);
        let there = &there.with_relations_replaced(&moved, &Catalog::default());
        Self { evidence: Evidence::compare(timeline, there), records, others }
    }
}

/// The tables of another tool that a migration moves away, with their indexes, sequences and statistics.
fn moved(migrations: &Migrations, timeline: &Timeline, there: &Catalog) -> BTreeSet<ObjectId> {
    let has_name = |moved: &TableName, table: &QualifiedName| {
        let schema = table.schema.as_ref().map(Ident::unquoted).unwrap_or_default();
        let is_default = moved.schema.is_some() || schema == "public";
        is_default && moved.is(&schema, &table.name.unquoted())
    };
    let named = (1..).zip(migrations.iter()).flat_map(|(number, migration)| {
        let moved = migration.moves().flat_map(|moved| {
            there.iter().filter_map(move |(object, _)| match object {
                ObjectId::Table(name) if has_name(moved, name) => Some(object),
                _ => None,
            })
        });
        moved.map(move |table| (number, table)).collect::<Vec<_>>()
    });
    let tables: BTreeSet<ObjectId> = named
        .filter(|(number, table)| is_of_another(timeline, *number, table, there))
        .map(|(_, table)| table.clone())
        .collect();
    let wholes: BTreeSet<&QualifiedName> = tables.iter().filter_map(ObjectId::as_whole).collect();
    let parts = there.iter().map(|(object, _)| object).filter(|object| {
        matches!(object, ObjectId::Index(_) | ObjectId::Sequence(_) | ObjectId::Statistics(_))
            && there.whole(object).is_some_and(|whole| wholes.contains(&whole))
    });
    let parts: Vec<ObjectId> = parts.cloned().collect();
    tables.into_iter().chain(parts).collect()
}

/// A database without a history of ours, and what it has of the migrations.
pub struct Survey<'m> {
    migrations: &'m Migrations,
    /// How many migrations are said to have run, where somebody says so.
    through: Option<usize>,
    session: Client,
    database: Database,
    /// The catalog that was compared.
    seen: Catalog,
    reading: Reading,
    timeline: Timeline,
    /// The findings in it.
    pub found: Found,
}

impl<'m> Survey<'m> {
    /// Tries the migrations on a scratch database, and looks for the effect of each in the database of a
    /// session. `through` is how many of them are said to have run, where somebody says so.
    ///
    /// # Errors
    /// A migration fails on the scratch database, or a server refuses.
    pub async fn take(
        (session, database): (Client, Database),
        migrations: &'m Migrations,
        through: Option<usize>,
        server: &Server,
        settings: &Settings,
    ) -> Result<Self> {
        let seen = introspection::read(&session).await?;
        let records = predecessor::records(&session).await?;
        let mut reading = Reading::first(migrations);
        loop {
            let timeline = timeline::read(migrations, reading, server, settings).await?;
            let found = Found::new(migrations, &timeline, &seen, records.clone());
            let is_certain = reading == Reading::Each
                || (found.evidence.is_settled
                    && through.is_none_or(|through| found.evidence.positions.contains(&through))
                    && adoption(migrations, &found.evidence, &found.records, through).is_ok()
                    && !timeline::may_miss(&timeline, &seen, migrations));
            if is_certain {
                return Ok(Self { migrations, through, session, database, seen, reading, timeline, found });
            }
            reading = reading.next(&found.evidence);
        }
    }

    /// The migrations to stamp and to apply.
    ///
    /// # Errors
    /// A migration is there in part, or nothing shows how far they have run.
    pub fn plan(&self) -> Result<Adoption<'m>, AdoptionError> {
        adoption(self.migrations, &self.found.evidence, &self.found.records, self.through)
    }

    /// The plan as a script for psql.
    ///
    /// # Errors
    /// As for [`Survey::plan`]; or the history table cannot hold the numbers.
    pub fn script(&self, settings: &Settings) -> Result<String> {
        let plan = self.plan()?;
        let table = self.database.table.clone();
        let table = table.unwrap_or_else(|| HistoryTable::unasked(self.migrations.version_type()));
        table.check_fit(self.migrations.iter())?;
        Ok(script::render_adoption(&table, &plan, settings))
    }

    /// Stamps and applies, in one transaction, while no other runner is at work. Returns what was done on
    /// which findings.
    ///
    /// # Errors
    /// As for [`Survey::plan`]; the database has changed meanwhile; or it takes no writes. Nothing is changed
    /// then.
    pub async fn adopt(
        self,
        connector: &Connector,
        settings: &Settings,
        observe: &dyn Fn(Event),
    ) -> Result<(Adoption<'m>, Found)> {
        let Self { migrations, through, session, database, seen, reading, timeline, .. } = self;
        database.check_writable()?;
        let lock = RunnersLock::acquire(session, connector, observe).await?;
        let (worker, notices, mut database, history) = open_and_listen(connector, None).await?;
        if !history.is_empty() {
            bail!("another run has written the history meanwhile; see branchline current");
        }
        // Looked at again, as another runner may have been at work until now.
        let there = introspection::read(&worker).await?;
        if there != seen && reading != Reading::Each {
            bail!(
                "the database has changed while the migrations were tried; nothing was changed: adopt again"
            );
        }
        let found = Found::new(migrations, &timeline, &there, predecessor::records(&worker).await?);
        let plan = adoption(migrations, &found.evidence, &found.records, through)?;
        // An empty history says that none has run, which an upgrade needs to know where another tool has a
        // history.
        if !plan.steps.is_empty() || !found.records.is_empty() {
            let table = database.ensure_table(&worker, migrations.version_type()).await?;
            table.check_fit(migrations.iter())?;
            lock.check()?;
            let runner = Runner {
                session: &worker,
                notices,
                table: &table,
                log: None,
                settings,
                notices_lost_clients: database.notices_lost_clients,
                keeps_prepared: false,
                observe,
            };
            runner.adopt(&plan.steps).await?;
        }
        Ok((plan, found))
    }
}
