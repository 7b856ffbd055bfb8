//! The cost of reading grows in proportion to the file. This has a process of its own, whose memory is
//! counted: how much is allocated in all, since all work that is repeated shows there, and how many events
//! there are.

#![expect(clippy::expect_used, reason = "helpers of tests are tests too")]
#![expect(unsafe_code, reason = "an allocator is unsafe by its trait")]

use netscape::{Event, Reader};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: it is the system's allocator, which it only counts for.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.with(|allocated| allocated.set(allocated.get() + layout.size()));
        // SAFETY: the caller keeps the promises of the trait.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the promises of the trait.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes allocated while a file is read, and its events.
fn cost(file: &str) -> (usize, usize) {
    let before = ALLOCATED.get();
    let mut reader = Reader::new(file.as_bytes());
    let mut events = 0;
    let mut depth = 0;
    while let Some(event) = reader.next_event().expect("a slice can be read") {
        events += 1;
        match event {
            Event::FolderStart(_) => depth += 1,
            Event::FolderEnd => depth -= 1,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    (ALLOCATED.get() - before, events)
}

/// Twice as much of a file costs twice as much, apart from the first buffers.
#[track_caller]
fn assert_in_proportion(file: impl Fn(usize) -> String, count: usize) {
    const BUFFERS: usize = 1 << 20;
    let [(once, events), (twice, more_events)] = [count, 2 * count].map(|count| cost(&file(count)));
    assert!(twice <= 2 * once + BUFFERS, "{once} bytes, and {twice} for twice as much");
    assert!(more_events <= 2 * events + 10, "{events} events, and {more_events} for twice as much");
}

#[test]
fn folders_within_folders_cost_in_proportion_up_to_the_deepest() {
    assert_in_proportion(
        |depth| {
            format!(
                "{}{}",
                "<DT><H3>F</H3><DL><p>\n<DT><A HREF=a>A</A>\n".repeat(depth),
                "</DL><p>\n".repeat(depth)
            )
        },
        netscape::limits::DEPTH / 2,
    );
}

#[test]
fn lists_of_items_within_lists_cost_in_proportion_up_to_the_deepest() {
    assert_in_proportion(
        |depth| format!("{}{}", "<ul><li>F".repeat(depth), "</ul>".repeat(depth)),
        netscape::limits::DEPTH / 2,
    );
}

#[test]
fn folders_beside_folders_cost_in_proportion_at_depth_60() {
    let open = "<DT><H3>F</H3><DL><p>\n".repeat(60);
    let close = "</DL><p>\n".repeat(60);
    assert_in_proportion(
        |count| format!("{open}{}{close}", "<DT><H3>F</H3><DL><p>\n</DL><p>\n".repeat(count)),
        10_000,
    );
}

#[test]
fn attributes_cost_in_proportion_be_they_different_or_one_again_and_again() {
    let different = |count: usize| (0..count).map(|n| format!(" a{n}=\"{n}\"")).collect::<String>();
    assert_in_proportion(|count| format!("<DT><A HREF=\"x\"{}>A</A>", different(count)), 50_000);
    assert_in_proportion(
        |count| format!("<DT><A HREF=\"x\"{}>A</A>", " a=\"1\" A=\"2\"".repeat(count)),
        50_000,
    );
    assert_in_proportion(|count| format!("<DT><A HREF=\"x\"{}>A</A>", " \"b\",".repeat(count)), 50_000);
}

#[test]
fn lost_text_and_text_that_looks_like_markup_cost_in_proportion() {
    for unit in [
        "<DD>",
        "lost <DT>",
        "<!-- ",
        "<x",
        "<DT><A HREF=\"a\">A <dl> b</A>",
        "<DT><A HREF=\"a\"x>A</A>",
        "<DD><a href=\"b\">",
        "<DD><a href=\"b\">\n",
        "<DD><img alt=a src=b>",
        "<li>x",
    ] {
        assert_in_proportion(|count| format!("<DL><DT><A HREF=a>A</A>{}", unit.repeat(count)), 20_000);
    }
}
