//! The reader and the oracle give the same for any input: the project's files, each cut and garbled, and made-up ones.

mod common;
mod oracle;
mod pieces;

use common::{File, corpus_files};
use pieces::pieces;
use proptest::prelude::*;

/// Both read it as UTF-8, since the mark says so.
fn assert_agreement(file: &[u8]) {
    let marked = [b"\xEF\xBB\xBF", file].concat();
    let mut ours = File::read(&marked[..]);
    let mut theirs = oracle::read(file);
    ours.forget_lines();
    theirs.forget_lines();
    assert_eq!(ours.items, theirs.items, "reading {:?}", String::from_utf8_lossy(file));
    assert_eq!(ours.is_bookmark_file, theirs.is_bookmark_file, "reading {:?}", String::from_utf8_lossy(file));
}

#[test]
fn on_every_corpus_file() {
    for (_, file) in corpus_files() {
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
        let corpus = corpus_files();
        let mut file = corpus[which.index(corpus.len())].1.clone();
        let at = at.index(file.len());
        file.splice(at..(at + 3).min(file.len()), piece);
        assert_agreement(&file);
    }
}
