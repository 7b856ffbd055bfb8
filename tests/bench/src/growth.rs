//! Imports of 100,000 bookmarks one after another, as the table grows.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use crate::args::Extent;
use crate::files::{File, Shape};
use crate::machine::free_bytes;
use crate::rig::Rig;
use crate::stats::Summary;
use crate::table::{Table, count, progress};

/// The measurements up to a number of rows.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    rows: u32,
    /// Of the imports since the row above.
    rows_per_second: Summary,
}

/// The two ways in which a table grows.
#[derive(Debug, Serialize)]
pub(crate) struct Growth {
    batch: u32,
    /// Each import into a project of its own, which is empty.
    projects: Vec<Row>,
    /// All imports into one project, which knows more addresses each time.
    one_project: Vec<Row>,
    /// Parts that were left out, and why.
    left_out: Vec<String>,
}

/// Numbers of imports after which figures are taken.
const STEPS: [u32; 7] = [1, 2, 5, 10, 20, 50, 100];

/// A row with its index entries and its share of the log, roughly.
const BYTES_PER_ROW: u64 = 1_500;

struct Limits {
    batch: u32,
    /// Rows where each import has its own project.
    projects: u32,
    /// Rows where all go into one.
    one_project: u32,
    /// For each of the two.
    time: Duration,
}

fn limits(extent: Extent) -> Limits {
    let (batch, projects, one_project, seconds) = match extent {
        Extent::Quick => (10_000, 50_000, 50_000, 10),
        Extent::Default => (100_000, 1_000_000, 1_000_000, 45),
        Extent::Full => (100_000, 10_000_000, 2_000_000, 900),
    };
    Limits { batch, projects, one_project, time: Duration::from_secs(seconds) }
}

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Growth> {
    let Limits { batch, projects, one_project, time } = limits(extent);
    let mut left_out = Vec::new();
    let mut grow = async |rows, own_project| grow(rig, batch, rows, own_project, time, &mut left_out).await;
    let (projects, one_project) = (grow(projects, true).await?, grow(one_project, false).await?);
    rig.reset().await?;
    Ok(Growth { batch, projects, one_project, left_out })
}

async fn grow(
    rig: &Rig,
    batch: u32,
    rows: u32,
    own_project: bool,
    time: Duration,
    left_out: &mut Vec<String>,
) -> Result<Vec<Row>> {
    let how = if own_project { "a project each" } else { "one project" };
    progress(&format!("imports of {batch} up to {rows} rows, {how}"));
    rig.reset().await?;
    let begun = Instant::now();
    let (mut measured, mut since, mut rest) = (Vec::new(), Vec::new(), rows);
    for import in 1..=rows / batch {
        let needed = u64::from(batch) * BYTES_PER_ROW;
        let stop = if begun.elapsed() > time {
            Some("its time was up")
        } else if free_bytes(rig.disk())? < 4 * needed + (2 << 30) {
            Some("the disk is nearly full")
        } else {
            None
        };
        if let Some(reason) = stop {
            left_out.push(format!("{how}: the last {} rows, as {reason}.", count(f64::from(rest))));
            break;
        }
        let file = File::new(Shape::Browser, (import - 1) * batch..import * batch).bytes();
        let project = if own_project {
            Some(
                rig.ask(&format!("INSERT INTO projects (name) VALUES ('growth {import}') RETURNING id"))
                    .await?,
            )
        } else {
            None
        };
        let answer = rig.function.import(&file, project).await?;
        since.push(f64::from(batch) / answer.handler_ms * 1e3);
        rest -= batch;
        if STEPS.contains(&import) {
            measured.push(Row { rows: import * batch, rows_per_second: Summary::new(&since) });
            since.clear();
        }
    }
    Ok(measured)
}

pub(crate) fn print(growth: &Growth) {
    let mut table = Table::new(
        format!(
            "GROWTH (imports of {}; rows/s, the median since the line above)",
            count(f64::from(growth.batch))
        ),
        &["rows in the table", "a project each", "slowest", "one project", "slowest"],
    );
    let mut one_project = growth.one_project.iter();
    for row in &growth.projects {
        let [median, min] = one_project.next().map_or_else(Default::default, figures);
        let [own_median, own_min] = figures(row);
        table.row([count(f64::from(row.rows)), own_median, own_min, median, min]);
    }
    for line in &growth.left_out {
        table.note(format!("Left out, {line}"));
    }
    table.print();
}

fn figures(row: &Row) -> [String; 2] {
    [count(row.rows_per_second.median), count(row.rows_per_second.min)]
}
