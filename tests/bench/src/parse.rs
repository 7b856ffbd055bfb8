//! Reading alone: our reader, the tokenizer of html5gum as what a careful parser costs, memcpy as what memory allows.

use std::hint::black_box;

use anyhow::{Result, ensure};
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
    file: &'static str,
    bookmarks: u32,
    bytes: usize,
    reader_ms: Summary,
    html5gum_ms: Summary,
    memcpy_ms: Summary,
}

const BOOKMARKS: u32 = 10_000;

const FILES: [(&str, Shape); 4] = [
    ("plain, as Chrome writes", Shape::Plain),
    ("tags, dates, descriptions", Shape::Annotated),
    ("a browser's, with icons", Shape::Browser),
    ("93 % icons", Shape::Icons),
];

pub(crate) fn measure(extent: Extent) -> Result<Vec<Row>> {
    let rounds = if extent == Extent::Quick { 7 } else { 31 };
    FILES.into_iter().map(|(name, shape)| row(name, &File::new(shape, 0..BOOKMARKS), rounds)).collect()
}

fn row(name: &'static str, file: &File, rounds: usize) -> Result<Row> {
    let bytes = file.bytes();
    let mut copy = vec![0; bytes.len()];
    let (mut reader_ms, mut html5gum_ms, mut memcpy_ms) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        reader_ms.push(timed(|| read(&bytes))?);
        html5gum_ms.push(timed(|| tokenize(&bytes))?);
        memcpy_ms.push(timed(|| {
            copy.copy_from_slice(&bytes);
            black_box(&copy);
            Ok(())
        })?);
    }
    Ok(Row {
        file: name,
        bookmarks: file.len(),
        bytes: bytes.len(),
        reader_ms: Summary::of(&reader_ms),
        html5gum_ms: Summary::of(&html5gum_ms),
        memcpy_ms: Summary::of(&memcpy_ms),
    })
}

/// The processor time of this thread, in ms, which does not count what others do on the machine meanwhile.
fn timed(run: impl FnOnce() -> Result<()>) -> Result<f64> {
    let begun = clock_gettime(ClockId::ThreadCPUTime);
    run()?;
    let ended = clock_gettime(ClockId::ThreadCPUTime);
    Ok((ended.tv_sec - begun.tv_sec) as f64 * 1e3 + (ended.tv_nsec - begun.tv_nsec) as f64 / 1e6)
}

fn read(file: &[u8]) -> Result<()> {
    let mut reader = Reader::new(file);
    let mut bookmarks = 0;
    while let Some(event) = reader.next_event()? {
        if let Event::Bookmark(bookmark) = &event {
            bookmarks += 1;
            black_box(bookmark);
        }
    }
    ensure!(bookmarks == BOOKMARKS, "{bookmarks} bookmarks were read");
    Ok(())
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
        &["10,000 bookmarks", "MB", "ms", "ns/entry", "MB/s", "html5gum", "memcpy"],
    );
    for row in rows {
        let megabytes = row.bytes as f64 / 1e6;
        let per_second = |ms: f64| count(megabytes / ms * 1e3);
        let ms = row.reader_ms.median;
        table.row([
            row.file.to_owned(),
            number(megabytes, 1),
            number(ms, 2),
            count(ms * 1e6 / f64::from(row.bookmarks)),
            per_second(ms),
            per_second(row.html5gum_ms.median),
            per_second(row.memcpy_ms.median),
        ]);
    }
    table.note("html5gum and memcpy in MB/s too: its tokenizer alone, and copying the bytes.");
    table.note("Targets: at most 5 ms with tags, dates, descriptions; 2,000 MB/s with icons.");
    table.print();
}
