//! Any bytes are read or refused as a bookmark file of any format, twice alike, and folders that start end.

#![no_main]

#[path = "../../shared/bookmark-files/tests/anything/mod.rs"]
mod anything;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let _ = anything::read(file);
});
