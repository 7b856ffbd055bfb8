//! Peak memory of the function's process for a large file, beside what receiving that body costs by itself.

use anyhow::Result;
use bytes::Bytes;
use serde::Serialize;
use support::Event;

use crate::args::Extent;
use crate::files::{File, Shape};
use crate::machine::peak_mib;
use crate::rig::Rig;
use crate::table::{Table, count, number, progress};

/// Peaks in MiB, each of a process of its own.
#[derive(Debug, Serialize)]
pub(crate) struct Memory {
    bookmarks: u32,
    bytes: usize,
    /// Of the import.
    import_mib: f64,
    /// Where the same body is answered 405: the runtime's copies of it, and nothing of ours.
    refused_mib: f64,
    /// Where a small import is all that it has done.
    small_mib: f64,
}

pub(crate) async fn measure(rig: &Rig, extent: Extent) -> Result<Memory> {
    let bookmarks = match extent {
        Extent::Quick => 10_000,
        Extent::Default => 200_000,
        Extent::Full => 1_000_000,
    };
    progress(&format!("memory of an import of {bookmarks} bookmarks"));
    let file = File::new(Shape::Browser, 0..bookmarks).bytes();
    let small = File::new(Shape::Browser, 0..100).bytes();
    rig.reset().await?;
    let import_mib = peak(rig, 201, Event::post("/"), &file).await?;
    let refused_mib = peak(rig, 405, Event::new(http::Method::PUT, "/"), &file).await?;
    rig.reset().await?;
    let small_mib = peak(rig, 201, Event::post("/"), &small).await?;
    Ok(Memory { bookmarks, bytes: file.len(), import_mib, refused_mib, small_mib })
}

async fn peak(rig: &Rig, status: u16, event: Event, body: &Bytes) -> Result<f64> {
    let function = rig.another_function()?;
    function.expect(status, event.binary(body.clone())).await?;
    peak_mib(function.pid())
}

pub(crate) fn print(memory: &Memory) {
    let mut table = Table::new(
        "PEAK MEMORY of the function's process, in MiB",
        &["bookmarks", "body MiB", "import", "the same body, 405", "above it", "target"],
    );
    table.row([
        count(f64::from(memory.bookmarks)),
        number(memory.bytes as f64 / 1_048_576.0, 1),
        number(memory.import_mib, 1),
        number(memory.refused_mib, 1),
        number(memory.import_mib - memory.refused_mib, 1),
        "64".to_owned(),
    ]);
    table.note(format!("A first import of 100 bookmarks: {:.1} MiB.", memory.small_mib));
    table.print();
}
