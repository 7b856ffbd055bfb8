//! Peak memory of the function's process for a large file, beside what receiving that body costs by itself.

use std::io::Write;

use anyhow::Result;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use support::Event;

use crate::args::Extent;
use crate::files::{File, Shape};
use crate::machine::peak_mib;
use crate::rig::Rig;
use crate::table::{Table, count, number, progress};

/// Memory that an import may take above the cost of its body, in MiB.
const TARGET_MIB: u32 = 64;

/// Peaks in MiB, each of a process of its own.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    body: &'static str,
    bookmarks: u32,
    body_mib: f64,
    /// Of the import.
    import_mib: f64,
    /// Memory if the same body is answered 405: the runtime's copies of it, and nothing of ours.
    refused_mib: f64,
}

/// The copies that the runtime makes of a raw body, and gives back, are larger than anything an import takes.
/// A compressed body leaves its own memory to be seen.
pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Vec<Row>> {
    let bookmarks = match extent {
        Extent::Quick => 10_000,
        Extent::Default => 200_000,
        Extent::Full => 1_000_000,
    };
    progress(&format!("memory of an import of {bookmarks} bookmarks"));
    let compressed = gzip(&File::new(Shape::Plain, 0..bookmarks).bytes())?;
    Ok(vec![
        row(rig, "raw", 100, File::new(Shape::Browser, 0..100).bytes()).await?,
        row(rig, "raw", bookmarks, File::new(Shape::Browser, 0..bookmarks).bytes()).await?,
        row(rig, "gzip, without icons", bookmarks, compressed).await?,
    ])
}

async fn row(rig: &Rig, kind: &'static str, bookmarks: u32, body: Bytes) -> Result<Row> {
    rig.reset().await?;
    let body_mib = body.len() as f64 / 1_048_576.0;
    let import_mib = peak(rig, 201, Event::post("/"), &body).await?;
    let refused_mib = peak(rig, 405, Event::new(http::Method::PUT, "/"), &body).await?;
    Ok(Row { body: kind, bookmarks, body_mib, import_mib, refused_mib })
}

async fn peak(rig: &Rig, status: u16, event: Event, body: &Bytes) -> Result<f64> {
    let function = rig.another_function()?;
    function.expect(status, event.binary(body.clone())).await?;
    peak_mib(function.pid())
}

fn gzip(file: &[u8]) -> Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(file)?;
    Ok(encoder.finish()?.into())
}

pub(crate) fn print(rows: &[Row]) {
    let mut table = Table::new(
        "PEAK MEMORY of the function's process, in MiB",
        &["body", "bookmarks", "its size", "import", "answered 405", "above", "target"],
    );
    for row in rows {
        table.row([
            row.body.to_owned(),
            count(f64::from(row.bookmarks)),
            number(row.body_mib, 1),
            number(row.import_mib, 1),
            number(row.refused_mib, 1),
            number(row.import_mib - row.refused_mib, 1),
            TARGET_MIB.to_string(),
        ]);
    }
    table.print();
}
