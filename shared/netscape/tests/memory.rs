//! Memory does not grow with the file. This has a process of its own, whose peak is measured.

#![expect(clippy::expect_used, reason = "helpers of tests are tests too")]

mod common;

use common::repeated;
use netscape::{Event, Reader};

/// The most memory that this process has ever had, in bytes; `None` where the system does not tell.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
}

fn bookmarks(source: impl std::io::Read) -> usize {
    let mut reader = Reader::new(source);
    let mut bookmarks = 0;
    while let Some(event) = reader.next_event().expect("the source does not fail") {
        bookmarks += usize::from(matches!(event, Event::Bookmark(_)));
    }
    bookmarks
}

#[test]
fn two_hundred_megabytes_of_icons_take_a_few_buffers() {
    let icons = format!("<DT><A HREF=a ICON=\"{}\">A</A>\n", "iVBORw0KGgo".repeat(20));
    let one_icon = ("<DT><A HREF=a ICON=\"", "iVBORw0KGgo", "\">A</A>");
    // A process's own memory, and the source's buffer, come first.
    assert_eq!(bookmarks(repeated("", &icons, 1_000, "")), 1_000);
    let Some(before) = peak() else { return };
    assert_eq!(bookmarks(repeated("", &icons, 200_000, "")), 200_000);
    assert_eq!(bookmarks(repeated(one_icon.0, one_icon.1, 18_000_000, one_icon.2)), 1);
    let grown = peak().unwrap_or(0) - before;
    assert!(grown < 2_000_000, "{grown} bytes");
}
