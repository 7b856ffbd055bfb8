//! Each word of a document of any pieces of markup is in an entry or in a warning.

#![no_main]

#[path = "../../shared/netscape/tests/vanishing/mod.rs"]
mod words;

use libfuzzer_sys::fuzz_target;

/// Longer documents say no more, and their warnings quote too little.
const PIECES: usize = 16;

fuzz_target!(|choices: &[u8]| words::assert_nothing_vanishes(&choices[..choices.len().min(PIECES)]));
