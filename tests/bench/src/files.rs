//! Bookmark files to measure with: as browsers write them, of any size, the same bytes at each run.

use std::fmt::Write;
use std::ops::Range;

use bytes::Bytes;

/// The content of the file's bookmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Address, date and title, as Chrome writes them.
    Plain,
    /// Tags, two dates, and a description for every second, as bookmark services write them: 240 bytes.
    Annotated,
    /// Plain, with an icon that is fourteen times as long as the rest.
    Icons,
    /// The usual content of a browser's export: an icon for every third, tags for every seventh, now and then
    /// a description.
    Browser,
}

/// A file of the bookmarks with these numbers. A number stands for one address, whatever the shape.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) shape: Shape,
    pub(crate) numbers: Range<u32>,
}

const SEED: u64 = 0x0062_6f6f_6b6d_6172;

/// Bookmarks in a folder, and such folders in one above them.
const FOLDER: u32 = 25;
const SHELF: u32 = 20 * FOLDER;

const WORDS: [&str; 32] = [
    "async",
    "bread",
    "camera",
    "cluster",
    "design",
    "engine",
    "folder",
    "garden",
    "history",
    "index",
    "journal",
    "kernel",
    "latency",
    "museum",
    "network",
    "océan",
    "parser",
    "query",
    "recipe",
    "search",
    "travel",
    "unicode",
    "vector",
    "weather",
    "yarn",
    "yield",
    "zürich",
    "日本語",
    "reading",
    "product",
    "tutorial",
    "database",
];

/// Parts of host names and paths, which are ASCII.
const PARTS: [&str; 16] = [
    "blog", "docs", "wiki", "news", "shop", "code", "maps", "music", "video", "paper", "forum", "guide",
    "notes", "photo", "stack", "cloud",
];

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl File {
    pub(crate) fn new(shape: Shape, numbers: Range<u32>) -> Self {
        Self { shape, numbers }
    }

    /// Returns the number of bookmarks in it.
    pub(crate) fn len(&self) -> u32 {
        self.numbers.end - self.numbers.start
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Bytes {
        let mut text = String::from(
            "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n\
             <META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=UTF-8\">\n\
             <TITLE>Bookmarks</TITLE>\n<H1>Bookmarks</H1>\n<DL><p>\n",
        );
        let mut open = 0;
        for number in self.numbers.clone() {
            let place = number - self.numbers.start;
            for (level, size) in [SHELF, FOLDER].into_iter().enumerate() {
                if place.is_multiple_of(size) {
                    close(&mut text, &mut open, level);
                    let mut random = Random::new(number, 1 + level as u64);
                    let (name, added) = (random.word(), random.date());
                    indent(&mut text, open);
                    put(
                        &mut text,
                        format_args!("<DT><H3 ADD_DATE=\"{added}\">{name} {}</H3>\n", place / size),
                    );
                    indent(&mut text, open);
                    text.push_str("<DL><p>\n");
                    open += 1;
                }
            }
            indent(&mut text, open);
            self.bookmark(&mut text, number);
        }
        close(&mut text, &mut open, 0);
        text.push_str("</DL><p>\n");
        Bytes::from(text)
    }

    fn bookmark(&self, text: &mut String, number: u32) {
        let random = &mut Random::new(number, 0);
        let (host, part, word) = (random.part(), random.part(), random.part());
        let query = if random.one_in(3) { "?id=4711&page=2" } else { "" };
        put(
            text,
            format_args!(
                "<DT><A HREF=\"https://{host}{}.example/{part}/{word}-{number}{query}\"",
                number % 997
            ),
        );
        let added = random.date();
        put(text, format_args!(" ADD_DATE=\"{added}\""));
        let (is_tagged, is_described, icon) = match self.shape {
            Shape::Plain => (false, false, 0),
            Shape::Annotated => (true, random.one_in(2), 0),
            Shape::Icons => (false, false, 2_000),
            Shape::Browser => (
                random.one_in(7),
                random.one_in(12),
                if random.one_in(3) { 200 + random.below(1_000) } else { 0 },
            ),
        };
        if matches!(self.shape, Shape::Annotated | Shape::Browser) {
            put(text, format_args!(" LAST_MODIFIED=\"{}\"", added + 86_400));
        }
        if icon > 0 {
            text.push_str(" ICON=\"data:image/png;base64,");
            text.extend((0..icon).map(|_| char::from(random.pick(BASE64))));
            text.push('"');
        }
        if is_tagged {
            put(text, format_args!(" TAGS=\"{},{}\"", random.word(), random.word()));
        }
        text.push('>');
        for _ in 0..2 + random.below(5) {
            text.push_str(random.word());
            text.push(' ');
        }
        text.push_str(if random.one_in(8) { "&amp; more</A>\n" } else { "in short</A>\n" });
        if is_described {
            text.push_str("<DD>");
            for _ in 0..4 + random.below(16) {
                text.push_str(random.word());
                text.push(' ');
            }
            text.push_str("and so on.\n");
        }
    }
}

fn indent(text: &mut String, open: usize) {
    text.extend((0..=open).map(|_| "    "));
}

/// Closes folders until only so many are open.
fn close(text: &mut String, open: &mut usize, remaining: usize) {
    while *open > remaining {
        *open -= 1;
        indent(text, *open);
        text.push_str("</DL><p>\n");
    }
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(arguments);
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014), restarted for
/// each bookmark, so that a bookmark's content depends on its number alone.
struct Random(u64);

impl Random {
    fn new(number: u32, stream: u64) -> Self {
        let mut random = Self(SEED ^ (u64::from(number) << 8) ^ stream);
        random.0 = random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// A power of two divides the range, so that each choice is as likely as the other.
    fn pick<T: Copy + Default, const N: usize>(&mut self, of: &[T; N]) -> T {
        let index = usize::try_from(self.below(N as u64)).unwrap_or_default();
        of.get(index).copied().unwrap_or_default()
    }

    fn word(&mut self) -> &'static str {
        self.pick(&WORDS)
    }

    fn part(&mut self) -> &'static str {
        self.pick(&PARTS)
    }

    /// Between 2008 and 2025, in seconds since 1970.
    fn date(&mut self) -> u64 {
        1_200_000_000 + self.below(550_000_000)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use netscape::{Event, Reader};

    use super::*;

    /// The addresses, and how many folders there are.
    fn read(file: &File) -> (Vec<String>, usize) {
        let bytes = file.bytes();
        let mut reader = Reader::new(&bytes[..]);
        let (mut addresses, mut folders) = (Vec::new(), 0);
        while let Some(event) = reader.next_event().unwrap() {
            match event {
                Event::Bookmark(bookmark) => addresses.push(bookmark.url.unwrap().to_owned()),
                Event::FolderStart(_) => folders += 1,
                _ => (),
            }
        }
        (addresses, folders)
    }

    #[test]
    fn each_number_is_an_address_of_its_own_in_every_shape() {
        let expected = read(&File::new(Shape::Plain, 0..1_000)).0;
        assert_eq!(expected.iter().collect::<HashSet<_>>().len(), 1_000);
        for shape in [Shape::Annotated, Shape::Icons, Shape::Browser] {
            assert_eq!(read(&File::new(shape, 0..1_000)).0, expected, "{shape:?}");
        }
        assert_eq!(read(&File::new(Shape::Browser, 900..1_100)).0[..100], expected[900..]);
    }

    #[test]
    fn folders_hold_twenty_five_bookmarks_and_shelves_twenty_folders() {
        assert_eq!(read(&File::new(Shape::Plain, 3..1_003)).1, 1_000 / 25 + 2);
    }

    #[test]
    fn icons_are_most_of_the_bytes_and_an_annotated_bookmark_has_240() {
        let size = |shape| File::new(shape, 0..1_000).bytes().len();
        let without_icons = size(Shape::Plain) as f64 / size(Shape::Icons) as f64;
        assert!((0.06..0.08).contains(&without_icons), "{without_icons}");
        assert!((220_000..260_000).contains(&size(Shape::Annotated)), "{}", size(Shape::Annotated));
    }
}
