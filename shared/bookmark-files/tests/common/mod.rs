//! Files as text that a test can state.

#![allow(dead_code, reason = "each test target uses a part of this")]
#![allow(clippy::expect_used, reason = "helpers of tests are tests too")]

use std::fmt::Write;

use branchline_bookmark_files::{Error, Outline, Reader, Scan, Source};
use netscape::{Attributes, Event, Occurrence, Timestamp, Warnings};

/// A file of this crate's tests.
pub fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/files/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub fn scan<'a>(open: impl Fn() -> Source<'a>) -> Result<Outline, Error> {
    let mut scan = Scan::new(open);
    loop {
        if let Some(outline) = scan.advance()? {
            return Ok(outline);
        }
    }
}

/// The entries of a file, one a line, indented by folder: `[name]` is a folder, `+[name]` one that goes on, `-`
/// a separator. `+`, `~` and `@` stand before the seconds at which an entry was added, changed and visited, `#`
/// before a tag, `!` before a warning; a description is in quotes, attributes follow.
pub fn outline(file: &[u8]) -> Result<String, Error> {
    outline_of(&mut reader_of(&scan(|| Box::new(file))?, file)?)
}

pub fn reader_of<'a>(outline: &'a Outline, file: &'a [u8]) -> Result<Reader<'a>, Error> {
    Reader::new(outline, move || Box::new(file))
}

pub fn outline_of(reader: &mut Reader<'_>) -> Result<String, Error> {
    let mut out = String::new();
    let (mut depth, mut position) = (0, 0);
    while let Some(event) = reader.next_event()? {
        let indent = "  ".repeat(depth);
        match event {
            Event::FolderStart(folder) => {
                depth += 1;
                let again = if folder.occurrence == Occurrence::First { "" } else { "+" };
                write!(
                    out,
                    "{indent}{again}[{}]{}{}",
                    folder.name,
                    date('+', folder.added),
                    date('~', folder.modified)
                )
                .expect("a text");
                rest(&mut out, folder.description, folder.attributes, folder.warnings);
            }
            Event::FolderEnd => depth -= 1,
            Event::Bookmark(bookmark) => {
                position += 1;
                assert_eq!(bookmark.position, position);
                write!(out, "{indent}{} = {}", bookmark.title, bookmark.url.unwrap_or("(none)"))
                    .expect("a text");
                out.push_str(&date('+', bookmark.added));
                out.push_str(&date('~', bookmark.modified));
                out.push_str(&date('@', bookmark.visited));
                for tag in bookmark.tags.iter() {
                    write!(out, " #{tag}").expect("a text");
                }
                rest(&mut out, bookmark.description, bookmark.attributes, bookmark.warnings);
            }
            Event::Separator(separator) => {
                write!(out, "{indent}-").expect("a text");
                rest(&mut out, None, separator.attributes, separator.warnings);
            }
            Event::Warning(warning) => {
                writeln!(out, "!{}: {}", warning.line, warning.warning).expect("a text")
            }
        }
    }
    assert_eq!(depth, 0, "each folder that starts also ends");
    Ok(out)
}

fn date(mark: char, date: Option<Timestamp>) -> String {
    let Some(date) = date else { return String::new() };
    let (seconds, micros) = (date.micros().div_euclid(1_000_000), date.micros().rem_euclid(1_000_000));
    if micros == 0 { format!(" {mark}{seconds}") } else { format!(" {mark}{seconds}.{micros:06}") }
}

fn rest(out: &mut String, description: Option<&str>, attributes: Attributes<'_>, warnings: Warnings<'_>) {
    if let Some(description) = description {
        write!(out, " {description:?}").expect("a text");
    }
    let mut attributes: Vec<(&str, &str)> = attributes.iter().collect();
    attributes.sort_unstable();
    for (name, value) in attributes {
        write!(out, " {name}={value}").expect("a text");
    }
    for warning in warnings.iter() {
        write!(out, " !{warning}").expect("a text");
    }
    out.push('\n');
}
