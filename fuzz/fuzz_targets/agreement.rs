//! The reader gives what html5gum and the naive reader on top of it give.

#![no_main]

#[path = "../../shared/netscape/tests/common/mod.rs"]
mod common;
#[path = "../../shared/netscape/tests/oracle/mod.rs"]
mod oracle;

use common::File;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    // The mark says that it is UTF-8, which is all that the oracle reads.
    let marked = [b"\xEF\xBB\xBF", file].concat();
    let Some(mut theirs) = oracle::read(file) else { return };
    let mut ours = File::read(&marked[..]);
    for read in [&mut ours, &mut theirs] {
        read.forget_lines();
        read.forget_quotations();
    }
    assert_eq!(ours.items, theirs.items);
    assert_eq!(ours.warnings, theirs.warnings);
    assert_eq!(ours.is_bookmark_file, theirs.is_bookmark_file);
});
