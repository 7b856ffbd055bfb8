//! The reader and the oracle give the same for any input: the project's files, each cut and garbled, and made-up ones.

mod common;
mod oracle;

use common::{File, Item};
use proptest::prelude::*;

/// Both read it as UTF-8, since the mark says so.
fn assert_agreement(file: &[u8]) {
    let marked = [b"\xEF\xBB\xBF", file].concat();
    let mut ours = File::read(&marked[..]);
    let mut theirs = oracle::read(file);
    for read in [&mut ours, &mut theirs] {
        for item in &mut read.items {
            if let Item::Bookmark(bookmark) = item {
                bookmark.line = 0;
                bookmark.warnings.sort();
            }
        }
    }
    assert_eq!(ours.items, theirs.items, "reading {:?}", String::from_utf8_lossy(file));
    assert_eq!(ours.is_bookmark_file, theirs.is_bookmark_file, "reading {:?}", String::from_utf8_lossy(file));
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = format!("{}/../../tests/corpus", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(folder).expect("the corpus");
    entries.map(|entry| std::fs::read(entry.expect("an entry").path()).expect("a file")).collect()
}

#[test]
fn on_every_corpus_file() {
    for file in corpus() {
        assert_agreement(&file);
    }
}

#[test]
fn on_every_named_character_reference_in_text_and_attributes() {
    let names = include_str!("../src/text/entities.txt").lines().filter_map(|line| line.split(' ').next());
    for name in names {
        for after in ["", ";", "=", "x", "1", " ", "&", "\""] {
            assert_agreement(
                format!(
                    "<DT><A HREF='&{name}{after}' X=&{name}{after}>&{name}{after}</A><DD>a&{name}{after}b"
                )
                .as_bytes(),
            );
        }
    }
}

/// Pieces of markup, whole and broken, that bookmark files are made of.
const PIECES: [&str; 74] = [
    "<DT>",
    "<DD>",
    "<DL>",
    "<DL><p>",
    "</DL>",
    "</DL><p>",
    "</DT>",
    "</DD>",
    "<HR>",
    "<HR NAME=\"x\">",
    "<p>",
    "</p>",
    "<br>",
    "<H1>",
    "</H1>",
    "<H3>",
    "</H3>",
    "<H3 FOLDED ADD_DATE=\"1\">",
    "<A>",
    "</A>",
    "<A HREF=\"a\">",
    "<a href=b>",
    "<A NAME=n>",
    "<DT><A HREF=\"https://example.com/?a=1&amp;b=2&copy=3\" ADD_DATE=\"1600000000\">",
    "<ul>",
    "</ul>",
    "<li>",
    "<li><a time_added=5 tags=\"x,y\">",
    " HREF=\"",
    " TAGS=\"a b\"",
    " TAGS='a,b, a'",
    " PRIVATE",
    " ICON=\"",
    " ICON=x",
    " DESCRIPTION=\"d\"",
    " ADD_DATE=0",
    " ADD_DATE=never",
    " TIME_ADDED='7'",
    " LAST_VISIT=\"9\"",
    "<",
    "</",
    "<!",
    "<?",
    ">",
    "\"",
    "'",
    "=",
    "/",
    "&",
    ";",
    "&amp;",
    "&copy",
    "&notit;",
    "&#x",
    "&#",
    "65",
    "&#13;",
    "<!--",
    "-->",
    "--!>",
    "-",
    "<!DOCTYPE ",
    "NETSCAPE-Bookmark-file-1",
    "<script>",
    "</script",
    "<title>",
    "</title >",
    "<style x>",
    "\r\n",
    "\n\r",
    "\n    ",
    "\0",
    "é",
    "Text",
];

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..4),
        1 => "[ -~]{1,6}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_any_bytes(file in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_agreement(&file);
    }

    #[test]
    fn on_any_order_of_the_pieces_of_markup(file in pieces()) {
        assert_agreement(&file);
    }

    #[test]
    fn on_corpus_files_with_a_piece_put_in(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), piece in pieces()) {
        let corpus = corpus();
        let mut file = corpus[which.index(corpus.len())].clone();
        let at = at.index(file.len());
        file.splice(at..(at + 3).min(file.len()), piece);
        assert_agreement(&file);
    }
}
