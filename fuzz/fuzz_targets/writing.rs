//! A file that is read and written is read the same again, and a second writing changes nothing.

#![no_main]

#[path = "../../shared/netscape/tests/common/mod.rs"]
mod common;

use common::{File, rewritten};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let written = rewritten(file);
    let mut before = File::read(file);
    let mut after = File::read(&written[..]);
    for read in [&mut before, &mut after] {
        read.forget_lines();
        read.forget_losses();
        read.forget_order();
    }
    assert_eq!(before.items, after.items);
    assert_eq!(String::from_utf8_lossy(&rewritten(&written)), String::from_utf8_lossy(&written));
});
