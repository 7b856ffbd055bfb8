//! A written file equals the one that was read: the same entries always, the same bytes for the files of
//! browsers.

mod common;
mod pieces;

use common::{File, corpus, corpus_files, rewritten};
use netscape::{Attributes, Bookmark, Event, Folder, Separator, Timestamp, Writer};
use pieces::pieces;
use proptest::prelude::*;

#[track_caller]
fn assert_same_entries(name: &str, file: &[u8]) {
    let written = rewritten(file);
    let mut before = File::read(file);
    let mut after = File::read(&written[..]);
    for read in [&mut before, &mut after] {
        read.forget_lines();
        read.forget_losses();
        read.forget_order();
    }
    assert_eq!(after.items, before.items, "{name}, written as {}", String::from_utf8_lossy(&written));
    assert!(std::str::from_utf8(&written).is_ok(), "{name} is written in UTF-8");
    let again = rewritten(&written);
    assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&written), "{name}, written twice");
}

#[test]
fn every_corpus_file_is_written_with_the_same_entries() {
    for (name, file) in corpus_files() {
        assert_same_entries(&name, &file);
    }
}

#[test]
fn files_of_netscape_mozilla_firefox_and_chrome_are_written_byte_for_byte() {
    for name in ["netscape-4.html", "mozilla.html", "firefox.html", "chrome.html", "demo.html"] {
        let file = corpus(name);
        assert_eq!(String::from_utf8_lossy(&rewritten(&file)), String::from_utf8_lossy(&file), "{name}");
    }
}

#[test]
fn a_file_of_our_own_is_whole() {
    let mut writer = Writer::new(Vec::new()).expect("memory can be written");
    let date = Timestamp::from_micros(1_600_000_000_000_000);
    let attributes = [("personal_toolbar_folder", "true"), ("folded", "")];
    let events = [
        Event::FolderStart(Folder {
            name: "R&D",
            added: Some(date),
            description: Some("two\nlines"),
            attributes: attributes[..].into(),
            ..Folder::default()
        }),
        Event::Separator(Separator::default()),
        Event::Bookmark(Bookmark {
            url: Some("https://example.com/?a=1&b=2"),
            title: "\"Example\"",
            added: Some(date),
            tags: ["a", "b c"][..].into(),
            ..Bookmark::default()
        }),
        Event::FolderEnd,
    ];
    for event in &events {
        writer.write(event).expect("memory can be written");
    }
    let written = String::from_utf8(writer.finish().expect("memory can be written")).expect("UTF-8");
    let body = r#"<DL><p>
    <DT><H3 FOLDED ADD_DATE="1600000000" PERSONAL_TOOLBAR_FOLDER="true">R&amp;D</H3>
    <DD>two
lines
    <DL><p>
        <HR>
        <DT><A HREF="https://example.com/?a=1&b=2" ADD_DATE="1600000000" TAGS="a,b c">&quot;Example&quot;</A>
    </DL><p>
</DL><p>
"#;
    assert!(written.starts_with("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n"));
    assert!(written.contains("charset=UTF-8"));
    assert!(written.ends_with(body), "{written}");
}

#[test]
fn folders_still_open_are_closed_and_none_is_closed_twice() {
    let mut writer = Writer::new(Vec::new()).expect("memory can be written");
    assert!(writer.write(&Event::FolderEnd).is_err());
    writer.write(&Event::FolderStart(Folder::default())).expect("memory can be written");
    let file = File::read(&writer.finish().expect("memory can be written")[..]);
    assert_eq!(file.outline(), "[]\n");
}

#[test]
fn an_attribute_that_no_tag_can_hold_is_refused() {
    let mut writer = Writer::new(Vec::new()).expect("memory can be written");
    for name in ["", "a b", "a=", "a>", "a/b", "a\0"] {
        let attributes = [(name, "value")];
        let attributes = Attributes::from(&attributes[..]);
        assert!(
            writer.write(&Event::Separator(Separator { attributes, ..Separator::default() })).is_err(),
            "{name}"
        );
    }
}

/// An older reader stored what unescaped quotation marks had made of a tag.
#[test]
fn an_attribute_that_would_garble_its_neighbours_is_left_out() {
    let mut writer = Writer::new(Vec::new()).expect("memory can be written");
    let attributes = [("$\"", ""), ("a'b", "x"), ("a,b", "y"), ("=odd", ""), ("note", "kept")];
    let bookmark = Bookmark {
        url: Some("https://example.com/"),
        title: "T",
        attributes: attributes[..].into(),
        ..Bookmark::default()
    };
    writer.write(&Event::Bookmark(bookmark)).expect("memory can be written");
    let file = File::read(&writer.finish().expect("memory can be written")[..]);
    assert_eq!(file.outline(), "T <https://example.com/> note=kept\n");
}

/// An export that is imported again causes no warning that was not there before.
#[test]
fn a_written_file_gains_no_warning() {
    for (name, file) in corpus_files() {
        let written = File::read(&rewritten(&file)[..]);
        assert_eq!(written.warnings, [], "{name}");
        let lasting = |warning: &String| {
            warning.contains("holds no date") || warning.contains("held unreadable characters")
        };
        assert!(written.bookmarks().all(|bookmark| bookmark.warnings.iter().all(lasting)), "{name}");
    }
}

#[test]
fn a_prolog_that_does_not_end_its_title_is_not_written_again() {
    assert_same_entries(
        "unended",
        b"<!DOCTYPE NETSCAPE-Bookmark-file-1><TITLE>T</TILE><DL><DT><A HREF=a>A</A></DL>",
    );
}

#[test]
fn text_after_the_root_list_becomes_no_description() {
    assert_same_entries("text", b"<DL><DT><A HREF=a>A</A><DD></DL> text");
    assert_same_entries("paragraph", b"<DL><DT><A HREF=a>A</A><DD>of a\n</DL><p> text");
}

#[test]
fn one_tag_of_two_words_stays_one_beside_private() {
    assert_same_entries("tags", b"<DT><A HREF=a PRIVATE=1 TAGS='two words,'>A</A>");
}

/// Text as entries have it: without white space around it, a carriage return, or a NUL.
fn text(pattern: &'static str) -> impl Strategy<Value = String> {
    pattern.prop_map(|text: String| text.replace(['\r', '\0'], "").trim_ascii().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, rng_seed: seed(), ..ProptestConfig::default() })]

    #[test]
    fn any_markup_is_written_with_the_entries_it_was_read_as(file in pieces()) {
        assert_same_entries("markup", &[b"\xEF\xBB\xBF", &file[..]].concat());
    }

    #[test]
    fn any_bookmark_is_read_as_it_was_written(
        url in text("(?s)[ -~]{0,40}|.{0,20}"),
        title in text("[ -~]{0,20}|.{0,20}"),
        description in text("(?s)([ -~]|\n){0,40}|.{0,20}"),
        value in "(?s).{0,20}",
        tags in prop::collection::btree_set(text("[^,]{1,8}"), 0..4),
        seconds in prop::option::of(-62_135_596_800_i64..253_402_300_800),
    ) {
        let tags: Vec<&str> = tags.iter().map(String::as_str).filter(|tag| !tag.is_empty()).collect();
        let value = value.replace('\0', "");
        let attributes = [("odd-name", ""), ("private", "1"), ("note", &value[..])];
        let date = seconds.map(|seconds| Timestamp::from_micros(seconds * 1_000_000));
        let mut writer = Writer::new(Vec::new()).expect("memory can be written");
        let bookmark = Bookmark {
            url: Some(&url),
            title: &title,
            added: date,
            visited: date,
            tags: tags[..].into(),
            description: Some(&description),
            attributes: attributes[..].into(),
            ..Bookmark::default()
        };
        writer.write(&Event::Bookmark(bookmark)).expect("memory can be written");
        let file = File::read(&writer.finish().expect("memory can be written")[..]);
        let read: Vec<_> = file.bookmarks().collect();
        prop_assert_eq!(read.len(), 1);
        prop_assert_eq!(read[0].url.as_deref(), Some(&url[..]));
        prop_assert_eq!(&read[0].title, &title);
        prop_assert_eq!(read[0].description.as_deref(), Some(&description[..]));
        prop_assert_eq!(&read[0].tags, &tags);
        prop_assert_eq!((read[0].added, read[0].visited), (date, date));
        let pairs: Vec<_> = read[0].attributes.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        prop_assert_eq!(pairs, attributes);
    }
}

/// The same documents in each run, so that a change is to blame where one fails; others each time in the long
/// tests.
#[expect(clippy::disallowed_methods, reason = "what the long tests of the project set")]
fn seed() -> proptest::test_runner::RngSeed {
    use proptest::test_runner::RngSeed;
    if std::env::var_os("SOAK").is_some() { RngSeed::Random } else { RngSeed::Fixed(0) }
}
