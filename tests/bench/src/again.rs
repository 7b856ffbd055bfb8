//! Work after a first import: the same file again, other files into the same project, and undoing.

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;
use support::Event;

use crate::args::Extent;
use crate::files::{File, Shape};
use crate::import::Rows;
use crate::rig::{Answer, Rig};
use crate::stats::Summary;
use crate::table::{Table, count, number, progress};

/// One of these, and how long it takes.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    what: String,
    rounds: usize,
    handler_ms: Summary,
    /// `\copy` of the same rows into the same table in the same state, where rows come in.
    floor_ms: Option<Summary>,
    /// The floor's time as a share of the handler's, in turns.
    ratio: Option<Summary>,
    target: Option<&'static str>,
}

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Vec<Row>> {
    let (bookmarks, rounds) = match extent {
        Extent::Quick => (10_000, 3),
        Extent::Default => (100_000, 3),
        Extent::Full => (100_000, 7),
    };
    progress(&format!("repeats, merges and undoing of {bookmarks} bookmarks"));
    let mut rows = vec![repeat(rig, bookmarks, rounds).await?, beside_others(rig, bookmarks, rounds).await?];
    rows.extend(merge_and_undo(rig, bookmarks, rounds).await?);
    rows.push(undo_beneath(rig, bookmarks / 20, rounds).await?);
    Ok(rows)
}

async fn repeat(rig: &Rig, bookmarks: u32, rounds: usize) -> Result<Row> {
    let file = File::new(Shape::Browser, 0..bookmarks).bytes();
    rig.reset().await?;
    rig.function.import(&file, None).await?;
    let mut handler = Vec::new();
    for _ in 0..3 * rounds {
        handler.push(rig.function.expect(200, Event::post("/").binary(file.clone())).await?.handler_ms);
    }
    Ok(Row {
        what: "the same file again".to_owned(),
        rounds: handler.len(),
        handler_ms: Summary::new(&handler),
        floor_ms: None,
        ratio: None,
        target: Some("50 ms"),
    })
}

async fn beside_others(rig: &Rig, bookmarks: u32, rounds: usize) -> Result<Row> {
    let first = File::new(Shape::Browser, 0..bookmarks).bytes();
    let second = File::new(Shape::Browser, bookmarks..2 * bookmarks).bytes();
    let (mut handler, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        rig.reset().await?;
        rig.function.import(&first, None).await?;
        let before = Rows::from_last_import(rig, "before").await?;
        rig.execute("CHECKPOINT").await?;
        let answer = rig.function.import(&second, None).await?;
        ensure_counts(&answer, bookmarks, 0)?;
        handler.push(answer.handler_ms);

        let rows = Rows::from_last_import(rig, "rows").await?;
        rig.reset().await?;
        before.insert_job(rig).await?;
        before.copy_into(rig, "bookmarks").await?;
        rows.insert_job(rig).await?;
        rig.execute("CHECKPOINT").await?;
        floor.push(rows.copy_without_triggers(rig).await?.ms);
    }
    Ok(Row {
        what: "beside as many others".to_owned(),
        rounds,
        handler_ms: Summary::new(&handler),
        floor_ms: Some(Summary::new(&floor)),
        ratio: Some(Summary::from_ratios(&floor, &handler)),
        target: None,
    })
}

/// A file of which nine in ten are stored, then its undoing, then the first file's.
async fn merge_and_undo(rig: &Rig, bookmarks: u32, rounds: usize) -> Result<[Row; 3]> {
    let new = bookmarks / 10;
    let first = File::new(Shape::Browser, 0..bookmarks).bytes();
    let second = File::new(Shape::Annotated, new..bookmarks + new).bytes();
    let (mut merge, mut undo_merge, mut undo_first) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        rig.reset().await?;
        let imported = rig.function.import(&first, None).await?;
        rig.execute("CHECKPOINT").await?;
        let merged = rig.function.import(&second, None).await?;
        ensure_counts(&merged, new, bookmarks - new)?;
        merge.push(merged.handler_ms);
        undo_merge.push(undo(rig, &merged).await?);
        undo_first.push(undo(rig, &imported).await?);
        let left: i64 = rig.ask("SELECT count(*) FROM bookmarks").await?;
        ensure!(left == 0, "{left} bookmarks are left after undoing both imports");
    }
    let row = |what: &str, handler: &[f64]| Row {
        what: what.to_owned(),
        rounds,
        handler_ms: Summary::new(handler),
        floor_ms: None,
        ratio: None,
        target: None,
    };
    Ok([
        row("90 % of it stored", &merge),
        row("undo of that", &undo_merge),
        row("undo of the first", &undo_first),
    ])
}

/// Undoing an import of which a later one holds nine in ten: their bookmarks become the later one's.
async fn undo_beneath(rig: &Rig, bookmarks: u32, rounds: usize) -> Result<Row> {
    let new = bookmarks / 10;
    let first = File::new(Shape::Browser, 0..bookmarks).bytes();
    let second = File::new(Shape::Annotated, new..bookmarks + new).bytes();
    let mut handler = Vec::new();
    for _ in 0..rounds {
        rig.reset().await?;
        let imported = rig.function.import(&first, None).await?;
        rig.function.import(&second, None).await?;
        handler.push(undo(rig, &imported).await?);
        let left: i64 = rig.ask("SELECT count(*) FROM bookmarks").await?;
        ensure!(left == i64::from(bookmarks), "{left} of {bookmarks} bookmarks are left to the later import");
    }
    Ok(Row {
        what: format!("undo beneath, {}", count(f64::from(bookmarks))),
        rounds,
        handler_ms: Summary::new(&handler),
        floor_ms: None,
        ratio: None,
        target: None,
    })
}

/// Undoes an import, in milliseconds.
async fn undo(rig: &Rig, answer: &Answer) -> Result<f64> {
    let job: Value = answer.response.json();
    let id = job["import_job"]["id"].as_str().context("an answer without a job")?;
    rig.execute("CHECKPOINT").await?;
    Ok(rig.function.expect(200, Event::delete(&format!("/{id}"))).await?.handler_ms)
}

fn ensure_counts(answer: &Answer, imported: u32, merged: u32) -> Result<()> {
    let job = &answer.response.json::<Value>()["import_job"];
    let is_right = job["imported_count"] == imported && job["merged_count"] == merged;
    ensure!(is_right, "{imported} imported and {merged} merged were expected: {job}");
    Ok(())
}

pub(crate) fn print(rows: &[Row], extent: Extent) {
    let size = if extent == Extent::Quick { "10,000" } else { "100,000" };
    let mut table = Table::new(
        format!("AFTER A FIRST IMPORT of {size} bookmarks, files of as many"),
        &["what", "handler ms", "from", "to", "floor ms", "ratio", "target"],
    );
    for row in rows {
        table.row([
            row.what.clone(),
            number(row.handler_ms.median, 1),
            count(row.handler_ms.min),
            count(row.handler_ms.max),
            row.floor_ms.map_or(String::new(), |floor| number(floor.median, 1)),
            row.ratio.map_or(String::new(), |ratio| number(ratio.median, 2)),
            row.target.unwrap_or_default().to_owned(),
        ]);
    }
    table.note("beneath: of an import of which a later one holds 90 %; of fewer bookmarks.");
    table.print();
}
