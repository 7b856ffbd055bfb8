//! The `TAGS` attribute, in the two ways it is written.

use memchr::{memchr, memchr_iter};
use std::collections::HashSet;
use std::ops::Range;

/// Up to this many tags, comparing each with those before it is faster than hashing.
const FEW: usize = 32;

/// Splits a tags attribute into `tags`, as byte ranges of `value`: trimmed, none empty, none twice, in file
/// order.
///
/// Commas separate tags. Delicious and the services that took its form write blanks instead, and mark
/// themselves by a `PRIVATE` attribute, which others also write whose tags hold blanks. `spaced` says that
/// the file is one of the first (see [`blanks_separate`]); then a value without commas is split at blanks.
pub(crate) fn split(value: &str, spaced: bool, tags: &mut Vec<Range<usize>>) {
    tags.clear();
    let bytes = value.as_bytes();
    let by_space = spaced && memchr(b',', bytes).is_none();
    let mut seen = Seen::default();
    let mut start = 0;
    while start < bytes.len() {
        let rest = &bytes[start..];
        let is_separator = |&byte: &u8| if by_space { byte.is_ascii_whitespace() } else { byte == b',' };
        let length = rest.iter().position(is_separator).unwrap_or(rest.len());
        let part = &rest[..length];
        let leading = if by_space { 0 } else { length - part.trim_ascii_start().len() };
        let tag = start + leading..start + leading + part.trim_ascii().len();
        start += length + 1;
        if !tag.is_empty() && seen.is_new(&bytes[tag.clone()], bytes, tags) {
            tags.push(tag);
        }
    }
}

/// Returns whether a `TAGS` value may be one tag of several words or several tags of one.
pub(crate) fn is_ambiguous(value: &[u8]) -> bool {
    memchr(b',', value).is_none() && value.trim_ascii().iter().any(u8::is_ascii_whitespace)
}

/// Returns whether blanks separate the tags of a file: no `TAGS` among the markup of `ahead` has a comma, and
/// of those and `value` at least three have several words, with four blanks at least between the words of
/// all. One tag of two words each on a few bookmarks is not enough.
pub(crate) fn blanks_separate(value: &[u8], ahead: &[u8]) -> bool {
    const NAME: &[u8] = b"tags";
    let mut several = 0;
    let mut blanks = 0;
    let mut note = |value: &[u8]| {
        let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
        several += usize::from(words > 1);
        blanks += words.saturating_sub(1);
        memchr(b',', value).is_none()
    };
    let values = memchr_iter(b'=', ahead).filter_map(|at| {
        let is_name = ahead[..at].len() >= NAME.len()
            && ahead[at - NAME.len()..at].eq_ignore_ascii_case(NAME)
            && at.checked_sub(NAME.len() + 1).is_none_or(|before| ahead[before].is_ascii_whitespace());
        let (&mark, value) = ahead[at + 1..].split_first()?;
        let end = memchr(mark, value).filter(|_| matches!(mark, b'"' | b'\''))?;
        is_name.then_some(&value[..end])
    });
    let has_no_comma = note(value) && values.into_iter().all(&mut note);
    has_no_comma && several >= 3 && blanks >= 4
}

/// The tags so far, once they are many.
#[derive(Default)]
struct Seen<'a>(Option<HashSet<&'a [u8]>>);

impl<'a> Seen<'a> {
    fn is_new(&mut self, tag: &'a [u8], value: &'a [u8], earlier: &[Range<usize>]) -> bool {
        if earlier.len() < FEW {
            return earlier.iter().all(|range| range.len() != tag.len() || value[range.clone()] != *tag);
        }
        self.0.get_or_insert_with(|| earlier.iter().map(|range| &value[range.clone()]).collect()).insert(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_to_vec(value: &str, spaced: bool) -> Vec<&str> {
        let mut tags = Vec::new();
        split(value, spaced, &mut tags);
        tags.into_iter().map(|range| &value[range]).collect()
    }

    #[test]
    fn commas_separate_and_keep_inner_spaces() {
        assert_eq!(split_to_vec(" a , b c,,a,\td\n", false), ["a", "b c", "d"]);
        assert_eq!(split_to_vec("tag1,tag2, multi word", true), ["tag1", "tag2", "multi word"]);
        assert_eq!(split_to_vec("one tag", false), ["one tag"]);
    }

    #[test]
    fn spaces_separate_where_the_exporter_has_no_tag_with_a_space() {
        assert_eq!(split_to_vec("each  outside establish each", true), ["each", "outside", "establish"]);
    }

    #[test]
    fn blanks_separate_the_tags_of_a_file_where_many_have_them_and_none_has_a_comma() {
        let many = br#"TAGS="css html"> <A TAGS='a b c'> <A TAGS="one">"#;
        assert!(blanks_separate(b"web design", many));
        assert!(!blanks_separate(b"web design", br#"TAGS="css html" TAGS="a b c" TAGS="one,two""#));
        assert!(!blanks_separate(b"machine learning", b""));
        assert!(!blanks_separate(b"machine learning", br#"<A TAGS="deep learning"><A TAGS="data science">"#));
        assert!(!blanks_separate(b"web design", br#"HASHTAGS="css html" TAGS="a b c" TAGS=unquoted TAGS=""#));
    }

    #[test]
    fn an_empty_attribute_has_no_tags() {
        assert!(split_to_vec("", true).is_empty());
        assert!(split_to_vec(" , ,", false).is_empty());
    }

    #[test]
    fn many_tags_are_still_kept_once_and_in_order() {
        let value: String = (0..500).map(|n| format!("{},", n % 100)).collect();
        let wanted: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        assert_eq!(split_to_vec(&value, false), wanted);
    }
}
