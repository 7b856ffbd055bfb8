//! Any bytes: the reader neither panics nor runs away, and gives what the oracle on html5gum gives.
#![no_main]

#[path = "../../shared/netscape/tests/common/mod.rs"]
#[allow(dead_code, unused_imports)]
mod common;
#[path = "../../shared/netscape/tests/oracle/mod.rs"]
mod oracle;

use common::{File, Item};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    // As it is, in whatever encoding it seems to be; this only must not panic.
    File::read(file);
    // The oracle reads UTF-8, which the mark makes of it.
    let marked = [b"\xEF\xBB\xBF", file].concat();
    let mut ours = File::read(&marked[..]);
    let mut theirs = oracle::read(file);
    for read in [&mut ours, &mut theirs] {
        for item in &mut read.items {
            if let Item::Bookmark(bookmark) = item {
                bookmark.line = 0;
                bookmark.warnings.sort();
            }
        }
    }
    assert_eq!(ours.items, theirs.items);
    assert_eq!(ours.is_bookmark_file, theirs.is_bookmark_file);
});
