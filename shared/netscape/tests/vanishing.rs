//! No text vanishes unsaid: it is in an entry, in a folder, or in a warning.

mod common;
#[path = "vanishing/mod.rs"]
mod words;

use common::File;
use netscape::limits;
use proptest::prelude::*;
use words::assert_nothing_vanishes;

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, rng_seed: seed(), ..ProptestConfig::default() })]

    #[test]
    fn no_word_vanishes_from_any_order_of_the_pieces_of_markup(choices in prop::collection::vec(any::<u8>(), 0..14)) {
        assert_nothing_vanishes(&choices);
    }
}

/// A file of these entries in a root list.
fn outline(entries: &str) -> String {
    File::read(format!("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n{entries}\n</DL><p>\n").as_bytes())
        .outline()
}

#[test]
fn an_element_without_markup_in_it_swallows_neither_text_nor_entries_nor_the_end_of_a_list() {
    for name in [
        "script",
        "style",
        "textarea",
        "title",
        "xmp",
        "iframe",
        "noembed",
        "noframes",
        "noscript",
        "plaintext",
    ] {
        let file = format!(
            "<DT><H3>Web</H3>\n<DL><p>\n<DT><A HREF=a>The <{name}> element</A>\n<DD>of <{name}>x</{name}>\n\
             </DL><p>\n<DT><H3>The <{name}> tag</H3>\n<DL><p>\n</DL><p>\n<DT><A HREF=b>B</A>"
        );
        assert_eq!(
            outline(&file),
            format!(
                "[Web]\n  The <{name}> element <a> \"of <{name}>x</{name}>\"\n[The <{name}> tag]\nB <b>\n"
            )
        );
    }
}

#[test]
fn the_tags_of_lists_and_entries_are_text_where_a_title_goes_on() {
    for tag in ["<dl>", "</dl>", "<dt>", "<dd>", "<hr>", "<li>", "<ul>", "</ol>", "<h1>", "</h3>", "<a>"] {
        let file = format!(
            "<DT><H3>F</H3>\n<DL><p>\n<DT><A HREF=a>The {tag} tag</A>\n</DL><p>\n<DT><A HREF=b>B</A>"
        );
        assert_eq!(outline(&file), format!("[F]\n  The {tag} tag <a>\nB <b>\n"));
    }
    assert_eq!(
        outline(
            "<DT><H3>F</H3>\n<DL><p>\n<DT><A HREF=a>A</A>\n<DD>the </dl> and <dt> tags\n</DL><p>\n<DT><A \
             HREF=b>B</A>"
        ),
        "[F]\n  A <a> \"the </dl> and <dt> tags\"\nB <b>\n"
    );
}

#[test]
fn text_in_angle_brackets_stays_text_and_formatting_goes() {
    for text in [
        "<rubyXML/>",
        "Vec<T> and List<String>",
        "a<b",
        "if a<b && b>c",
        "<3",
        "a <b and c> d",
        "<?php ?>",
        "x <- y",
    ] {
        assert_eq!(
            outline(&format!("<DT><A HREF=a>{text}</A>\n<DD>{text}")),
            format!("{text} <a> {text:?}\n")
        );
    }
    assert_eq!(
        outline("<DT><A HREF=a><b>A</b> <span class=\"x\">b</span><br>c</A>\n<DD><p>d<br><em>e</em></p>"),
        "A b c <a> \"d\\ne\"\n"
    );
}

#[test]
fn a_comment_in_a_text_is_text_and_one_that_does_not_end_swallows_nothing() {
    assert_eq!(
        outline(
            "<DT><A HREF=a>A <!-- note --> a</A>\n<DT><A HREF=b>How <!-- works</A>\n<DD>and <!-- \
             this\n<DT><A HREF=c>--> C</A>"
        ),
        "A <!-- note --> a <a>\nHow <!-- works <b> \"and <!-- this\"\n--> C <c>\n"
    );
    assert_eq!(
        outline("<DT><A HREF=a>A</A>\n<!-- one\n<DT><A HREF=b>B</A>\n<DT><A HREF=c>C</A>"),
        "A <a>\nB <b>\nC <c>\n!4: this text belongs to no entry and is lost: <!-- one\n"
    );
}

#[test]
fn a_link_and_an_image_in_a_text_keep_their_addresses() {
    assert_eq!(
        outline(
            "<DT><A HREF=a>A</A>\n<DD>see <a href=\"https://b.example/?x=1&amp;y=2\" target=_blank>the \
             paper</a> and <a href=\"https://c.example/\">https://c.example/</a>, <img alt=\"a chart\" \
             src=\"https://d.example/e.png\"><img src=\"data:image/png;base64,AAAA\"> or <a \
             href=\"https://f.example/\">not closed"
        ),
        "A <a> \"see the paper (https://b.example/?x=1&y=2) and https://c.example/, a chart \
         (https://d.example/e.png)(data:image/png) or not closed (https://f.example/)\"\n"
    );
}

#[test]
fn text_between_entries_is_warned_of_with_its_line() {
    assert_eq!(
        outline(
            "first &amp; more\n<DT>before <A HREF=a>A</A> after\n<DT><H3>F</H3> of f\n<DL>in \
             f</DL>\n<HR>\n<DD>of nothing"
        ),
        "A <a>\n[F]\n-\n\
         !3: this text belongs to no entry and is lost: first & more\n\
         !4: this text belongs to no entry and is lost: before\n\
         !4: this text belongs to no entry and is lost: after\n\
         !5: this text belongs to no entry and is lost: of f\n\
         !6: this text belongs to no entry and is lost: in f\n\
         !8: this text belongs to no entry and is lost: of nothing\n"
    );
}

#[test]
fn lost_text_is_quoted_up_to_a_length_and_given_up_to_a_number() {
    let long = "é".repeat(limits::QUOTED_CHARACTERS + 1);
    let read = File::read(format!("<DL>{long}</DL>").as_bytes());
    let quoted = "é".repeat(limits::QUOTED_CHARACTERS);
    assert_eq!(read.warnings, [(1, format!("this text belongs to no entry and is lost: {quoted}…"))]);

    let read = File::read(format!("<DL>{}</DL>", "lost<DT>".repeat(limits::LOST_TEXTS + 7)).as_bytes());
    assert_eq!(read.warnings.len(), limits::LOST_TEXTS + 1);
    assert_eq!(read.warnings[limits::LOST_TEXTS].1, "7 more texts that belong to no entry are lost");
}

#[test]
fn a_file_that_ends_early_says_where_and_inside_of_what() {
    let head = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n<DT><A HREF=a>A</A>\n";
    for (tail, expected) in [
        ("</DL><p>\n", ""),
        ("", "!4: the file ends early, within a list\n"),
        ("<DT><H3>F</H3>\n<DL><p>\n", "[F]\n!6: the file ends early, within 2 lists\n"),
        ("<DT><A HREF=b>B", "B <b>\n!4: the file ends early, within a title\n"),
        (
            "<DT",
            "!4: this text belongs to no entry and is lost: <DT\n!4: the file ends early, within a tag\n",
        ),
        ("<DT><A HREF=\"https://b.exam", "!4: the file ends early, within a tag: <a HREF=\"https://b.exam\n"),
        (
            "<DT><A HREF=\"b\" ADD_DATE=\"16",
            " <b> !the file ends within the tag, in ADD_DATE=\"16\n!4: the file ends early, within a tag\n",
        ),
        (
            "<DT><A ADD_DATE=\"1\" HREF=\"https://b.exam",
            " <none> +1 !the file ends within the tag, in HREF=\"https://b.exam\n!4: the file ends early, \
             within a tag\n",
        ),
        ("</DL>\n<script>", "!5: the file ends early, within <script>\n"),
    ] {
        assert_eq!(
            File::read(format!("{head}{tail}").as_bytes()).outline(),
            format!("A <a>\n{expected}"),
            "{tail}"
        );
    }
}

#[test]
fn quotation_marks_that_are_not_escaped_lose_no_value_and_no_entry_unsaid() {
    for (tag, expected) in [
        (
            "HREF=\"a\" TITLE=\"a \"quoted\" b\" X=\"y\"",
            "A <a> title=a \"quoted\" b x=y !title holds quotation marks that are not escaped",
        ),
        (
            "HREF=\"a\" TAGS=\"\",$\",$',',Bash\"",
            "A <a> #\" #$\" #$' #' #Bash !tags holds quotation marks that are not escaped",
        ),
        (
            "HREF=\"a?q=\"x\"&r\" TAGS=\"t\"",
            "A <a?q=\"x\"&r> #t !href holds quotation marks that are not escaped",
        ),
        ("HREF=\"a ADD_DATE=\"1\"", "A <a> +1 !href holds quotation marks that are not escaped"),
        (
            "HREF=\"a\" NOTE='it's x' TAGS='t'",
            "A <a> #t note=it's x !note holds quotation marks that are not escaped",
        ),
        ("HREF=\"a\"ADD_DATE=\"1\"", "A <a> +1"),
        ("HREF=\"a", "A <a> !href holds quotation marks that are not escaped"),
        ("HREF='a' b\"c\"=d", "A <a> !these attributes are garbled or repeated and lost: b\"c\"=d"),
    ] {
        let file = format!("<DT><A {tag}>A</A>\n<DT><A HREF=\"b\">B</A>");
        assert_eq!(outline(&file), format!("{expected}\nB <b>\n"), "{tag}");
    }
}

#[test]
fn headings_of_every_level_are_folders_in_a_list() {
    for level in 1..=6 {
        let file =
            format!("<DT><H{level} ADD_DATE=\"1\">F</H{level}>\n<DL><p>\n<DT><A HREF=a>A</A>\n</DL><p>");
        assert_eq!(outline(&file), "[F] +1\n  A <a>\n");
    }
}

#[test]
fn warnings_of_folders_and_separators_are_given() {
    assert_eq!(
        outline("<DT><H3 ADD_DATE=\"never\">F</H3>\n<HR NAME=\"a\" NAME=\"b\">"),
        "[F] add_date=never !add_date holds no date: \"never\"\n\
         - name=a !these attributes are garbled or repeated and lost: NAME=b\n"
    );
}

#[test]
fn a_livemark_keeps_the_address_of_its_feed() {
    assert_eq!(
        outline("<DT><A FEEDURL=\"https://feed.example/rss\" ADD_DATE=\"1\">F</A>"),
        "F <none> +1 feedurl=https://feed.example/rss\n"
    );
}

#[test]
fn private_alone_does_not_split_tags_at_blanks() {
    let entry = |tags: &str| format!("<DT><A HREF=a PRIVATE=\"0\" TAGS=\"{tags}\">A</A>\n");
    let tags = |values: &[&str]| {
        let file = File::read(values.iter().map(|value| entry(value)).collect::<String>().as_bytes());
        file.bookmarks().map(|bookmark| bookmark.tags.len()).collect::<Vec<_>>()
    };
    assert_eq!(tags(&["machine learning"]), [1]);
    assert_eq!(tags(&["machine learning", "test tag1,tag2", "a b c", "d e f"]), [1, 2, 1, 1]);
    assert_eq!(tags(&["one", "web design", "css html js", "a b"]), [1, 2, 3, 2]);
    let pinboard = format!("<TITLE>Pinboard Bookmarks</TITLE>\n<DL>{}</DL>", entry("web design"));
    assert!(File::read(pinboard.as_bytes()).bookmarks().all(|bookmark| bookmark.tags == ["web", "design"]));
}

#[test]
fn lists_of_links_are_folders_and_only_exports_among_them_are_bookmark_files() {
    let link = |name: &str| format!("<li><a href=\"https://{name}.example/\">{name}</a>");
    let page =
        |title: &str, body: &str| File::read(format!("<html><title>{title}</title><body>{body}").as_bytes());
    let sections = format!(
        "<h1>Unread</h1>\n<ol>{}\n{}</ol><h1>Archive</h1><ol>{}</ol>",
        link("a"),
        link("b"),
        link("c")
    );
    let nested =
        format!("<ul><li>One<ul>{}<li><b>Two</b><ul>{}</ul></li></ul></li></ul>", link("a"), link("b"));
    let plain = format!("<h1>Links</h1><ul>{}</ul>", link("a"));
    let prose = format!("<p>Some prose.</p>{sections}{nested}");

    let read = page("Instapaper: Export", &sections);
    assert!(read.is_bookmark_file);
    assert_eq!(
        read.outline(),
        "[Unread]\n  a <https://a.example/>\n  b <https://b.example/>\n[Archive]\n  c <https://c.example/>\n"
    );
    let read = page("", &nested);
    assert!(read.is_bookmark_file);
    assert_eq!(read.outline(), "[One]\n  a <https://a.example/>\n  [Two]\n    b <https://b.example/>\n");
    assert!(page("Any", &sections).is_bookmark_file);
    assert!(page("Bookmarks", &plain).is_bookmark_file);
    assert!(!page("Any", &plain).is_bookmark_file);
    assert!(!page("Any", &prose).is_bookmark_file);
}

#[test]
fn a_file_in_utf_8_is_read_so_whatever_it_declares() {
    for label in ["ISO-8859-1", "windows-1251", "shift_jis", "iso-2022-jp", "x-mac-roman", "gbk"] {
        let file = format!(
            "<META CONTENT=\"text/html; charset={label}\">\n<DT><A HREF=a>Répertoire à la carte</A>\n"
        );
        let read = File::read(file.as_bytes());
        assert_eq!(read.bookmarks().next().expect("a bookmark").title, "Répertoire à la carte");
        assert!(
            matches!(&read.warnings[..], [(2, warning)] if warning.ends_with("but is in UTF-8, as which it \
                has been read"))
        );
    }
}

/// The same documents in each run, so that a change is to blame where one fails; others each time in the long
/// tests.
#[expect(clippy::disallowed_methods, reason = "what the long tests of the project set")]
fn seed() -> proptest::test_runner::RngSeed {
    use proptest::test_runner::RngSeed;
    if std::env::var_os("SOAK").is_some() { RngSeed::Random } else { RngSeed::Fixed(0) }
}
