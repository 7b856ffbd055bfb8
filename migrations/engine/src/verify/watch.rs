//! The state of a database between the migrations: its catalog and its tables.

use std::sync::Arc;

use anyhow::{Context, Result};
use model::Catalog;
use tokio_postgres::Client;

use super::table_state::{TableState, Tables};
use crate::database::execute;
use crate::introspection::{CatalogWatch, Changes, Frame, Mark, ReadCounts, framed};

/// Reads a database again where something may have changed.
#[derive(Default)]
pub(super) struct Watch {
    catalog: CatalogWatch,
    tables: Tables,
    /// Changes of the catalog since the tables were read.
    changes: Option<Changes>,
    /// The last state seen, until something runs.
    seen: Option<Seen>,
    /// What it reads in.
    frame: Frame,
}

/// A database as it is.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) catalog: Arc<Catalog>,
    /// By their names.
    pub(super) tables: Arc<[TableState]>,
}

/// A database as it was when a transaction began in which something is tried.
pub(super) struct Before {
    catalog: Mark,
    tables: Tables,
    seen: Seen,
}

impl Watch {
    /// Something runs that may change the database.
    pub(super) fn touch(&mut self) {
        self.seen = None;
    }

    /// How often the catalog was read so far.
    pub(super) fn counts(&self) -> ReadCounts {
        self.catalog.counts()
    }

    /// What it reads in: a transaction where something is tried, or none.
    pub(super) fn frame(&self) -> Frame {
        self.frame
    }

    /// The database as it is.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn look(&mut self, session: &Client) -> Result<Seen> {
        if let Some(seen) = &self.seen {
            return Ok(seen.clone());
        }
        let frame = self.frame;
        let seen = framed(session, frame, async || {
            let (catalog, new) = self.catalog.begin_and_read(session, frame, Tables::STATEMENTS).await?;
            // Where an earlier look has failed, its changes count as well.
            let changes = self.changes.take().unwrap_or(Changes::Nothing).and(new);
            let changes = self.changes.insert(changes);
            let tables = self.tables.read_and_end(session, frame, changes).await?;
            Ok(Seen { catalog, tables: tables.into() })
        });
        let seen = seen.await.context("reading the catalog")?;
        self.changes = None;
        Ok(self.seen.insert(seen).clone())
    }

    /// The tables as they are, where nobody asks for the catalog.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn look_at_tables(&mut self, session: &Client) -> Result<Arc<[TableState]>> {
        if let Some(seen) = &self.seen {
            return Ok(Arc::clone(&seen.tables));
        }
        let frame = self.frame;
        let tables = framed(session, frame, async || {
            let changes = self.catalog.begin_and_find(session, frame, Tables::STATEMENTS).await?;
            let changes = self.changes.clone().unwrap_or(Changes::Nothing).and(changes);
            self.tables.read_and_end(session, frame, &changes).await
        });
        Ok(tables.await.context("reading the catalog")?.into())
    }

    /// From now on it looks at what a transaction changes that begins next. Returns what to go back to.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn enter(&mut self, session: &Client) -> Result<Before> {
        let seen = self.look(session).await?;
        self.frame = Frame::Savepoint;
        Ok(Before { catalog: self.catalog.mark(), tables: self.tables.clone(), seen })
    }

    /// Rolls the transaction back, and knows again what was there before it.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn leave(&mut self, session: &Client, before: Before) -> Result<()> {
        let Before { catalog, tables, seen } = before;
        (self.frame, self.seen, self.changes) = (Frame::Transaction, None, None);
        execute(session, "ROLLBACK").await?;
        framed(session, Frame::Transaction, async || {
            self.catalog.begin_and_go_back(session, catalog, Tables::STATEMENTS).await?;
            self.tables.go_back_and_end(session, tables, &seen.tables).await
        })
        .await
        .context("reading the catalog")?;
        self.seen = Some(seen);
        Ok(())
    }
}
