//! Any bytes in any encoding are read without panic, and the same however the source gives them.

#![no_main]

#[path = "../../shared/netscape/tests/common/mod.rs"]
mod common;

use common::File;
use libfuzzer_sys::fuzz_target;
use std::io::Read;

/// Gives as many bytes at a time as its first byte says.
struct Chunks<'a>(&'a [u8], usize);

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

fuzz_target!(|file: &[u8]| {
    let whole = File::read(file);
    let chunk = usize::from(file.first().copied().unwrap_or(0)) + 1;
    let in_chunks = File::read(Chunks(file, chunk));
    assert_eq!(whole.items, in_chunks.items);
    assert_eq!(whole.is_bookmark_file, in_chunks.is_bookmark_file);
    assert!(!whole.outline().contains('\0'), "Postgres refuses U+0000");
});
