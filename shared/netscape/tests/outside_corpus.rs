//! Files that other projects test with, read where `BRANCHLINE_CORPUS` names a folder that holds them. They
//! are not part of this repository; what each must give is written here.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

mod common;

use common::{File, seconds};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The expected content of a file: bookmarks, folders, bookmarks with tags, bookmarks with a description,
/// depth of folders.
struct Expected {
    file: &'static str,
    bookmarks: usize,
    folders: Option<usize>,
    tagged: Option<usize>,
    described: Option<usize>,
    depth: Option<usize>,
}

const fn expect(file: &'static str, bookmarks: usize) -> Expected {
    Expected { file, bookmarks, folders: None, tagged: None, described: None, depth: None }
}

impl Expected {
    const fn folders(self, folders: usize) -> Self {
        Self { folders: Some(folders), ..self }
    }

    const fn tagged(self, tagged: usize) -> Self {
        Self { tagged: Some(tagged), ..self }
    }

    const fn described(self, described: usize) -> Self {
        Self { described: Some(described), ..self }
    }

    const fn depth(self, depth: usize) -> Self {
        Self { depth: Some(depth), ..self }
    }
}

const EXPECTED: [Expected; 25] = [
    expect("bookmarkt/chromium.html", 6).folders(3),
    expect("bookmarkt/firefox.html", 9).folders(5),
    expect("bookmarkt/netscape.html", 2).folders(0),
    expect("calibr/chrome_bookmarks.html", 4).folders(3).depth(2),
    expect("calibr/netscape.html", 6).folders(3),
    // Of its eleven <DD>, one is a folder's.
    expect("calibr/netscape_complex.html", 14).folders(6).described(10),
    // Pocket's two sections are read as folders.
    expect("calibr/pocket.html", 5).folders(2).depth(1),
    expect("flyingwolfox/test.html", 2).folders(1),
    expect("linkace/import_example.html", 5).tagged(5).described(3),
    expect("linkace/import_example_dateless.html", 5).tagged(5).described(3),
    expect("linkding/simple_valid_import_file.html", 3).tagged(3).described(3),
    expect("linkding/simple_valid_import_file_with_one_invalid_bookmark.html", 3).tagged(3).described(3),
    expect("netscape-go/flat100.htm", 100).folders(0).tagged(87).described(68),
    expect("netscape-go/flat1000.htm", 1_000).folders(0).tagged(834).described(693),
    expect("netscape-go/flat10000.htm", 10_000).folders(0).tagged(8_355).described(6_696),
    expect("nextcloud/import.file", 10).folders(5).tagged(10).described(1),
    expect("radam9/bookmarks_bookmarkie.html", 32).folders(10).depth(3),
    expect("radam9/bookmarks_bookmarkie_unindented.html", 32).folders(10).depth(3),
    expect("radam9/bookmarks_chrome.html", 27).folders(7).depth(3),
    expect("radam9/bookmarks_firefox.html", 27).folders(8).depth(3),
    expect("wallabag/ril_export.html", 2).tagged(2),
    expect("wallabag/shaarli-bookmarks.html", 2).tagged(2).described(1),
    expect("zmyjs/bookmarks_2023_5_9.html", 21).folders(4).depth(3),
    // No export, but readable: its names stand in TITLE attributes.
    expect("radam9/bookmarks_bookmarkie_formatted.html", 32),
    // A job that failed says why: this is one bookmark without HREF.
    expect("netscape-go/fuzz/269c29ee022dd350.gofuzz", 1),
];

#[test]
fn every_file_gives_what_its_project_expects() {
    let Some(corpus) = corpus() else { return };
    for expected in EXPECTED {
        let file = expected.file;
        let read = File::read(&bytes(&corpus.join(file))[..]);
        let tagged = read.bookmarks().filter(|bookmark| !bookmark.tags.is_empty()).count();
        let described = read.bookmarks().filter(|bookmark| bookmark.description.is_some()).count();
        assert_eq!(read.bookmarks().count(), expected.bookmarks, "bookmarks of {file}");
        assert_eq!(
            read.folders().count(),
            expected.folders.unwrap_or(read.folders().count()),
            "folders of {file}"
        );
        assert_eq!(tagged, expected.tagged.unwrap_or(tagged), "tagged bookmarks of {file}");
        assert_eq!(described, expected.described.unwrap_or(described), "descriptions of {file}");
        assert_eq!(read.depth(), expected.depth.unwrap_or(read.depth()), "depth of {file}");
        assert!(read.is_bookmark_file, "{file} is a bookmark file");
    }
}

#[test]
fn every_file_is_written_with_the_same_entries() {
    let Some(corpus) = corpus() else { return };
    for Expected { file, .. } in EXPECTED {
        let before = bytes(&corpus.join(file));
        let after = common::rewritten(&before);
        let [mut before, mut after] = [&before, &after].map(|file| File::read(&file[..]));
        before.forget_lines();
        after.forget_lines();
        assert_eq!(after.items, before.items, "{file}");
    }
}

/// Those of them that are as a browser wrote them.
#[test]
fn files_of_browsers_are_written_byte_for_byte() {
    let Some(corpus) = corpus() else { return };
    for file in [
        "bookmarkt/chromium.html",
        "bookmarkt/firefox.html",
        "bookmarkt/netscape.html",
        "calibr/chrome_bookmarks.html",
        "radam9/bookmarks_bookmarkie.html",
        "radam9/bookmarks_chrome.html",
        "radam9/bookmarks_firefox.html",
        "zmyjs/bookmarks_2023_5_9.html",
    ] {
        let before = bytes(&corpus.join(file));
        let after = common::rewritten(&before);
        let same = before.iter().zip(&after).take_while(|(before, after)| before == after).count();
        let around = |bytes: &[u8]| {
            String::from_utf8_lossy(&bytes[same.saturating_sub(80)..(same + 40).min(bytes.len())])
                .into_owned()
        };
        assert!(before == after, "{file}: {:?} is written as {:?}", around(&before), around(&after));
    }
}

#[test]
fn duplicates_are_given_as_often_as_they_stand_there() {
    let Some(corpus) = corpus() else { return };
    for (file, distinct) in [("flat1000.htm", 998), ("flat10000.htm", 9_768)] {
        let read = File::read(&bytes(&corpus.join("netscape-go").join(file))[..]);
        let urls: HashSet<_> = read.bookmarks().map(|bookmark| bookmark.url.as_deref()).collect();
        assert_eq!(urls.len(), distinct, "{file}");
    }
}

#[test]
fn the_tags_of_linkace_are_eighteen_with_and_without_dates() {
    let Some(corpus) = corpus() else { return };
    for (file, dated) in [("import_example.html", 5), ("import_example_dateless.html", 0)] {
        let read = File::read(&bytes(&corpus.join("linkace").join(file))[..]);
        let tags: HashSet<_> = read.bookmarks().flat_map(|bookmark| &bookmark.tags).collect();
        assert_eq!(tags.len(), 18, "{file}");
        assert_eq!(read.bookmarks().filter(|bookmark| bookmark.added.is_some()).count(), dated, "{file}");
    }
}

#[test]
fn one_instant_in_three_units_is_one_instant() {
    let Some(corpus) = corpus() else { return };
    let read = File::read(&bytes(&corpus.join("linkding/simple_valid_import_file.html"))[..]);
    assert!(read.bookmarks().all(|bookmark| bookmark.added == seconds(1_616_337_559)));
}

#[test]
fn an_invalid_date_is_a_warning_and_the_bookmark_is_kept() {
    let Some(corpus) = corpus() else { return };
    let file = "linkding/simple_valid_import_file_with_one_invalid_bookmark.html";
    let read = File::read(&bytes(&corpus.join(file))[..]);
    let warned: Vec<_> = read.bookmarks().filter(|bookmark| !bookmark.warnings.is_empty()).collect();
    assert_eq!(warned.len(), 1);
    assert_eq!(warned[0].added, None);
    assert_eq!(warned[0].warnings, ["add_date holds no date: \"invaliddate\""]);
}

#[test]
fn every_date_of_seven_to_ten_digits_is_valid() {
    let Some(corpus) = corpus() else { return };
    let read = File::read(&bytes(&corpus.join("netscape-go/flat100.htm"))[..]);
    assert!(read.bookmarks().all(|bookmark| bookmark.added.is_some() && bookmark.warnings.is_empty()));
}

#[test]
fn pocket_keeps_apart_what_is_unread_and_what_is_archived() {
    let Some(corpus) = corpus() else { return };
    let read = File::read(&bytes(&corpus.join("calibr/pocket.html"))[..]);
    let in_section = |section: &str| read.bookmarks().filter(|bookmark| bookmark.path == [section]).count();
    assert_eq!((in_section("Unread"), in_section("Read Archive")), (3, 2));
    assert!(read.bookmarks().all(|bookmark| bookmark.added.is_some()));
}

#[test]
fn a_place_url_and_a_separator_are_read_for_what_they_are() {
    let Some(corpus) = corpus() else { return };
    let read = File::read(&bytes(&corpus.join("calibr/netscape_complex.html"))[..]);
    let first = read.bookmarks().next().and_then(|bookmark| bookmark.url.as_deref());
    assert_eq!(first, Some("place:type=6&sort=14&maxResults=10"));
    assert_eq!(read.items.iter().filter(|item| matches!(item, common::Item::Separator(_))).count(), 1);
}

/// Each is a Go byte string literal; a job made of it either completes or fails with a reason.
#[test]
fn inputs_that_broke_another_parser_are_read_without_panic() {
    let Some(corpus) = corpus() else { return };
    let mut read = 0;
    for entry in std::fs::read_dir(corpus.join("netscape-go/fuzz")).expect("the folder of fuzz inputs") {
        let text =
            String::from_utf8(bytes(&entry.expect("a folder entry").path())).expect("Go source is UTF-8");
        let literal = text.split_once("[]byte(\"").and_then(|(_, rest)| rest.trim_end().strip_suffix("\")"));
        File::read(&unquote(literal.expect("a byte string literal"))[..]);
        read += 1;
    }
    assert_eq!(read, 12);
}

fn unquote(literal: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = literal.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        bytes.push(match rest.next().expect("an escape goes on") {
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'x' => {
                let digits: String = rest.by_ref().take(2).collect();
                u8::from_str_radix(&digits, 16).expect("two hexadecimal digits")
            }
            c => u8::try_from(c).expect("an escaped ASCII character"),
        });
    }
    bytes
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn corpus() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "the corpus is no configuration of the project")]
    let folder = std::env::var_os("BRANCHLINE_CORPUS");
    if folder.is_none() {
        println!("skipped: BRANCHLINE_CORPUS names no folder with the files of other projects");
    }
    folder.map(PathBuf::from)
}
