//! Reading alone: our reader, the tokenizer of html5gum as what a careful parser costs, memcpy as what memory
//! allows.

use std::hint::black_box;
use std::path::PathBuf;

use anyhow::{Context, Result};
use html5gum::{DefaultEmitter, Tokenizer};
use netscape::{Event, Reader};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

use crate::args::Extent;
use crate::files::{File, Shape};
use crate::stats::Summary;
use crate::table::{Table, count, number};

/// A file, and how long each takes for it.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    file: String,
    bookmarks: u32,
    bytes: usize,
    reader_ms: Summary,
    html5gum_ms: Summary,
    memcpy_ms: Summary,
}

const BOOKMARKS: u32 = 10_000;

const FILES: [(&str, Shape); 4] = [
    ("plain", Shape::Plain),
    ("with tags and notes", Shape::Annotated),
    ("as a browser writes", Shape::Browser),
    ("93 % icons", Shape::Icons),
];

/// Measures with the files that are made for it, and then with those of `paths`.
pub(crate) fn measure(extent: Extent, paths: &[PathBuf]) -> Result<Vec<Row>> {
    let rounds = if extent == Extent::Quick { 7 } else { 31 };
    let mut rows = Vec::new();
    for (name, shape) in FILES {
        rows.push(row(name.to_owned(), &File::new(shape, 0..BOOKMARKS).bytes(), rounds)?);
    }
    for path in paths {
        let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        rows.push(row(name, &bytes, rounds)?);
    }
    Ok(rows)
}

fn row(file: String, bytes: &[u8], rounds: usize) -> Result<Row> {
    let mut bookmarks = 0;
    let mut copy = vec![0; bytes.len()];
    let (mut reader_ms, mut html5gum_ms, mut memcpy_ms) = (Vec::new(), Vec::new(), Vec::new());
    // The first time pays for memory that no one has touched yet.
    read(bytes)?;
    for _ in 0..rounds {
        reader_ms.push(timed(|| {
            bookmarks = read(bytes)?;
            Ok(())
        })?);
        html5gum_ms.push(timed(|| tokenize(bytes))?);
        memcpy_ms.push(timed(|| {
            copy.copy_from_slice(bytes);
            black_box(&copy);
            Ok(())
        })?);
    }
    Ok(Row {
        file,
        bookmarks,
        bytes: bytes.len(),
        reader_ms: Summary::new(&reader_ms),
        html5gum_ms: Summary::new(&html5gum_ms),
        memcpy_ms: Summary::new(&memcpy_ms),
    })
}

/// The processor time of this thread, in ms, which does not count what others do on the machine meanwhile.
fn timed(run: impl FnOnce() -> Result<()>) -> Result<f64> {
    let begun = clock_gettime(ClockId::ThreadCPUTime);
    run()?;
    let ended = clock_gettime(ClockId::ThreadCPUTime);
    Ok((ended.tv_sec - begun.tv_sec) as f64 * 1e3 + (ended.tv_nsec - begun.tv_nsec) as f64 / 1e6)
}

/// Reads a file and gives how many bookmarks it holds.
fn read(file: &[u8]) -> Result<u32> {
    let mut reader = Reader::new(file);
    let mut bookmarks = 0;
    while let Some(event) = reader.next_event()? {
        if let Event::Bookmark(bookmark) = &event {
            bookmarks += 1;
            black_box(bookmark);
        }
    }
    Ok(bookmarks)
}

/// Tags and texts alone; nothing is made of them.
fn tokenize(file: &[u8]) -> Result<()> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(file, emitter) {
        black_box(token)?;
    }
    Ok(())
}

pub(crate) fn print(rows: &[Row]) {
    let mut table = Table::new(
        "READING (processor time of one core, the file in memory)",
        &["file", "bookmarks", "MB", "ms", "ns/entry", "MB/s", "html5gum", "memcpy"],
    );
    for row in rows {
        let megabytes = row.bytes as f64 / 1e6;
        let per_second = |ms: f64| count(megabytes / ms * 1e3);
        let ms = row.reader_ms.median;
        table.row([
            row.file.clone(),
            count(f64::from(row.bookmarks)),
            number(megabytes, 1),
            number(ms, 2),
            count(ms * 1e6 / f64::from(row.bookmarks.max(1))),
            per_second(ms),
            per_second(row.html5gum_ms.median),
            per_second(row.memcpy_ms.median),
        ]);
    }
    table.note("html5gum and memcpy in MB/s too: its tokenizer alone, and copying the bytes.");
    table.note("Targets: 2,000 MB/s where most is icons; 5 ms for --file flat10000.htm, the file of");
    table.note("that name among the tests of virtualtam/netscape-go (10,000 tagged bookmarks, 2.4 MB).");
    table.print();
}
