//! Comparing catalogs where the order of a table's columns may not matter.

use anyhow::{Context, Result};
use files::{Migration, Migrations, Script};
use model::{Catalog, ReorderedTables, routines_relying_on_order};
use tokio_postgres::Client;

use crate::database::{literal, rows};
use crate::report::Direction;

/// Comparison of a catalog with the expected one.
#[derive(Default)]
pub struct Comparison {
    /// Differences that must not be.
    pub differences: Vec<String>,
    /// Differences without consequence.
    pub notes: Vec<String>,
}

/// Compares the catalog after a migration ran with the one that is expected. That columns of a table stand in
/// another order is a note, unless a file that can run in the meantime, a function, a rule or a row type goes
/// by it.
///
/// # Errors
/// The server's refusal.
pub async fn compare(
    session: &Client,
    migrations: &Migrations,
    (migration, direction): (&Migration, Direction),
    expected: &Catalog,
    there: &Catalog,
) -> Result<Comparison> {
    let (reordered, differences) = ReorderedTables::take(expected, expected.diff(there));
    let mut comparison = Comparison {
        differences: differences.iter().map(ToString::to_string).collect(),
        notes: reordered.columns().map(|column| note(&column)).collect(),
    };
    if reordered.is_empty() {
        return Ok(comparison);
    }
    for script in in_the_meantime(migrations, migration, direction) {
        if let Some(reliance) = reordered.relied_on_by_rerun(&script.sql) {
            comparison.differences.push(format!("{}, {reliance}, which has changed", script.file));
        }
    }
    for routine in routines_relying_on_order(there, &reordered) {
        comparison
            .differences
            .push(format!("{routine} goes by the order of a table's columns, which has changed"));
    }
    for table in reordered.tables() {
        for user in users_of_row_type(session, table).await? {
            let line =
                format!("{user} uses {table} as a type, in which the order of the columns has changed");
            comparison.differences.push(line);
        }
    }
    Ok(comparison)
}

fn note(column: &str) -> String {
    format!(
        "{column} comes back behind columns that it stood before: Postgres cannot put a column back in its \
         place"
    )
}

/// The scripts that can run while the tables are as they are after a migration: after its down those of the
/// migrations before it and its own up, after its up all.
fn in_the_meantime<'m>(
    migrations: &'m Migrations,
    migration: &Migration,
    direction: Direction,
) -> impl Iterator<Item = &'m Script> {
    let version = migration.version;
    let is_down = direction == Direction::Down;
    migrations.iter().filter(move |m| !is_down || m.version <= version).flat_map(move |m| {
        let down = m.down.as_ref().filter(|_| !is_down || m.version < version);
        std::iter::once(&m.up).chain(down)
    })
}

/// Returns the users of a table's row type: functions, columns of other tables, casts.
async fn users_of_row_type(session: &Client, table: &str) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT DISTINCT i.type || ' ' || i.identity AS name FROM pg_class c JOIN pg_type t ON t.oid = \
         c.reltype JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, \
         t.typarray) AND d.deptype IN ('n', 'a'), LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) \
         i WHERE c.oid = {}::regclass ORDER BY name",
        literal(table)
    );
    let found = rows(session, &sql).await.context("looking for what uses a table as a type")?;
    Ok(found.iter().map(|row| row.get(0).unwrap_or_default().to_owned()).collect())
}
