//! Files in other encodings than UTF-8, and how it is known which.

mod common;

use common::{File, corpus};
use netscape::Reader;

#[track_caller]
fn assert_read(name: &str, [folder, title, description]: [&str; 3]) {
    let outline = File::read(&corpus(name)[..]).outline();
    assert_eq!(
        outline,
        format!("[{folder}]\n  {title} <http://www.example.com/> {description:?}\n"),
        "{name}"
    );
}

const FRENCH: [&str; 3] =
    ["Actualités", "Météo à Orléans", "Été comme hiver : dès 8 h, « à la carte » – 5 €"];
const JAPANESE: [&str; 3] =
    ["ニュースと天気", "東京の天気予報", "表示されない文字はありません。ソート順に並べる。"];

#[test]
fn a_declared_encoding_is_used() {
    assert_read("shift-jis.html", JAPANESE);
    assert_read("windows-1252.html", FRENCH);
}

#[test]
fn a_byte_order_mark_goes_before_the_declaration() {
    assert_read("utf-16le.html", JAPANESE);
}

#[test]
fn what_is_undeclared_is_utf_8_if_it_is_well_formed() {
    assert_read("utf-8-undeclared.html", FRENCH);
}

#[test]
fn what_is_undeclared_and_not_utf_8_is_detected() {
    assert_read("utf-16be-without-mark.html", FRENCH);
    assert_read("windows-1251.html", ["Новости", "Погода в Москве", "Здесь собраны разные полезные ссылки."]);
    assert_read("gbk.html", ["新闻与天气", "北京天气预报", "这里收集了一些常用的中文网站和新闻。"]);
}

/// The encoding is decided at the first byte beyond ASCII, however far into the file that is.
#[test]
fn an_undeclared_encoding_is_detected_late_in_a_large_file() {
    let mut file = b"<DL><p>\n".to_vec();
    for number in 0..20_000 {
        file.extend(format!("<DT><A HREF=\"http://www.example.com/{number}\">Number {number}</A>\n").bytes());
    }
    file.extend(b"<DT><A HREF=\"http://www.example.com/last\">Caf\xE9 cr\xE8me, d\xE9j\xE0 vu</A>\n</DL>");
    let read = File::read(&file[..]);
    assert_eq!(read.bookmarks().count(), 20_001);
    let last = read.bookmarks().last().expect("a last bookmark");
    assert_eq!(last.title, "Café crème, déjà vu");
    assert_eq!(last.line, 20_002);
}

#[test]
fn bytes_that_the_declared_encoding_does_not_know_are_replaced_and_warned_of() {
    let file = b"<meta charset=utf-8><DT><A HREF=\"http://a.example/\xFF\" X=\"y\">caf\xE9</A><DD>ok";
    let read = File::read(&file[..]);
    let bookmark = read.bookmarks().next().expect("a bookmark");
    assert_eq!(bookmark.title, "caf\u{FFFD}");
    assert_eq!(bookmark.url.as_deref(), Some("http://a.example/\u{FFFD}"));
    assert_eq!(
        bookmark.warnings,
        ["href held unreadable characters, now U+FFFD", "title held unreadable characters, now U+FFFD"]
    );
}

#[test]
fn line_numbers_count_the_line_ends_of_every_system() {
    for (name, line) in [
        ("chrome.html", 11),
        ("internet-explorer-mac.html", 9),
        ("delicious.html", 8),
        ("utf-16le.html", 8),
        ("gbk.html", 7),
    ] {
        let read = File::read(&corpus(name)[..]);
        assert_eq!(read.bookmarks().next().expect("a bookmark").line, line, "{name}");
    }
}

#[test]
fn every_source_gives_the_same_in_single_bytes() {
    struct Slow<'a>(&'a [u8]);
    impl std::io::Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let one = buffer.len().min(1);
            self.0.read(&mut buffer[..one])
        }
    }
    for name in ["firefox.html", "shift-jis.html", "utf-16le.html", "gbk.html"] {
        let file = corpus(name);
        assert_eq!(File::read(Slow(&file)).items, File::read(&file[..]).items, "{name}");
    }
}

#[test]
fn an_icon_is_found_in_the_source_by_its_bytes() {
    let file = corpus("firefox.html");
    let mut reader = Reader::new(&file[..]);
    let mut icons = Vec::new();
    while let Some(event) = reader.next_event().expect("a slice can be read") {
        if let netscape::Event::Bookmark(bookmark) = event {
            icons.extend(bookmark.icon.map(|icon| file[icon.start as usize..icon.end as usize].to_vec()));
        }
    }
    assert_eq!(icons, [b"data:image/png;base64,iVBORw0KGgo="]);
}
