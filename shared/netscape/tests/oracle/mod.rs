//! A second reader to compare the first with: html5gum reads attributes and character references, and where
//! markup is and what it means is written once more, with no thought of speed. It knows the whole file and
//! takes it as UTF-8.
//!
//! It shares nothing with the reader but the reading of dates, which have tests of their own. What the reader
//! makes of a garbled tag has tests of its own as well; here there is no answer.

#![allow(clippy::expect_used, reason = "helpers of tests are tests too")]

mod draft;
mod markup;
mod names;
mod steps;
mod tree;

use crate::common::File;
use draft::Draft;
use markup::one_line_end;

/// Reads a file that is in UTF-8, apart from ill-formed sequences. Lines are not counted: each is 0. `None`
/// if a tag of an entry is garbled or does not end.
pub fn read(file: &[u8]) -> Option<File> {
    let raw = String::from_utf8_lossy(file);
    let text = one_line_end(&raw).replace('\0', "\u{FFFD}");
    let first_end = raw.find(['\n', '\r']).unwrap_or(raw.len());
    let lf_cr = raw[first_end..].starts_with("\n\r");
    let mut oracle = Oracle { lf_cr, ..Oracle::default() };
    let mut at = 0;
    while at < text.len() {
        at += oracle.step(&text, at)?;
    }
    Some(oracle.finish())
}

#[derive(Default)]
struct Oracle {
    file: File,
    /// `d` and `-` for a `<dl>` with and without a name, `u` and `.` for an `<ul>` or `<ol>` with and
    /// without.
    lists: Vec<char>,
    path: Vec<String>,
    draft: Option<Draft>,
    heading: String,
    /// `name`, `description`, `heading`, `item` or nothing.
    target: &'static str,
    /// `dt`, `li` or nothing.
    after: &'static str,
    lost: String,
    /// The address of the open link, and where its text begins.
    link: Option<(String, usize)>,
    lists_in_text: u32,
    body: bool,
    lf_cr: bool,
    cut: bool,
    blanks: Option<bool>,
    title: String,
    items: u32,
    sections: u32,
    nested: bool,
    ordinary: bool,
}
