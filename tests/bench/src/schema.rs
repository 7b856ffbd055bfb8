//! The schema tool as whole processes, beside psql and Alembic on the same statements.

mod contenders;
mod planning;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;
use support::project_root;
use tempfile::TempDir;

use crate::args::Extent;
use crate::rig::Rig;
use crate::stats::Summary;
use crate::table::{Table, number, progress};
use contenders::{Alembic, Branchline, Psql};

const TARGET_NOTHING_MS: f64 = 30.0;
const TARGET_FIRST: f64 = 1.5;
const TARGET_MANY: f64 = 1.0;
const TARGET_CATALOG_MS: f64 = 1_000.0;

/// Small migrations in a row.
const MANY: usize = 500;

/// Objects in the catalog: a table with four columns, a primary key, an index and a comment makes eight.
const OBJECTS: usize = 10_000;
const OBJECTS_OF_A_TABLE: usize = 8;

/// One thing done by several.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    what: String,
    ms: Summary,
    /// Its time against that of psql for the same, in turns.
    to_psql: Option<Summary>,
    /// The same against Alembic.
    to_alembic: Option<Summary>,
    target: Option<String>,
}

/// Times in ms, turn by turn.
#[derive(Default)]
struct Turns(Vec<f64>);

impl Turns {
    fn time(&mut self, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let begun = Instant::now();
        work()?;
        self.0.push(begun.elapsed().as_secs_f64() * 1e3);
        Ok(())
    }

    fn row(&self, what: impl Into<String>, psql: Option<&Self>, target: Option<String>) -> Row {
        Row {
            what: what.into(),
            ms: Summary::new(&self.0),
            to_psql: psql.map(|psql| Summary::from_ratios(&self.0, &psql.0)),
            to_alembic: None,
            target,
        }
    }
}

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Vec<Row>> {
    let (small, large) = match extent {
        Extent::Quick => (5, 1),
        Extent::Default => (20, 5),
        Extent::Full => (100, 10),
    };
    progress("the schema tool: our own migrations");
    let ours = project_root().join("migrations/sql");
    let mut rows = nothing(rig, &ours, small)?;
    rows.extend(first(rig, "our migrations", &ours, small, TARGET_FIRST)?);
    progress("the schema tool: many migrations");
    let many = many()?;
    rows.extend(first(rig, &format!("{MANY} migrations"), many.path(), large, TARGET_MANY)?);
    progress("the schema tool: a large catalog");
    rows.push(catalog(rig, large)?);
    progress("the schema tool: plans");
    rows.extend(planning::measure(rig, large).await?);
    Ok(rows)
}

/// An upgrade with nothing to do.
fn nothing(rig: &Rig, dir: &Path, turns: usize) -> Result<Vec<Row>> {
    let database = rig.scratch()?;
    let branchline = Branchline::new(&database, dir);
    let psql = Psql::new(&database);
    branchline.upgrade()?;
    let (mut ours, mut theirs) = (Turns::default(), Turns::default());
    for _ in 0..turns {
        ours.time(|| branchline.upgrade())?;
        theirs.time(|| psql.command("SELECT 1"))?;
    }
    let target = Some(format!("at most {TARGET_NOTHING_MS} ms"));
    Ok(vec![
        ours.row("nothing to do: branchline upgrade", Some(&theirs), target),
        theirs.row("  psql -c 'SELECT 1'", None, None),
    ])
}

/// All migrations of a folder on an empty database; psql runs the same statements in the same transactions.
fn first(rig: &Rig, what: &str, dir: &Path, turns: usize, target: f64) -> Result<Vec<Row>> {
    let (mut ours, mut theirs, mut alembics) = (Turns::default(), Turns::default(), Turns::default());
    let script = Branchline::new(&rig.scratch()?, dir).script()?;
    for turn in 0..=turns {
        let [database, other, third] = [rig.scratch()?, rig.scratch()?, rig.scratch()?];
        rig.checkpoint()?;
        // The first turn warms caches.
        let (mut warming, mut warming_too) = (Turns::default(), Turns::default());
        let (ours, theirs) =
            if turn == 0 { (&mut warming, &mut warming_too) } else { (&mut ours, &mut theirs) };
        ours.time(|| Branchline::new(&database, dir).upgrade())?;
        theirs.time(|| Psql::new(&other).file(&script))?;
        // Alembic runs a file as one statement, which the files of our own that commit by themselves are not.
        if turn > 0
            && let Some(alembic) = Alembic::find(&third, dir)?
        {
            alembics.time(|| alembic.upgrade())?;
        }
    }
    let mut rows = vec![
        ours.row(
            format!("{what}: branchline upgrade"),
            Some(&theirs),
            Some(format!("at most {target} × psql")),
        ),
        theirs.row("  psql -f", None, None),
    ];
    if !alembics.0.is_empty() {
        rows.push(alembics.row("  alembic upgrade head", Some(&theirs), None));
    }
    Ok(rows)
}

/// A folder of many small migrations.
fn many() -> Result<TempDir> {
    let folder = TempDir::new()?;
    for number in 1..=MANY {
        let sql = format!("CREATE TABLE t{number} (id bigint PRIMARY KEY, word text NOT NULL DEFAULT '');\n");
        std::fs::write(folder.path().join(format!("V{number}__t.sql")), sql)?;
    }
    Ok(folder)
}

/// A catalog of many objects read, and compared with that of a migration that makes none of them.
fn catalog(rig: &Rig, turns: usize) -> Result<Row> {
    let database = rig.scratch()?;
    let tables = OBJECTS / OBJECTS_OF_A_TABLE;
    Psql::new(&database).command(&format!(
        "SELECT format('CREATE TABLE o%1$s (id bigint PRIMARY KEY, a text NOT NULL, b int DEFAULT 7, c \
         timestamptz); CREATE INDEX ON o%1$s (b); COMMENT ON TABLE o%1$s IS ''table %1$s''', n) FROM \
         generate_series(1, {tables}) AS n \\gexec"
    ))?;
    let folder = TempDir::new()?;
    std::fs::write(folder.path().join("V1__none.sql"), "CREATE TABLE none_of_them ();\n")?;
    let branchline = Branchline::new(&database, folder.path());
    branchline.adopt()?;
    let mut ours = Turns::default();
    for _ in 0..turns {
        ours.time(|| branchline.adopt())?;
    }
    let what = format!("{OBJECTS} objects: branchline adopt --dry-run");
    Ok(ours.row(what, None, Some(format!("at most {TARGET_CATALOG_MS} ms"))))
}

pub(crate) fn print(rows: &[Row]) {
    let mut table =
        Table::new("SCHEMA, whole processes over TLS", &["", "ms", "to psql", "to Alembic", "target"]);
    for row in rows {
        table.row([
            row.what.clone(),
            number(row.ms.median, 1),
            row.to_psql.map_or(String::new(), |ratio| number(ratio.median, 2)),
            row.to_alembic.map_or(String::new(), |ratio| number(ratio.median, 2)),
            row.target.clone().unwrap_or_default(),
        ]);
    }
    table.note(
        "psql runs the statements, transactions and rows of the history that branchline prints with --sql.",
    );
    if !Alembic::is_installed() {
        table.note("Alembic is not installed: scripts/tools.sh alembic brings it.");
    }
    table.print();
}

/// Writes a file of a contender, and returns its path.
fn file(folder: &TempDir, name: &str, text: &str) -> Result<PathBuf> {
    let path = folder.path().join(name);
    std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    Ok(path)
}
