//! Memory does not grow with the file. This has a process of its own, whose peak is measured.

#![expect(clippy::expect_used, reason = "helpers of tests are tests too")]

use std::io::{Cursor, Read};

use branchline_bookmark_files::{Reader, Scan, Source};
use netscape::Event;

const MEGABYTE: usize = 1 << 20;

/// The most memory that this process has ever had, in bytes; `None` where the system does not tell.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
}

/// A file that makes itself up: `head`, so many units, `tail`.
struct Made {
    head: String,
    unit: fn(usize) -> String,
    count: usize,
    tail: &'static str,
}

impl Made {
    fn open(&self) -> Source<'_> {
        let units = (0..self.count).map(|number| (self.unit)(number));
        Box::new(
            Cursor::new(self.head.clone())
                .chain(Pieces { pieces: units, piece: Cursor::default() })
                .chain(self.tail.as_bytes()),
        )
    }
}

struct Pieces<I> {
    pieces: I,
    piece: Cursor<String>,
}

impl<I: Iterator<Item = String>> Read for Pieces<I> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(piece) = self.pieces.next() else { return Ok(0) };
            self.piece = Cursor::new(piece);
        }
    }
}

/// The bookmarks of a file, and the bytes that were read of it.
fn read(file: &Made) -> (usize, u64) {
    let mut scan = Scan::new(|| file.open());
    let outline = loop {
        if let Some(outline) = scan.advance().expect("it is known") {
            break outline;
        }
    };
    let mut reader = Reader::new(&outline, || file.open()).expect("it can be read");
    let mut bookmarks = 0;
    while let Some(event) = reader.next_event().expect("it can be read") {
        bookmarks += usize::from(matches!(event, Event::Bookmark(_)));
    }
    (bookmarks, reader.bytes_read())
}

#[test]
fn fifty_megabytes_of_each_kind_take_a_few_buffers_and_folders_have_a_limit() {
    let chromium = |count| Made {
        head: r#"{"roots":{"other":{"children":["#.to_owned(),
        unit: |n| {
            format!(
                "{}{{\"children\":[{{\"date_added\":\"13350000000000000\",\"name\":\"Title {n}\",\"type\":\"url\",\
                 \"url\":\"https://{n}.example/{}\"}}],\"name\":\"Folder {n}\",\"type\":\"folder\"}}",
                if n == 0 { "" } else { ",\n" },
                "x".repeat(4_900),
            )
        },
        count,
        tail: "]}}}",
    };
    let karakeep = |count| Made {
        head: r#"{"bookmarks":["#.to_owned(),
        unit: |n| {
            format!(
                "{}{{\"createdAt\":1700000000,\"tags\":[\"a\"],\"lists\":[\"l\"],\
                 \"content\":{{\"type\":\"link\",\"url\":\"https://{n}.example/{}\"}}}}",
                if n == 0 { "" } else { ",\n" },
                "x".repeat(4_900),
            )
        },
        count,
        tail: r#"],"lists":[{"id":"l","name":"List","parentId":null}]}"#,
    };
    let raindrop = |count| Made {
        head: "url,title,folder\n".to_owned(),
        unit: |n| format!("https://{n}.example/{},Title {n},Folder/{}\n", "x".repeat(4_900), n % 1_000),
        count,
        tail: "",
    };
    let long_text = |count| Made {
        head: r#"[{"href":"https://a.example/","extended":""#.to_owned(),
        unit: |_| "All of one text. ".repeat(300),
        count,
        tail: "\"}]",
    };
    let kinds: [(&str, &dyn Fn(usize) -> Made); 4] = [
        ("chromium", &chromium),
        ("karakeep", &karakeep),
        ("raindrop", &raindrop),
        ("long text", &long_text),
    ];
    // A process's own memory, and the buffers, come first.
    for (_, file) in kinds {
        read(&file(200));
    }
    let Some(before) = peak() else { return };
    for (name, file) in kinds {
        let (bookmarks, bytes) = read(&file(11_000));
        assert!(bookmarks == 11_000 || name == "long text", "{name}: {bookmarks}");
        assert!(bytes > 48 * MEGABYTE as u64, "{name}: {bytes}");
        let grown = peak().unwrap_or(0) - before;
        // Of Chromium's file, what is needed of 11,000 folders is known before.
        assert!(grown < 20 * MEGABYTE, "{name}: {grown} bytes");
    }
    for unit in [
        |n: usize| {
            format!(
                "{}{{\"children\":[],\"name\":\"{n}\",\"type\":\"folder\"}}",
                if n == 0 { "" } else { "," }
            )
        },
        |n: usize| {
            format!("{{\"name\":\"{n}\",\"a\":\"x\",\"b\":\"x\",\"c\":\"x\",\"d\":\"x\",\"children\":[")
        },
    ] {
        let head = r#"{"roots":{"other":{"children":["#.to_owned();
        let file = Made { head, unit, count: 10_000_000, tail: "" };
        let mut scan = Scan::new(|| file.open());
        while scan.advance().is_ok_and(|outline| outline.is_none()) {}
        let grown = peak().unwrap_or(0) - before;
        assert!(grown < 64 * MEGABYTE, "folders: {grown} bytes");
    }
}
