//! Questions to a database before and between migrations: its server, and its history.

use std::fmt;

use anyhow::{Context, Result, bail};
use files::{Applied, Migration, PlanError, VersionType, check_fit};
use postgres_protocol::escape::escape_literal;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

/// refinery's table. The name is not quoted in its statements, so that the search path finds it.
const TABLE: &str = "refinery_schema_history";

/// The tables in which migrations are recorded, and their indexes, as SQL literals: what is read of a
/// database leaves them out, since no migration makes them.
pub const BOOKKEEPING: &str = "'refinery_schema_history', 'refinery_schema_history_pkey', \
    'branchline_progress', 'branchline_progress_pkey', 'branchline_log'";

/// The table of the applied migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryTable {
    /// With its schema, quoted.
    pub name: String,
    /// The type of its numbers.
    pub versions: VersionType,
}

impl HistoryTable {
    /// The table in a script for a database that is not asked.
    pub fn unasked(versions: VersionType) -> Self {
        Self { name: TABLE.to_owned(), versions }
    }

    /// Refuses migrations whose numbers it cannot hold.
    ///
    /// # Errors
    /// The first that it cannot.
    pub fn check_fit<'m>(
        &self,
        migrations: impl IntoIterator<Item = &'m Migration>,
    ) -> Result<(), PlanError> {
        check_fit(self.versions, migrations)
    }
}

impl fmt::Display for HistoryTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A session's server and history table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// The history table; none before the first migration.
    pub table: Option<HistoryTable>,
    /// The schema in which the table would be made, quoted.
    schema: Option<String>,
    in_recovery: bool,
    read_only: bool,
    /// True if the server notices within seconds that its client is gone: Postgres 14 and later, on Linux.
    pub notices_lost_clients: bool,
}

impl Database {
    /// Asks the server.
    ///
    /// # Errors
    /// The server's refusal, or a history table that is not refinery's.
    pub async fn inspect(client: &Client) -> Result<Self> {
        let sql = format!(
            "SELECT pg_is_in_recovery(), current_setting('transaction_read_only'), \
                    quote_ident(current_schema()), current_setting('server_version_num')::int >= 140000 AND \
                    version() LIKE '%linux%', h.name, h.type FROM (SELECT) AS one LEFT JOIN (SELECT \
                    format('%I.%I', n.nspname, c.relname) AS name, format_type(a.atttypid, NULL) AS type \
                    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON \
                    a.attrelid = c.oid AND a.attname = 'version' WHERE c.oid = to_regclass('{TABLE}')) AS h \
                    ON true"
        );
        let row = one_row(client, &sql).await?.context("the server gave no answer")?;
        let is = |i: usize, word| row.get(i) == Some(word);
        let versions = match row.get(5) {
            None | Some("integer") => VersionType::Int4,
            Some("bigint") => VersionType::Int8,
            Some(other) => bail!(
                "the history table {TABLE} has numbers of type {other}; refinery makes it with integer, or \
                 with bigint by its feature int8-versions"
            ),
        };
        Ok(Self {
            in_recovery: is(0, "t"),
            read_only: is(1, "on"),
            schema: row.get(2).map(str::to_owned),
            notices_lost_clients: is(3, "t"),
            table: row.get(4).map(|name| HistoryTable { name: name.to_owned(), versions }),
        })
    }

    /// Refuses a server that takes no writes.
    ///
    /// # Errors
    /// It is a standby, or its transactions are read-only by default.
    pub fn check_writable(&self) -> Result<()> {
        if self.in_recovery {
            bail!(
                "the server is in recovery (a standby, or one that is being restored) and takes no writes; \
                 use the primary"
            );
        }
        if self.read_only {
            bail!(
                "transactions are read-only here (default_transaction_read_only is on for this server, role \
                 or database)"
            );
        }
        Ok(())
    }

    /// The history's rows by number; none where there is no table.
    ///
    /// # Errors
    /// The server's refusal, or a row that refinery did not write.
    pub async fn history(&self, client: &Client) -> Result<Vec<Applied>> {
        let Some(table) = &self.table else { return Ok(Vec::new()) };
        let sql = format!("SELECT version, name, applied_on, checksum FROM {table} ORDER BY version");
        let rows = rows(client, &sql).await.context("the history cannot be read")?;
        rows.iter().map(|row| applied(row, table.versions)).collect()
    }

    /// The history table, made if it is not there, as refinery makes it for numbers of a type.
    ///
    /// # Errors
    /// The server's refusal, or a search path without a schema.
    pub async fn ensure_table(&mut self, client: &Client, versions: VersionType) -> Result<HistoryTable> {
        let (table, create) = self.table_to_be(versions)?;
        if let Some(create) = create {
            execute(client, &create).await.context("the history table cannot be made")?;
            self.table = Some(table.clone());
        }
        Ok(table)
    }

    /// The history table, and the statement that makes it where it is not there.
    ///
    /// # Errors
    /// A search path without a schema.
    pub fn table_to_be(&self, versions: VersionType) -> Result<(HistoryTable, Option<String>)> {
        if let Some(table) = &self.table {
            return Ok((table.clone(), None));
        }
        let schema = self.schema.as_ref().with_context(|| {
            format!("the search path names no schema that exists, so that {TABLE} cannot be made anywhere")
        })?;
        let table = HistoryTable { name: format!("{schema}.{TABLE}"), versions };
        let create = create_table(&table);
        Ok((table, Some(create)))
    }
}

fn applied(row: &SimpleQueryRow, versions: VersionType) -> Result<Applied> {
    let text = |i: usize| row.get(i).unwrap_or_default().to_owned();
    let version = text(0).parse().with_context(|| format!("{TABLE} holds the number {}", text(0)))?;
    Ok(Applied { version, name: text(1), applied_on: text(2), checksum: text(3), versions })
}

/// refinery's own definition.
pub fn create_table(table: &HistoryTable) -> String {
    let versions = table.versions.sql();
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (\
         version {versions} PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255))"
    )
}

/// The row that says that a migration is applied, now.
pub fn insert(table: &HistoryTable, migration: &Migration) -> String {
    insert_at(table, migration, &now())
}

/// This moment as a SQL literal, as refinery writes it: RFC 3339.
pub fn now() -> String {
    // Formatting fails for years past 9999 only.
    format!("'{}'", OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default())
}

/// The same, applied when a SQL expression says.
pub fn insert_at(table: &HistoryTable, migration: &Migration, applied_on: &str) -> String {
    let (version, name) = (migration.version, literal(&migration.name));
    let checksum = migration.checksum_in(table.versions);
    format!(
        "INSERT INTO {table} (version, name, applied_on, checksum) VALUES ({version}, {name}, {applied_on}, \
         '{checksum}')"
    )
}

/// The removal of a migration's row.
pub fn delete(table: &HistoryTable, version: i64) -> String {
    format!("DELETE FROM {table} WHERE version = {version}")
}

/// A text as a SQL literal, which reads the same whatever standard_conforming_strings says.
#[must_use]
pub fn literal(text: &str) -> String {
    // A text with a backslash begins with a space and E, as in libpq's PQescapeLiteral.
    escape_literal(text).trim_start().to_owned()
}

/// Runs statements whose rows nobody needs.
///
/// # Errors
/// The server's refusal, in full.
pub async fn execute(client: &Client, sql: &str) -> Result<(), pg::Error> {
    Ok(client.batch_execute(sql).await?)
}

/// Runs statements and gives all their rows.
///
/// # Errors
/// The server's refusal, in full.
pub async fn rows(client: &Client, sql: &str) -> Result<Vec<SimpleQueryRow>, pg::Error> {
    let messages = client.simple_query(sql).await?;
    Ok(messages
        .into_iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        })
        .collect())
}

/// Runs statements and gives their last row.
///
/// # Errors
/// The server's refusal, in full.
pub async fn one_row(client: &Client, sql: &str) -> Result<Option<SimpleQueryRow>, pg::Error> {
    Ok(rows(client, sql).await?.pop())
}
