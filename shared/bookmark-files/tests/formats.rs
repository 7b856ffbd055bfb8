//! Each format by a file that was written for it after real exports.

#![expect(clippy::expect_used, reason = "helpers of tests are tests too")]

mod common;

use branchline_bookmark_files::{Error, Format, Reader};
use common::{file, outline, outline_of, reader_of, scan};

fn assert_reads(name: &str, format: Format, expected: &str) {
    let bytes = file(name);
    assert_eq!(scan(|| Box::new(&bytes[..])).expect("it is known").format(), format);
    assert_eq!(outline(&bytes).expect("it can be read"), expected.trim_start_matches('\n'));
}

#[test]
fn chromium() {
    assert_reads(
        "chromium.json",
        Format::Chromium,
        r#"
[Lesezeichenleiste] +1705526400 ~1705526402 personal_toolbar_folder=true
  Tea & cups = https://tea.example/?a=1&b=2 +1705526400 @1705526460
  [Kitchen] +1705526400 ~1705526402
    [Empty] +1705526400
    Green 🍵 = https://green.example/ +1705526401 "Hot\nand green" meta_info={"Mine":"kept"} shortcuturl=gt visit_count=3
    -
 = javascript:alert(1) +1705526403
!82: entries in the browser's trash are left out: 1
"#,
    );
}

#[test]
fn chromes_two_files_have_the_same_entries() {
    assert_eq!(outline(&file("chromium-same.json")).unwrap(), outline(&file("chromium.html")).unwrap());
}

const FIREFOX: &str = r#"
Tea = https://tea.example/ +1700000000.123456 ~1700000002 #hot #green leaf "Brewed\nslowly" icon_uri=https://tea.example/favicon.ico last_charset=UTF-8 mine=7 post_data=q=%s shortcuturl=t
-
[Kitchen] +1700000003 ~1700000004
  Recent = place:sort=12&maxResults=10
[Empty]
Feed = (none) feedurl=https://feed.example/rss
[Bookmarks Toolbar] +1700000000 personal_toolbar_folder=true
   = https://cup.example/
"#;

#[test]
fn firefox() {
    assert_reads("firefox.json", Format::Firefox, FIREFOX);
}

#[test]
fn firefox_compressed() {
    let plain = file("firefox.json");
    let mut packed = b"mozLz40\0".to_vec();
    packed.extend(u32::try_from(plain.len()).expect("it is short").to_le_bytes());
    packed.extend(lz4_flex::block::compress(&plain));
    assert_eq!(outline(&packed).expect("it can be read"), FIREFOX.trim_start());
    let half = &packed[..packed.len() / 2];
    assert!(matches!(outline(half), Err(Error::Malformed { .. } | Error::Unknown { .. })));
}

const SAFARI: &str = r#"
[Favorites] personal_toolbar_folder=true
  Tea & cups = https://tea.example/?a=1&b=2
  [Grün]
    Tee 🍵 = https://gruen.example/
  [Empty]
[Reading List]
  Unread = https://unread.example/ +1678307200 "A preview" toread=1
  Read = https://read.example/ +1678307200 @1678393600 imageurl=https://read.example/i.png
"#;

#[test]
fn safari_in_both_forms() {
    assert_reads("safari.plist", Format::Safari, SAFARI);
    assert_reads("safari-xml.plist", Format::Safari, SAFARI);
}

#[test]
fn pinboard() {
    assert_reads(
        "pinboard.json",
        Format::Pinboard,
        r#"
Tea = https://tea.example/ +1477929476 #green #leaf #hot "hot\nand green" private=1 toread=1
 = https://cup.example/ +1477929475
"#,
    );
}

#[test]
fn linkding() {
    let expected = r#"
Tea = https://tea.example/ +1718564096.250477 ~1718650496.250477 #green #hot leaf "All about tea" notes=**steep** it toread=1 web_archive_snapshot_url=https://web.archive.org/web/2024/https://tea.example/
Cup = https://cup.example/ +1718564097 ~1718564097 "mine" archived=1 private=0
"#;
    assert_reads("linkding.json", Format::Linkding, expected);
    let text = String::from_utf8(file("linkding.json")).expect("it is text");
    let list = text.split_once("\"results\":").expect("it has results").1.trim_end().trim_end_matches('}');
    assert_eq!(outline(list.as_bytes()).unwrap(), expected.trim_start(), "the list alone");
}

#[test]
fn linkwarden() {
    assert_reads(
        "linkwarden.json",
        Format::Linkwarden,
        r#"
[Kitchen]
  [Hot] +1735689600 ~1735689600 "Things that steam" color=#0ea5e9
  [Hot]
[Loop]
  [Loop back]
[Orphan]
+[Kitchen]
  +[Hot]
    Tea = https://tea.example/ +1577836800 ~1735862400 #leaf #two words "green" createdat=2025-01-02T00:00:00.000Z favorite=1 !textContent, the text of the page, is not kept
    Scan = (none) +1735776000 type=pdf
  Cup = https://cup.example/ +1735948800
!12: this text belongs to no entry and is lost: secret: "odd"
!11: this folder, whose parent 99 is not in the file, is put into none: Orphan
!9: this folder, which is in itself, or nested too deep, is put into none: Loop
"#,
    );
}

#[test]
fn karakeep() {
    assert_reads(
        "karakeep.json",
        Format::Karakeep,
        r#"
[Kitchen] x-icon=🍵
  [Hot] "steam" x-icon=☕
  [Hot] query=is:fav x-icon=🔥
  +[Hot]
     = https://tea.example/ +1700000000 #green #hot "mine" archived=1
   = https://tea.example/ +1700000000 #green #hot "mine" archived=1
A thought = (none) +1700000001 "Buy cups"
A file = (none) +1700000002 !it is in the list gone, which is not in the file
"#,
    );
}

#[test]
fn omnivore() {
    assert_reads(
        "omnivore.json",
        Format::Omnivore,
        r#"
Tea = https://tea.example/ +1730246400 ~1730332800 #green leaf #hot "All about it" archived=1 author=Ann readingprogress=40 thumbnail=https://tea.example/t.png
Cup = https://cup.example/ +1730246401 toread=1
"#,
    );
}

#[test]
fn branchline() {
    assert_reads(
        "branchline.json",
        Format::Branchline,
        r#"
[Kitchen] +1700000000 "mine" personal_toolbar_folder=true
  Tea = https://tea.example/ +1700000000.123456 @1700006400 #green #two words "hot\nand green" content_type=article private=1 shortcuturl=t summary=A summary
  [Cups]
    Tea again = https://tea.example/ #two words
  - name=line
  [Cups]
At the root = https://root.example/
"#,
    );
}

#[test]
fn pocket() {
    assert_reads(
        "pocket.csv",
        Format::Pocket,
        r#"
Tea, "green" = https://tea.example/ +1728576752 #hot #green leaf archived=1
https://cup.example/ = https://cup.example/ +1728576753 toread=1
Odd = https://odd.example/ status=kept x-time_added=soon !time_added holds no date: "soon"
"#,
    );
}

#[test]
fn raindrop() {
    assert_reads(
        "raindrop.csv",
        Format::Raindrop,
        r#"
[Kitchen]
  [Hot]
    Tea = https://tea.example/ +1710495000 #green #two words "my \"note\"\nover lines" cover=https://tea.example/c.png excerpt=The page says favorite=1
Cup = https://cup.example/ +1710460800
+[Kitchen]
  +[Hot]
    Pot = https://pot.example/
  Sink = https://sink.example/
"#,
    );
}

#[test]
fn instapaper() {
    assert_reads(
        "instapaper.csv",
        Format::Instapaper,
        r#"
Tea, hot = https://tea.example/ +1700000000 #green #two words "quoted" toread=1
[Recipes]
  Cup = https://cup.example/ +1700000001
Old = https://old.example/ +1700000002 archived=1
Star = https://star.example/ +1700000003 favorite=1
A text = (none) +1700000004 "of my own" toread=1
"#,
    );
}

#[test]
fn what_a_spreadsheet_wrote_is_read() {
    let text = String::from_utf8(file("instapaper.csv")).expect("it is text");
    let expected = outline(text.as_bytes()).unwrap();
    let utf_16: Vec<u8> = std::iter::once('\u{FEFF}')
        .chain(text.chars())
        .flat_map(|c| {
            c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(outline(&utf_16).unwrap(), expected);
    let marked = format!("\u{FEFF}sep=,\r\n{text}");
    assert_eq!(outline(marked.as_bytes()).unwrap(), expected);
}

#[test]
fn each_reading_yields_the_same() {
    for name in [
        "chromium.json",
        "karakeep.json",
        "linkwarden.json",
        "raindrop.csv",
        "branchline.json",
        "safari.plist",
    ] {
        let bytes = file(name);
        let known = scan(|| Box::new(&bytes[..])).expect("it is known");
        let readings: Vec<String> = (0..2)
            .map(|_| {
                outline_of(&mut reader_of(&known, &bytes).expect("it can be read")).expect("it can be read")
            })
            .collect();
        assert_eq!(readings[0], readings[1]);
        let mut reader = Reader::new(&known, || Box::new(&bytes[..])).expect("it can be read");
        while reader.next_event().expect("it can be read").is_some() {}
        assert_eq!(reader.bytes_read(), bytes.len() as u64, "{name}");
    }
}

#[test]
fn what_is_unknown_or_damaged_is_refused() {
    for (text, problem) in [
        (r#"{"windows": [], "session": {}}"#, "JSON, an object with the names windows, session"),
        ("[]", "JSON, a list without objects"),
        ("name,age\nx,1\n", "a table with the columns name, age"),
        ("hello", "it holds no bookmark list as browsers export it"),
        (
            r#"{"roots": {"bookmark_bar": {"children": ["#,
            "line 1: expected a value or the end of the list, and the file ends early",
        ),
        (
            "[{\"href\": \"https://a.example/\"},\n{]",
            "line 2: expected a name in quotes or the end of the object, found ']'",
        ),
        ("bplist00", "line 1: the property list is damaged"),
        (
            "<?xml version=\"1.0\"?><!DOCTYPE plist [<!ENTITY a \"b\">]><plist><dict/></plist>",
            "line 1: the document type declares entities",
        ),
        ("<plist><dict><key>a</key></dict></plist>", "line 1: </dict> is no element of a property list"),
    ] {
        let error = outline(text.as_bytes()).expect_err(text);
        let shown = match &error {
            Error::Unknown { found } => found.clone(),
            error => error.to_string(),
        };
        assert_eq!(shown, problem, "{text}");
    }
}

#[test]
fn a_property_list_that_is_in_itself_is_refused() {
    // A list of itself: an array marker with one reference, to object 0.
    let mut file = b"bplist00\xA1\x00\x08".to_vec();
    file.extend([0, 0, 0, 0, 0, 0, 1, 1]);
    for number in [1_u64, 0, 10] {
        file.extend(number.to_be_bytes());
    }
    let error = outline(&file).expect_err("it has no end");
    assert_eq!(error.to_string(), "line 1: the property list refers to one of its lists twice");
}

#[test]
fn folders_may_be_as_deep_as_in_a_bookmarks_file() {
    let depth = 3_000;
    let node = r#"{"title":"f","typeCode":2,"children":["#;
    let deep = format!("{}{}", node.repeat(depth), "]}".repeat(depth)).replacen(
        '{',
        r#"{"guid":"root________","#,
        1,
    );
    let outline = outline(deep.as_bytes()).expect("it can be read");
    assert_eq!(outline.lines().count(), depth - 1);
    let too_deep = node.repeat(70_000).replacen('{', r#"{"guid":"root________","#, 1);
    assert!(matches!(common::outline(too_deep.as_bytes()), Err(Error::TooDeep { .. } | Error::TooLarge(_))));
}

#[test]
fn folders_that_need_more_memory_than_there_is_are_refused() {
    let folder = format!(r#"{{"children":[],"name":"{}","type":"folder"}},"#, "x".repeat(100_000));
    let text = format!(r#"{{"roots":{{"other":{{"children":[{}{{}}]}}}}}}"#, folder.repeat(200));
    assert!(matches!(outline(text.as_bytes()), Err(Error::TooLarge(_))));
}
