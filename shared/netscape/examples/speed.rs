//! Measures how fast files are read: `cargo run --release -p netscape --example speed -- FILE...`
//!
//! Without a file it makes two: bookmarks as Firefox writes them, and the same with icons that are nearly all
//! of the bytes. Each figure is the best of several runs on one core, with the file in memory.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use html5gum::{DefaultEmitter, Tokenizer};
use netscape::{Error, Event, Reader};
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

const RUNS: usize = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files = Vec::new();
    for path in std::env::args().skip(1) {
        files.push((path.clone(), std::fs::read(path)?));
    }
    if files.is_empty() {
        files.push(("10,000 bookmarks".to_owned(), bookmarks(10_000, 0)));
        files.push(("2,000 bookmarks with icons of 50 kB".to_owned(), bookmarks(2_000, 50_000)));
    }
    println!("{:>10} {:>9} {:>9} {:>10} {:>13}  file", "bytes", "bookmarks", "ms", "MB/s", "html5gum MB/s");
    for (name, file) in files {
        let bookmarks = read(&file)?;
        let ours = best(|| drop(black_box(read(&file))));
        let html5gum = best(|| tokenize(&file));
        println!(
            "{:>10} {bookmarks:>9} {:>9.3} {:>10.0} {:>13.0}  {name}",
            file.len(),
            ours.as_secs_f64() * 1e3,
            megabytes_per_second(&file, ours),
            megabytes_per_second(&file, html5gum),
        );
    }
    Ok(())
}

fn read(file: &[u8]) -> Result<usize, Error> {
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

/// Runs html5gum over the tags and texts alone.
fn tokenize(file: &[u8]) {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(file, emitter) {
        drop(black_box(token));
    }
}

fn best(run: impl Fn()) -> Duration {
    let once = || {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..RUNS).map(|_| once()).min().unwrap_or_default()
}

fn megabytes_per_second(file: &[u8], time: Duration) -> f64 {
    file.len() as f64 / 1e6 / time.as_secs_f64()
}

fn bookmarks(count: usize, icon_bytes: usize) -> Vec<u8> {
    let icon = "iVBORw0KGgo".repeat(icon_bytes / 11);
    let mut file = String::from(
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n\
         <META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=UTF-8\">\n\
         <TITLE>Bookmarks</TITLE>\n<H1>Bookmarks Menu</H1>\n\n<DL><p>\n",
    );
    for number in 0..count {
        let _ = writeln!(
            file,
            "    <DT><A HREF=\"https://site-{number}.example/path?id={number}&page=2\" ADD_DATE=\"{}\" \
             LAST_MODIFIED=\"{}\" ICON=\"data:image/png;base64,{icon}\" TAGS=\"reading,tag {}\">\
             Number {number} &amp; its title</A>\n    <DD>What number {number} is about",
            1_600_000_000 + number,
            1_600_000_100 + number,
            number % 50,
        );
    }
    file.push_str("</DL>\n");
    file.into_bytes()
}
