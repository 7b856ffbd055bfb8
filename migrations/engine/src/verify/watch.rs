//! The state of a database between the migrations: its catalog and its tables.

use std::sync::Arc;

use anyhow::Result;
use model::Catalog;
use tokio_postgres::Client;

use super::table_state::{TableState, Tables};
use crate::introspection::{CatalogWatch, Changes, flush_counts, in_transaction};

/// Reads a database again where something may have changed.
#[derive(Default)]
pub(super) struct Watch {
    catalog: CatalogWatch,
    tables: Tables,
    /// Changes of the catalog since the tables were read.
    changes: Option<Changes>,
    /// The last state seen, until something runs.
    seen: Option<Seen>,
    /// True if rows were written in the session that looks.
    has_written: bool,
}

/// A database as it is.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) catalog: Arc<Catalog>,
    /// By their names.
    pub(super) tables: Arc<[TableState]>,
}

impl Watch {
    /// Something runs in another session that may change the database.
    pub(super) fn touch(&mut self) {
        self.seen = None;
    }

    /// Rows are written in the session that looks.
    pub(super) fn touch_rows(&mut self) {
        self.touch();
        self.has_written = true;
    }

    /// The database as it is.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn look(&mut self, session: &Client) -> Result<Seen> {
        if let Some(seen) = &self.seen {
            return Ok(seen.clone());
        }
        if std::mem::take(&mut self.has_written) {
            flush_counts(session).await;
        }
        let seen = in_transaction(session, async || {
            let (catalog, new) = self.catalog.begin_and_read(session, Tables::STATEMENTS).await?;
            // Where an earlier look has failed, its changes count as well.
            let changes = self.changes.take().unwrap_or(Changes::Nothing).and(new);
            let changes = self.changes.insert(changes);
            let tables = self.tables.read_and_commit(session, changes).await?;
            Ok(Seen { catalog, tables: tables.into() })
        });
        let seen = seen.await?;
        self.changes = None;
        Ok(self.seen.insert(seen).clone())
    }
}
