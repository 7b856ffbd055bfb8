//! The `TAGS` attribute, in the two ways it is written.

use memchr::memchr;
use std::collections::HashSet;
use std::ops::Range;

/// Up to this many tags, comparing each with those before it is faster than hashing.
const FEW: usize = 32;

/// Splits a tags attribute into `tags`, as byte ranges of `value`: trimmed, none empty, none twice, in file order.
///
/// Commas separate tags. Delicious and the services that took its form write spaces instead, and mark themselves by
/// a `PRIVATE` attribute; their tags cannot hold a space, so `spaced` also splits a value without commas there.
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
