//! First imports, end to end through the real binary, beside psql's binary `\copy` of the very same rows into
//! the same table: what any importer would pay for them that had nothing to parse, to hash and to count.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde::Serialize;
use serde_json::Value;

use crate::args::Extent;
use crate::files::{File, Shape};
use crate::rig::{Copied, Rig};
use crate::stats::Summary;
use crate::table::{Table, count, number, progress};

/// A file, and how long its import takes.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    bookmarks: u32,
    bytes: usize,
    rounds: usize,
    handler_ms: Summary,
    outer_ms: Summary,
    /// `duration_ms` of the job, which is taken before the last flight to the server.
    job_ms: Summary,
    /// The handler's, where row security does not bind the function's role.
    unbound_ms: Summary,
    /// The handler's time as a multiple of that, in turns.
    row_security: Summary,
    /// `\copy` into the table, whose triggers are off: its keys, indexes and foreign keys alone.
    floor_ms: Summary,
    /// The same with the triggers by which the search learns of bookmarks.
    triggers_ms: Summary,
    /// `\copy` into the same columns without key, index and foreign key.
    heap_ms: Summary,
    /// The floor's time as a share of the handler's, in turns.
    ratio: Summary,
    processor: Processor,
}

/// Processor time in ms, which depends less on what else the machine does.
#[derive(Debug, Serialize)]
struct Processor {
    /// Of the function's process, the event's base64 and JSON among it.
    function: Summary,
    /// Of the server for it.
    server: Summary,
    /// Of the server for psql's `\copy`.
    floor_server: Summary,
}

/// Returns the sizes, with the number of measurements of each.
fn rounds(extent: Extent) -> &'static [(u32, usize)] {
    match extent {
        Extent::Quick => &[(1_000, 5), (10_000, 5)],
        Extent::Default => &[(1_000, 15), (10_000, 15), (100_000, 7)],
        Extent::Full => &[(1_000, 15), (10_000, 15), (100_000, 9), (1_000_000, 3)],
    }
}

/// The share of the floor's rate that an import is to reach.
fn target(bookmarks: u32) -> Option<f64> {
    match bookmarks {
        10_000 => Some(0.7),
        100_000 => Some(0.85),
        _ => None,
    }
}

/// The rows of an import in a file, in the binary format of COPY.
pub(crate) struct Rows {
    columns: String,
    path: PathBuf,
    /// The statement that makes their job again, without which they would point to nothing.
    job: String,
    count: i64,
}

impl Rows {
    /// Copies out what the last import stored, in the order of the file.
    ///
    /// Columns that are null throughout are left out, as are those that their defaults fill: the copy that is
    /// measured has no more to do than the import.
    pub(crate) async fn from_last_import(rig: &Rig, name: &str) -> Result<Self> {
        let job: String = rig
            .ask("SELECT id::text FROM import_jobs WHERE status = 'completed' ORDER BY id DESC LIMIT 1")
            .await?;
        let candidates: Vec<String> = rig
            .ask(
                "SELECT array_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute
                 WHERE attrelid = 'bookmarks'::regclass AND attnum > 0 AND NOT attisdropped AND NOT \
                     atthasdef",
            )
            .await?;
        let mut columns = Vec::new();
        let mut count = 0;
        for column in candidates {
            let filled: i64 = rig
                .ask(&format!("SELECT count({column}) FROM bookmarks WHERE import_job_id = '{job}'"))
                .await?;
            if filled > 0 {
                columns.push(column);
                count = count.max(filled);
            }
        }
        let columns = columns.join(", ");
        let path = rig.folder.path().join(name);
        let select = format!("SELECT {columns} FROM bookmarks WHERE import_job_id = '{job}' ORDER BY id");
        rig.copy(&format!("({select}) TO '{}' WITH (FORMAT binary)", path.display()))?;
        let job = format!("INSERT INTO import_jobs (id) VALUES ('{job}')");
        Ok(Self { columns, path, job, count })
    }

    /// Stores the job that the rows belong to.
    pub(crate) async fn insert_job(&self, rig: &Rig) -> Result<()> {
        rig.execute(&self.job).await
    }

    /// Copies the rows into `bookmarks` with no trigger of ours on it.
    pub(crate) async fn copy_without_triggers(&self, rig: &Rig) -> Result<Copied> {
        rig.execute("ALTER TABLE bookmarks DISABLE TRIGGER USER").await?;
        let copied = self.copy_into(rig, "bookmarks").await?;
        rig.execute("ALTER TABLE bookmarks ENABLE TRIGGER USER").await?;
        Ok(copied)
    }

    /// Copies the rows in.
    pub(crate) async fn copy_into(&self, rig: &Rig, table: &str) -> Result<Copied> {
        let counted = format!("SELECT count(*) FROM {table}");
        let before: i64 = rig.ask(&counted).await?;
        let copied = rig.copy(&format!(
            "{table} ({}) FROM '{}' WITH (FORMAT binary)",
            self.columns,
            self.path.display()
        ))?;
        let after: i64 = rig.ask(&counted).await?;
        ensure!(after - before == self.count, "{} rows were copied, not {}", after - before, self.count);
        Ok(copied)
    }
}

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Vec<Row>> {
    rig.execute("CREATE TABLE heap (LIKE bookmarks INCLUDING DEFAULTS)").await?;
    let mut rows = Vec::new();
    for &(bookmarks, rounds) in rounds(extent) {
        progress(&format!("first imports of {bookmarks} bookmarks"));
        rows.push(row(rig, &File::new(Shape::Browser, 0..bookmarks), rounds).await?);
    }
    rig.execute("DROP TABLE heap").await?;
    Ok(rows)
}

async fn row(rig: &Rig, file: &File, rounds: usize) -> Result<Row> {
    let bytes = file.bytes();
    rig.reset().await?;
    rig.function.import(&bytes, None).await?;
    let rows = Rows::from_last_import(rig, "rows").await?;
    ensure!(rows.count == i64::from(file.len()), "{} of {} bookmarks became rows", rows.count, file.len());

    let unbound_function = rig.unbound_import()?;
    rig.reset().await?;
    unbound_function.import(&bytes, None).await?;
    let (mut handler, mut unbound, mut outer, mut job) = (vec![], vec![], vec![], vec![]);
    let (mut floor, mut triggers, mut heap) = (vec![], vec![], vec![]);
    let (mut function_cpu, mut server_cpu, mut floor_cpu) = (vec![], vec![], vec![]);
    for _ in 0..rounds {
        rig.reset().await?;
        let (function_before, server_before) = (rig.function.processor_ms()?, rig.server_ms().await?);
        let answer = rig.function.import(&bytes, None).await?;
        function_cpu.push(rig.function.processor_ms()? - function_before);
        server_cpu.push(rig.server_ms().await? - server_before);
        handler.push(answer.handler_ms);
        outer.push(answer.outer_ms);
        let body: Value = answer.response.json();
        job.push(body["import_job"]["duration_ms"].as_f64().unwrap_or_default());

        rig.reset().await?;
        unbound.push(unbound_function.import(&bytes, None).await?.handler_ms);

        rig.reset().await?;
        rows.insert_job(rig).await?;
        let copied = rows.copy_without_triggers(rig).await?;
        floor.push(copied.ms);
        floor_cpu.push(copied.server_ms);

        rig.reset().await?;
        rows.insert_job(rig).await?;
        triggers.push(rows.copy_into(rig, "bookmarks").await?.ms);

        rig.execute("TRUNCATE heap").await?;
        rig.reset().await?;
        heap.push(rows.copy_into(rig, "heap").await?.ms);
    }
    Ok(Row {
        bookmarks: file.len(),
        bytes: bytes.len(),
        rounds,
        handler_ms: Summary::new(&handler),
        outer_ms: Summary::new(&outer),
        job_ms: Summary::new(&job),
        unbound_ms: Summary::new(&unbound),
        row_security: Summary::from_ratios(&handler, &unbound),
        floor_ms: Summary::new(&floor),
        triggers_ms: Summary::new(&triggers),
        heap_ms: Summary::new(&heap),
        ratio: Summary::from_ratios(&floor, &handler),
        processor: Processor {
            function: Summary::new(&function_cpu),
            server: Summary::new(&server_cpu),
            floor_server: Summary::new(&floor_cpu),
        },
    })
}

pub(crate) fn print(rows: &[Row]) {
    let mut table = Table::new(
        "FIRST IMPORT (through the real binary, into an empty table)",
        &[
            "bookmarks",
            "MB",
            "handler ms",
            "unbound",
            "floor",
            "triggers",
            "heap",
            "rows/s",
            "ratio",
            "target",
        ],
    );
    for row in rows {
        table.row([
            count(f64::from(row.bookmarks)),
            number(row.bytes as f64 / 1e6, 1),
            number(row.handler_ms.median, 1),
            number(row.unbound_ms.median, 1),
            number(row.floor_ms.median, 1),
            number(row.triggers_ms.median, 1),
            number(row.heap_ms.median, 1),
            count(f64::from(row.bookmarks) / row.handler_ms.median * 1e3),
            number(row.ratio.median, 2),
            target(row.bookmarks).map_or(String::new(), |target| format!("{target:.2}")),
        ]);
    }
    table.note("unbound: the handler where row security does not bind its role.");
    table.note("handler: from its first line to its answer. floor: psql's binary \\copy of the");
    table.note("same rows into the same table; triggers: with the search's triggers on; heap:");
    table.note("without key, index and foreign key. ratio: floor/handler, measured in turns.");
    table.print();

    let mut table = Table::new(
        "WHERE ITS TIME GOES, in ms",
        &["bookmarks", "with the event", "processor: function", "server", "the floor's server"],
    );
    for row in rows {
        let Processor { function, server, floor_server } = &row.processor;
        table.row([
            count(f64::from(row.bookmarks)),
            number(row.outer_ms.median, 1),
            number(function.median, 1),
            number(server.median, 1),
            number(floor_server.median, 1),
        ]);
    }
    table.note("with the event: its base64 and JSON too, as is the function's processor time.");
    table.note("On two idle cores, function and server work at the same time.");
    table.print();
}
