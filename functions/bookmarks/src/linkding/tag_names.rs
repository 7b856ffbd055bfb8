//! The names of tags as linkding cleans them.

use super::errors::Faults;

/// Characters of a name.
pub(super) const MAX_LENGTH: usize = 64;

/// Tags of one bookmark.
const MAX_TAGS: usize = 1_000;

/// Cleans the items of `tag_names`: each is split at commas, trimmed, and its blanks become hyphens. Of
/// two that differ in case alone the last one counts.
pub(super) fn cleaned(items: &[String], faults: &mut Faults) -> Vec<String> {
    let mut names: Vec<(String, String)> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        for name in item.split(',') {
            let name = name.trim().replace(' ', "-");
            if name.is_empty() {
                continue;
            }
            if name.chars().nth(MAX_LENGTH).is_some() {
                let text = "Ensure this field has no more than 64 characters.";
                faults.add_item("tag_names", index, text);
            }
            let key = name.to_lowercase();
            names.retain(|(before, _)| *before != key);
            names.push((key, name));
        }
    }
    if names.len() > MAX_TAGS {
        faults.add("tag_names", "Ensure this field has no more than 1000 elements.");
    }
    names.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_as_linkding_does() {
        let of = |items: &[&str]| {
            let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
            let mut faults = Faults::default();
            let names = cleaned(&items, &mut faults);
            faults.check().is_ok().then_some(names)
        };
        for (items, names) in [
            (&["a", "b"][..], &["a", "b"][..]),
            (&["a,b", " c d "], &["a", "b", "c-d"]),
            (&["Rust", "rust"], &["rust"]),
            (&["", " ", ","], &[]),
            (&["#x"], &["#x"]),
            (&[], &[]),
        ] {
            assert_eq!(of(items).unwrap(), names, "{items:?}");
        }
        assert!(of(&[&"é".repeat(64)]).is_some());
        assert!(of(&[&"é".repeat(65)]).is_none());
    }
}
