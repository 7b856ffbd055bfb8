//! What is in a database between the migrations: its catalog and its tables.

use std::sync::Arc;

use anyhow::Result;
use model::Catalog;
use tokio_postgres::Client;

use super::table_state::{TableState, Tables};
use crate::database::execute;
use crate::introspection::{
    BEGIN, CatalogWatch, Changes, Prepared, begin_with, flush_counts, in_transaction,
};

/// Reads a database again where something may have changed.
#[derive(Default)]
pub(super) struct Watch {
    catalog: CatalogWatch,
    tables: Tables,
    /// Changes of the catalog since the tables were read.
    changes: Option<Changes>,
    /// What was seen last, until something runs.
    seen: Option<Seen>,
}

/// A database as it is.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) catalog: Arc<Catalog>,
    /// By their names.
    pub(super) tables: Arc<[TableState]>,
}

impl Watch {
    /// Something runs that may change the database.
    pub(super) fn touch(&mut self) {
        self.seen = None;
    }

    /// The database as it is.
    ///
    /// # Errors
    /// The server's refusal.
    pub(super) async fn look(&mut self, session: &Client) -> Result<Seen> {
        if let Some(seen) = &self.seen {
            return Ok(seen.clone());
        }
        flush_counts(session).await;
        let seen = in_transaction(session, async || {
            let statements: Vec<Prepared> =
                CatalogWatch::STATEMENTS.into_iter().chain(Tables::STATEMENTS).collect();
            begin_with(session, BEGIN, &statements).await?;
            let (catalog, new) = self.catalog.read_within(session).await?;
            // Where an earlier look has failed, its changes count as well.
            let changes = self.changes.take().unwrap_or(Changes::Nothing).and(new);
            let changes = self.changes.insert(changes);
            let tables = self.tables.read_within(session, changes).await?;
            execute(session, "COMMIT").await?;
            Ok(Seen { catalog, tables: tables.into() })
        });
        let seen = seen.await?;
        self.changes = None;
        Ok(self.seen.insert(seen).clone())
    }
}
