//! Input that breaks naive readers: markup that is odd, broken, hostile or merely large.

mod common;

use common::{File, corpus, corpus_files, repeated};
use netscape::{Error, Event, Reader, Unfinished, limits};

#[track_caller]
fn assert_outline(name: &str, expected: &str) {
    assert_eq!(File::read(&corpus(name)[..]).outline(), expected.trim_start_matches('\n'), "{name}");
}

fn outline(text: &str) -> String {
    File::read(text.as_bytes()).outline()
}

#[test]
fn a_whole_file_may_stand_on_one_line() {
    assert_outline(
        "one-line.html",
        r#"
[One] +1600000000
  First <https://www.example.com/1> "Its description"
  [Two]
    Second <https://www.example.com/2>
-
Third <https://www.example.com/3>
"#,
    );
}

#[test]
fn tags_may_be_in_lower_case_closed_apart_and_quoted_in_any_way() {
    assert_outline(
        "lower-case.html",
        r#"
[Folder] +1600000000 ""
  Apart <https://www.example.com/?a>b> +1600000001 #x #y "A description"
  Unquoted <https://www.example.com/unquoted/> +1600000002
"#,
    );
}

#[test]
fn every_scheme_and_no_scheme_is_given_as_it_is_written() {
    assert_outline(
        "schemes.html",
        r#"
Bookmarklet <javascript:void(location.href='https://www.example.com/?u='+encodeURIComponent(location.href))>
Data <data:text/html,<h1>Hello</h1>>
About <about:blank>
Chrome <chrome://bookmarks/>
File <file:///home/jo/notes.txt>
Most visited <place:sort=8&maxResults=10>
Relative </relative/path>
Broken <http://[::1>
Trimmed <https://www.example.com/trimmed>
Empty <>
None <none> +1609459200
"#,
    );
}

#[test]
fn dates_are_read_in_every_form() {
    assert_outline(
        "dates.html",
        r#"
seconds <https://www.example.com/0> +1616337559
milliseconds <https://www.example.com/1> +1616337559
microseconds <https://www.example.com/2> +1616337559
nanoseconds <https://www.example.com/3> +1616337559
RFC 3339 <https://www.example.com/4> +1616337559
RFC 3339 with zone <https://www.example.com/5> +1616337559
server log <https://www.example.com/6> +1616337559
zeros <https://www.example.com/7> add_date=0000000000
zero <https://www.example.com/8> add_date=0
empty <https://www.example.com/9> add_date
nine digits <https://www.example.com/10> +297225939
none <https://www.example.com/11> add_date=last week !add_date holds no date: "last week"
"#,
    );
}

#[test]
fn nul_is_replaced_since_postgres_refuses_it() {
    assert_outline(
        "nul.html",
        "Before\u{FFFD}after <https://www.example.com/\u{FFFD}> #a\u{FFFD}b \"One\u{FFFD}two\" \
         !href held unreadable characters, now U+FFFD !tags held unreadable characters, now U+FFFD \
         !title held unreadable characters, now U+FFFD !description held unreadable characters, now U+FFFD\n",
    );
}

#[test]
fn what_an_exporter_did_not_escape_loses_no_entry() {
    assert_outline(
        "unescaped.html",
        r#"
The <script> tag explained <https://www.example.com/script>
Is a < b & c > d? <https://www.example.com/less>
Some bold &amp; italic title with<style>b { color: red }</style> breaks <https://www.example.com/tags> "Write <!-- <DT><A HREF=\"https://www.example.com/comment\">not me</A> --> or not me (https://www.example.com/inner) or <DT>\nend"
Café ¬it; €€€ ♥ &bogus; R&D <https://www.example.com/last>
"#,
    );
}

#[test]
fn a_file_cut_inside_a_tag_says_so_and_gives_all_before() {
    let file = corpus("cut.html");
    let mut reader = Reader::new(&file[..]);
    let mut titles = Vec::new();
    while let Some(event) = reader.next_event().expect("a slice can be read") {
        if let Event::Bookmark(bookmark) = event {
            titles.push(bookmark.title.to_owned());
        }
    }
    // The second has its address, but not its date.
    assert_eq!(titles, ["Whole", ""]);
    assert_eq!(reader.unfinished(), Some(Unfinished::Tag));
    assert_eq!(reader.bytes_read(), file.len() as u64);
}

#[test]
fn an_ordinary_page_is_no_bookmark_file_though_its_links_are_given() {
    let read = File::read(&corpus("page.html")[..]);
    assert!(!read.is_bookmark_file);
    assert_eq!(
        read.outline(),
        "this <https://www.example.com/>\nAbout </about>\n\
         !6: this text belongs to no entry and is lost: and stay here.\n"
    );
}

#[test]
fn nothing_and_binary_data_are_no_bookmark_file() {
    for file in [&b""[..], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xFF\xFE", b"\xEF\xBB\xBF", b"\0\0\0\0\0\0"] {
        let read = File::read(file);
        assert!(!read.is_bookmark_file);
        assert!(read.items.is_empty());
    }
}

#[test]
fn every_corpus_file_can_be_cut_at_any_byte() {
    // The demo's file is large and has no trap in it.
    for (name, file) in corpus_files().into_iter().filter(|(name, _)| name != "demo.html") {
        let whole = File::read(&file[..]).bookmarks().count();
        for length in 0..file.len() {
            assert!(File::read(&file[..length]).bookmarks().count() <= whole, "{name} at {length}");
        }
    }
}

/// The reader takes 64 KiB at a time. Whatever stands where one chunk ends and the next begins is read as a
/// whole.
#[test]
fn the_end_of_a_chunk_may_fall_on_any_byte() {
    for (name, declaration) in [
        ("firefox.html", ""),
        ("chrome.html", ""),
        ("unescaped.html", ""),
        ("lower-case.html", ""),
        ("shift-jis.html", "<meta charset=shift_jis>"),
        ("windows-1251.html", "<meta charset=windows-1251>"),
    ] {
        let file = corpus(name);
        let expected = File::read(&file[..]).items;
        for before in 0..file.len() {
            let filler = 64 * 1024 - before - declaration.len() - "<!---->".len();
            let head = format!("{declaration}<!--{}-->", "x".repeat(filler));
            assert_eq!(
                File::read(&[head.as_bytes(), &file].concat()[..]).items,
                expected,
                "{name} at {before}"
            );
        }
    }
}

#[test]
fn a_description_belongs_to_the_entry_before_it() {
    assert_eq!(
        outline(
            "<DT><A HREF=a>A</A><DD>of a<DT><A HREF=b>B</A><HR><DD>of nothing<DT><H3>F</H3><DD>of f<DL></DL>"
        ),
        "A <a> \"of a\"\nB <b>\n-\n[F] \"of f\"\n\
         !1: this text belongs to no entry and is lost: of nothing\n"
    );
}

#[test]
fn a_tag_within_a_line_of_a_description_is_text_also_before_a_paragraph() {
    for tag in ["<DT>", "<dt>", "<DL>", "<DT ><P>", "<DT><p>", "<DT><P>", "<DL><p>"] {
        let read =
            File::read(format!("<DT><A HREF=a>A</A><DD>write {tag} here\n<DT><A HREF=b>B</A>").as_bytes());
        let described: Vec<_> = read.bookmarks().map(|bookmark| bookmark.description.clone()).collect();
        let start = format!("write {}", &tag[..tag.find('>').unwrap() + 1]);
        assert!(described[0].as_ref().unwrap().starts_with(&start), "{tag}: {described:?}");
        assert_eq!(described.len(), 2, "{tag}");
    }
    // A tag that ends its line is what it says.
    for tag in ["<DT>", "<DT><p>", "<DT><P>\n"] {
        let read = File::read(format!("<DT><A HREF=a>A</A><DD>of a{tag}<A HREF=b>B</A>").as_bytes());
        assert_eq!(read.bookmarks().count(), 2, "{tag}");
    }
}

#[test]
fn white_space_after_a_links_text_stays_what_it_was() {
    let file = "<DT><A HREF=a>A</A><DD>see <a href=\"https://b.example/\">b&#13;</a>\nthen";
    let read = File::read(file.as_bytes());
    let described = read.bookmarks().next().and_then(|bookmark| bookmark.description.as_deref());
    assert_eq!(described, Some("see b (https://b.example/)\r\nthen"));
}

#[test]
fn a_folder_without_list_ends_at_once() {
    assert_eq!(outline("<DL><DT><H3>Empty</H3><DT><A HREF=a>A</A></DL>"), "[Empty]\nA <a>\n");
}

#[test]
fn lists_that_do_not_balance_leave_no_folder_open() {
    assert_eq!(
        outline("</DL></DL><DL><DT><H3>F</H3><DL><DT><A HREF=a>A</A>"),
        "[F]\n  A <a>\n!1: the file ends early, within 2 lists\n"
    );
    assert_eq!(outline("<DT><H3>F</H3><DL></DL></DL></DL><DT><A HREF=a>A</A>"), "[F]\nA <a>\n");
}

#[test]
fn an_unclosed_title_ends_with_the_next_entry() {
    assert_eq!(
        outline("<DT><A HREF=a>A<DT><A HREF=b>B<DD>of b<DT><H3>F<DL><DT><A HREF=c>C"),
        "A <a>\nB <b> \"of b\"\n[F]\n  C <c>\n!1: the file ends early, within a title\n"
    );
}

#[test]
fn an_anchor_without_href_is_no_entry_where_none_is_expected() {
    assert_eq!(
        outline("<DT><H3><A NAME=\"f\">Folder</A></H3><DL><DT><A>none</A></DL>"),
        "[Folder]\n  none <none>\n"
    );
}

#[test]
fn a_comment_holds_no_entries() {
    assert_eq!(
        outline("<!-- <DT><A HREF=a>A</A> --!><!--><!---><DT><A HREF=b>B</A><!-- end"),
        "B <b>\n!1: this text belongs to no entry and is lost: <!-- end\n"
    );
}

#[test]
fn of_two_attributes_the_first_counts_and_tags_are_not_repeated() {
    assert_eq!(
        outline("<DT><A HREF=a href=b TAGS='x, y,,x'>A</A>"),
        "A <a> #x #y !these attributes are garbled or repeated and lost: href=b\n"
    );
}

#[test]
fn folders_nest_ten_thousand_deep() {
    let file = format!(
        "{}<DT><A HREF=a>A</A>{}<DT><A HREF=b>B</A>",
        "<DT><H3>F</H3><DL><p>".repeat(10_000),
        "</DL><p>".repeat(10_000)
    );
    let read = File::read(file.as_bytes());
    let depths: Vec<usize> = read.bookmarks().map(|bookmark| bookmark.path.len()).collect();
    assert_eq!(depths, [10_000, 0]);
}

#[test]
fn nesting_beyond_the_limit_is_refused_and_not_followed() {
    let mut reader = Reader::new(repeated("", "<DL>", limits::DEPTH + 1_000, ""));
    assert!(matches!(reader.next_event(), Err(Error::TooDeep { line: 1 })));
    assert!(matches!(reader.next_event(), Ok(None)));
}

#[test]
fn a_long_script_url_and_a_title_of_a_megabyte_are_whole() {
    let url = format!("javascript:{}", "x();".repeat(25_000));
    let title = "title ".repeat(limits::FIELD_BYTES / 6);
    let file = format!("<DT><A HREF=\"{url}\">{title}</A>\n<DT><A HREF=\"b\">B</A>");
    let read = File::read(file.as_bytes());
    let first = read.bookmarks().next().expect("a bookmark");
    assert_eq!(first.url.as_deref(), Some(&url[..]));
    assert_eq!(first.title, title.trim_end());
    assert!(first.warnings.is_empty());
    assert_eq!(read.bookmarks().count(), 2);
}

#[test]
fn what_is_longer_is_cut_with_a_warning_and_the_rest_of_the_file_is_read() {
    let unit = "0123456789";
    let tail = "\">A</A><DT><A HREF=b>B</A>";
    let read = File::read(repeated("<DT><A HREF=\"a\" TAGS=x NOTE=\"", unit, 500_000, tail));
    let note = &read.bookmarks().next().expect("a bookmark").attributes[0];
    assert_eq!((note.0.as_str(), note.1.len()), ("note", limits::FIELD_BYTES));
    let summary: Vec<_> =
        read.bookmarks().map(|bookmark| (bookmark.title.as_str(), bookmark.warnings.len())).collect();
    assert_eq!(summary, [("A", 1), ("B", 0)]);

    let read = File::read(repeated("<DT><A HREF=a>", unit, 500_000, "</A><DD>of a<DT><A HREF=b>B</A>"));
    let first = read.bookmarks().next().expect("a bookmark");
    assert_eq!(first.title.len(), limits::FIELD_BYTES);
    assert_eq!(first.warnings, ["title was too long and has been cut"]);
    assert_eq!(first.description.as_deref(), Some("of a"));
    assert_eq!(read.bookmarks().count(), 2);
}

#[test]
fn an_icon_of_any_size_is_skipped() {
    let mut reader =
        Reader::new(repeated("<DT><A HREF=a ICON=\"", "iVBORw0KGgo", 1_000_000, "\" TAGS=t>A</A>"));
    let Some(Event::Bookmark(bookmark)) = reader.next_event().expect("the source does not fail") else {
        panic!("no bookmark");
    };
    assert_eq!(bookmark.icon, Some(20..11_000_020));
    assert!(bookmark.tags.iter().eq(["t"]));
    assert!(bookmark.warnings.is_empty());
}

#[test]
fn endless_markup_of_every_kind_takes_bounded_memory_and_ends() {
    for (head, unit) in [
        ("<", "a"),
        ("<a ", "b"),
        ("<a ", "b "),
        ("<a b", " "),
        ("<a b=", "c"),
        ("<a b='", "\""),
        ("<!--", "-"),
        ("<!doctype", " "),
        ("<?", "<"),
        ("<script>", "</script"),
        ("<dt><h3>", "&"),
        ("<dt><h3>", "<"),
        ("<dt><h3>", "&#0"),
        ("<dd>", "<br>"),
        ("", "</"),
        ("", "<dl></dl>"),
        ("", "<h1>a<ul></ul>"),
    ] {
        File::read(repeated(head, unit, 1_500_000 / unit.len(), ""));
    }
}

#[test]
fn markup_that_makes_a_reader_look_ahead_again_and_again_takes_no_longer() {
    for (head, unit) in [
        ("<dl>", "<"),
        ("<dl>", "<x"),
        ("<dl>", "<!--"),
        ("<dl>", "x<p>"),
        ("<dl>", "<a a=\"\"x>"),
        ("<dl>", "<dt><h2>x<li>"),
        ("<a ", "b=\"\"x "),
        ("<dl><dt><a href=x>", "<li>"),
        ("<dl><dt><a href=x>", "</a><li>x"),
        ("<dl><dt><a href=x>a</a><dd>", "<dl>x"),
        ("<dl><dt><a href=x>a</a><dd>", "<!-- "),
        ("<dl><dt><a href=x>a</a><dd>", "<a href=x>"),
        ("<dl><dt>", "<a private tags=\"c d\">"),
    ] {
        File::read(repeated(head, unit, 500_000 / unit.len(), ""));
    }
}
