//! The `TAGS` attribute, in the two ways it is written.

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
    let mut seen = HashSet::new();
    let by_space = spaced && !value.contains(',');
    let is_separator = |c: char| if by_space { c.is_whitespace() } else { c == ',' };
    for part in value.split(is_separator) {
        let tag = part.trim();
        if tag.is_empty() {
            continue;
        }
        let is_new = if tags.len() < FEW {
            tags.iter().all(|earlier| value[earlier.clone()] != *tag)
        } else {
            if seen.is_empty() {
                seen.extend(tags.iter().map(|earlier| &value[earlier.clone()]));
            }
            seen.insert(tag)
        };
        if is_new {
            let start = tag.as_ptr() as usize - value.as_ptr() as usize;
            tags.push(start..start + tag.len());
        }
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
