//! The output of each exporter, read from a file of its form. The files are in tests/corpus and written for
//! it.

mod common;

use common::{File, corpus};

#[track_caller]
fn assert_outline(name: &str, expected: &str) {
    let file = File::read(&corpus(name)[..]);
    assert!(file.is_bookmark_file, "{name} is a bookmark file");
    // The raw string starts with a line end for the sake of its looks.
    assert_eq!(file.outline(), expected.trim_start_matches('\n'), "{name}");
}

#[test]
fn firefox() {
    assert_outline(
        "firefox.html",
        r#"
Recent Tags <place:type=6&sort=14&maxResults=10> +1577836800 ~1577836801
Example & search <fast> "now" it's <https://www.example.org/search?q=%s&lang=en&copy=1> +1577836802 ~1577836803 #search #two words "Found in 2020.\nStill good & quick." icon_uri=https://www.example.org/favicon.ico shortcuturl=ex post_data=a%3D1%26b%3D%25s last_charset=UTF-8
-
[Bookmarks Toolbar] +1577836804 ~1577836805 "Add bookmarks to this folder to see them displayed on the Bookmarks Toolbar" personal_toolbar_folder=true
  [Empty] +1577836806 ~1577836807
  Say the title <javascript:(function()%7Balert(document.title)%7D)()> +1577836808 ~1577836809
  - name=end of the bar
[Other Bookmarks] +1577836810 ~1577836811 unfiled_bookmarks_folder=true
  日本語のページ <https://日本.example/> +1577836812 ~1577836813 #日本
"#,
    );
}

#[test]
fn mozilla_and_the_first_firefox() {
    assert_outline(
        "mozilla.html",
        r#"
[Bookmarks Toolbar Folder] ~1136073601 "Add bookmarks to this folder to see them displayed on the Bookmarks Toolbar" personal_toolbar_folder=true id=rdf:#$FvPhC3
  Latest Headlines <http://news.example.com/> feedurl=http://news.example.com/rss.xml?edition=int&limit=20 id=rdf:#$HvPhC3
-
Find <http://www.example.net/find?q=%s> +1136073602 ~1136073603 @1136073604 "Type \"f word\"" shortcuturl=f web_panel=true last_charset=ISO-8859-1 id=rdf:#$22iCK1
"#,
    );
}

#[test]
fn netscape_4() {
    assert_outline(
        "netscape-4.html",
        r#"
[Personal Toolbar Folder] +915148800 personal_toolbar_folder
  Find "it" <http://www.example.com/cgi-bin/find?a=1&b=2> +915148801 ~915148802 @915148803
-
[News & Weather] +915148804 "Read daily" folded
  News <http://news.example.com/> +915148805 "The news" last_visit=0 last_modified=0
"#,
    );
}

#[test]
fn chrome_escapes_nothing_but_quotes_in_a_url() {
    assert_outline(
        "chrome.html",
        r#"
[Bookmarks bar] +1609459200 ~1609459205 personal_toolbar_folder=true
  Copy & paste <https://www.example.com/?a=1&copy=1&amp=2> +1609459201
  [< > & " ' \ /] +1609459202 last_modified=0
    Quoted <https://www.example.com/"quoted"> +1609459203
Settings <chrome://settings/> +1609459204
"#,
    );
}

#[test]
fn safari_has_no_root_list_and_titles_over_several_lines() {
    assert_outline(
        "safari.html",
        r#"
[Favorites] folded
  Apple <https://www.apple.com/>
  A title that the page broke over three lines <https://www.example.com/story>
[Bookmarks Menu] folded
Outside of any folder <https://www.example.org/>
[Reading List] folded id=com.apple.ReadingList
  A long read <https://www.example.net/long-read>
"#,
    );
}

#[test]
fn internet_explorer() {
    assert_outline(
        "internet-explorer.html",
        r#"
[Größen] +1356998400 folded
  Größentabelle <http://www.example.de/größe> +1356998401 ~1356998403 @1356998402 icon_uri=http://www.example.de/favicon.ico
"#,
    );
}

#[test]
fn internet_explorer_for_the_mac_writes_the_encoding_of_the_system() {
    assert_outline(
        "internet-explorer-mac.html",
        r#"
[Cafés] +946684800
  Crème brûlée – déjà vu <http://www.example.fr/> +946684801 @946684802
"#,
    );
}

#[test]
fn icab() {
    assert_outline("icab.html", "Übersicht für alle <http://www.example.de/>\n");
}

#[test]
fn google_bookmarks_counts_microseconds() {
    assert_outline(
        "google-bookmarks.html",
        r#"
[rust] +1249462800
  Rust <http://www.rust-lang.org/> +1249462800.123456 "a note"
[Unlabeled] add_date=0
  Example <http://www.example.com/> +1249462801
"#,
    );
}

#[test]
fn pocket_sections_are_folders() {
    assert_outline(
        "pocket.html",
        r#"
[Unread]
  An article <https://www.example.com/a> +1485907200 #rust #long read
  https://www.example.com/b <https://www.example.com/b> +1485907201
[Read Archive]
  Another – « article » <https://www.example.com/c> +1485907202 #done
"#,
    );
}

#[test]
fn delicious_separates_tags_by_spaces_and_ends_lines_the_wrong_way_round() {
    assert_outline(
        "delicious.html",
        r#"
Example <http://www.example.com/> +1285891200 #web #design "Two lines\nof notes" private=0
Organisation <http://www.example.org/> +1285891201 #web #design private=1
"#,
    );
}

#[test]
fn pinboard_has_links_in_descriptions() {
    assert_outline(
        "pinboard.html",
        r#"
An essay <https://www.example.com/essay> +1704067200 #essay #to_read "Quote: see the source (https://www.example.com/source) of it" private=1 toread=1
[no title] <https://www.example.com/untagged> +1704067201 private=0 toread=0
"#,
    );
}

#[test]
fn linkding() {
    assert_outline(
        "linkding.html",
        r#"
Example <https://www.example.com/> +1672531200 ~1672531260 #self-hosted #tool "A description[linkding-notes]with *notes*[/linkding-notes]" private=1 toread=1
In milliseconds <https://www.example.org/> +1672531201 #linkding:archived private=1 toread=0
A date that is none <https://www.example.net/> add_date=yesterday private=1 toread=0 !add_date holds no date: "yesterday"
"#,
    );
}

#[test]
fn shaarli() {
    assert_outline(
        "shaarli.html",
        r#"
Exemple <https://www.example.com/> +1688212800 ~1688212801 #un #deux "Liste :\n- un\n  - deux" private=0
Note </shaare/Xy12ab> +971175336 #note private=1
"#,
    );
}

#[test]
fn scuttle_has_the_description_in_an_attribute() {
    assert_outline(
        "scuttle.html",
        r#"
Example <http://www.example.com/> +1199145600 #scuttle #php "First line,\nsecond line" hash=6a3f
Organisation <http://www.example.org/> +1199145601 "" hash=7b40
"#,
    );
}
