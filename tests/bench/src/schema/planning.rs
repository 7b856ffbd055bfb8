//! A plan from one schema to another: its parts on a large catalog, and as a whole command beside Alembic's.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use diff::{Options, plan, rename_candidates};
use engine::connect::connect;
use engine::introspection::read_with_dependencies;
use model::Catalog;
use pg::{Connector, Url};
use support::project_root;
use tempfile::TempDir;

use super::contenders::{Branchline, Models, Psql};
use super::{Row, Turns, file};
use crate::rig::{Rig, Scratch};

const TARGET_PART_MS: f64 = 1_000.0;
const TARGET_COMMAND_MS: f64 = 3_000.0;

/// Objects of the large catalog, and how many of them there are for each of its tables: the table, seven
/// columns, a sequence, three constraints, two indexes; beside, types, functions, views, triggers, policies.
const OBJECTS: usize = 12_000;
const OBJECTS_OF_A_TABLE: usize = 16;

/// The large schema, and the same with changes in each table.
const TABLES: &str = include_str!("planning/tables.sql");
const CHANGES: &str = include_str!("planning/changes.sql");

pub(super) async fn measure(rig: &Rig, turns: usize) -> Result<Vec<Row>> {
    let mut rows = parts(rig, turns).await?;
    rows.push(own(rig, turns)?);
    rows.extend(models(rig, turns)?);
    Ok(rows)
}

async fn read(database: &Scratch<'_>, turns: &mut Turns) -> Result<Catalog> {
    let session = connect(&Connector::new(&Url::parse(&database.url())?)?).await?;
    // The first reading prepares.
    read_with_dependencies(&session).await?;
    let begun = Instant::now();
    let catalog = read_with_dependencies(&session).await?;
    turns.0.push(begun.elapsed().as_secs_f64() * 1e3);
    Ok(catalog)
}

/// Reading, comparing and planning.
async fn parts(rig: &Rig, turns: usize) -> Result<Vec<Row>> {
    let [none, before, after] = [rig.scratch()?, rig.scratch()?, rig.scratch()?];
    let count = (OBJECTS / OBJECTS_OF_A_TABLE).to_string();
    for database in [&before, &after] {
        Psql::new(database).file(&TABLES.replace("{count}", &count))?;
    }
    Psql::new(&after).file(&CHANGES.replace("{count}", &count))?;
    let mut reading = Turns::default();
    let none = read(&none, &mut Turns::default()).await?;
    let after = read(&after, &mut Turns::default()).await?;
    let mut from = none.clone();
    for _ in 0..turns {
        from = read(&before, &mut reading).await?;
    }
    let objects = from.iter().count();
    let target = || Some(format!("at most {TARGET_PART_MS} ms"));
    let mut comparing = Turns::default();
    for _ in 0..turns {
        comparing.time(|| {
            drop(from.diff(&after));
            Ok(())
        })?;
    }
    let mut rows = vec![
        reading.row(format!("{objects} objects: reading"), None, target()),
        comparing.row("  comparing", None, target()),
    ];
    for (what, from, to) in
        [("making", &none, &from), ("dropping", &from, &none), ("altering", &from, &after)]
    {
        let mut planning = Turns::default();
        for _ in 0..turns {
            planning.time(|| {
                let planned = plan(from, to, &Options::default());
                ensure!(planned.is_ok_and(|plan| !plan.files.is_empty()), "no plan for {what} all");
                Ok(())
            })?;
        }
        rows.push(planning.row(format!("  planning, {what} all"), None, target()));
    }
    let mut looking = Turns::default();
    for _ in 0..turns {
        looking.time(|| {
            drop(rename_candidates(&from, &after));
            Ok(())
        })?;
    }
    rows.push(looking.row("  looking for renames", None, target()));
    Ok(rows)
}

/// A new migration on top of our own: both sides made, planned, measured and proved.
fn own(rig: &Rig, turns: usize) -> Result<Row> {
    let database = rig.scratch()?;
    let ours = project_root().join("migrations");
    let mut wanted = std::fs::read_to_string(ours.join("schema.sql"))?;
    wanted.push_str(
        "\nALTER TABLE public.bookmarks ADD COLUMN note text;\nCREATE INDEX ON public.bookmarks (note);\n",
    );
    let mut times = Turns::default();
    for turn in 0..=turns {
        let folder = copy_of(&ours.join("sql"))?;
        let schema = file(&folder, "wanted.sql", &wanted)?;
        let branchline = Branchline::new(&database, &folder.path().join("sql"));
        let mut warming = Turns::default();
        let times = if turn == 0 { &mut warming } else { &mut times };
        times.time(|| branchline.new_from(&schema))?;
    }
    let target = Some(format!("at most {TARGET_COMMAND_MS} ms"));
    Ok(times.row("our own schema and a change: branchline new --from", None, target))
}

/// SQLAlchemy's models of two projects, from one stage to the next.
fn models(rig: &Rig, turns: usize) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for stack in ["bookmarks", "projects"] {
        let [ours, theirs] = [rig.scratch()?, rig.scratch()?];
        let Some(models) = Models::find(&theirs)? else { return Ok(rows) };
        models.revise(stack, "before")?;
        models.upgrade(stack, "before")?;
        let first = TempDir::new()?;
        std::fs::create_dir(first.path().join("sql"))?;
        let before = file(&first, "before.sql", &models.ddl(stack, "before")?)?;
        Branchline::new(&ours, &first.path().join("sql")).new_from(&before)?;
        let after = models.ddl(stack, "seen")?;
        let (mut own, mut alembics) = (Turns::default(), Turns::default());
        for turn in 0..=turns {
            let folder = copy_of(&first.path().join("sql"))?;
            let schema = file(&folder, "after.sql", &after)?;
            let branchline = Branchline::new(&ours, &folder.path().join("sql"));
            let (mut warming, mut warming_too) = (Turns::default(), Turns::default());
            let (own, alembics) =
                if turn == 0 { (&mut warming, &mut warming_too) } else { (&mut own, &mut alembics) };
            own.time(|| branchline.new_from(&schema))?;
            alembics.time(|| models.revise(stack, "seen"))?;
            models.forget("seen")?;
        }
        let mut row = own.row(format!("{stack} models: branchline new --from, proved"), None, None);
        row.to_alembic = Some(crate::stats::Summary::from_ratios(&own.0, &alembics.0));
        rows.extend([row, alembics.row("  alembic revision --autogenerate", None, None)]);
    }
    Ok(rows)
}

/// A copy of a folder of migrations, as `sql` in a new folder.
fn copy_of(sql: &Path) -> Result<TempDir> {
    let folder = TempDir::new()?;
    std::fs::create_dir(folder.path().join("sql"))?;
    for entry in std::fs::read_dir(sql)? {
        let path = entry?.path();
        let name = path.file_name().context("no name")?;
        std::fs::copy(&path, folder.path().join("sql").join(name))?;
    }
    Ok(folder)
}
