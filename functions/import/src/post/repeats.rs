//! Entries of one import that say, word for word, what an earlier one has said. A file of a few kilobytes
//! inflates to millions of them; merged, one of them does what all do, and refused, one of them tells why.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash, Hasher};

use netscape::Bookmark;
use uuid::Uuid;

/// So many entries are remembered; what comes later is taken for new. They take 5 MB at most.
const REMEMBERED: usize = 200_000;

/// The entries so far, those that became rows of `bookmarks` among them: where an earlier import is undone,
/// the first of several alike becomes the row, and the others must be missing as they are where it always
/// was.
#[derive(Default)]
pub(crate) struct Repeats {
    /// Two hashes with keys of this process, so that nobody can make two entries look alike.
    keys: [RandomState; 2],
    seen: HashSet<(u64, u64)>,
    unlisted: u32,
    first_unlisted_line: u32,
}

impl Repeats {
    /// As it was before the first entry, for another reading of the same file.
    pub(crate) fn restarted(&self) -> Self {
        Self { keys: self.keys.clone(), ..Self::default() }
    }

    /// Returns whether an entry like it was there before, in the same folder.
    pub(crate) fn is_repeated(&mut self, bookmark: &Bookmark<'_>, folder_id: Option<Uuid>) -> bool {
        let [first, second] = &self.keys;
        let hash = (hash_of(first, bookmark, folder_id), hash_of(second, bookmark, folder_id));
        if self.seen.len() >= REMEMBERED { self.seen.contains(&hash) } else { !self.seen.insert(hash) }
    }

    /// Counts a refused entry that has no row of its own.
    pub(crate) fn unlist(&mut self, line: u32) {
        if self.unlisted == 0 {
            self.first_unlisted_line = line;
        }
        self.unlisted = self.unlisted.saturating_add(1);
    }

    pub(crate) fn unlisted(&self) -> u32 {
        self.unlisted
    }

    pub(crate) fn first_unlisted_line(&self) -> u32 {
        self.first_unlisted_line
    }
}

fn hash_of(key: &RandomState, bookmark: &Bookmark<'_>, folder_id: Option<Uuid>) -> u64 {
    let mut hasher = key.build_hasher();
    let micros = |timestamp: Option<netscape::Timestamp>| timestamp.map(|t| t.micros());
    (bookmark.url, bookmark.title, bookmark.description, folder_id).hash(&mut hasher);
    (micros(bookmark.added), micros(bookmark.modified), micros(bookmark.visited)).hash(&mut hasher);
    // Each list ends with its length, so that no two of them run into each other.
    bookmark.tags.iter().for_each(|tag| tag.hash(&mut hasher));
    bookmark.tags.len().hash(&mut hasher);
    bookmark.attributes.iter().for_each(|attribute| attribute.hash(&mut hasher));
    bookmark.attributes.iter().count().hash(&mut hasher);
    bookmark.warnings.iter().for_each(|warning| warning.to_string().hash(&mut hasher));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_entry_that_says_the_same_in_the_same_folder_is_repeated() {
        let mut repeats = Repeats::default();
        let bookmark = |title| Bookmark { url: Some("https://a.example/"), title, ..Bookmark::default() };
        let folder = Some(Uuid::max());
        assert!(!repeats.is_repeated(&bookmark("a"), None));
        assert!(!repeats.is_repeated(&bookmark("b"), None));
        assert!(!repeats.is_repeated(&bookmark("a"), folder));
        let tagged = |tags: &'static [&'static str]| Bookmark { tags: tags.into(), ..bookmark("a") };
        assert!(!repeats.is_repeated(&tagged(&["x", "y"]), None));
        assert!(!repeats.is_repeated(&tagged(&["xy"]), None));
        assert!(repeats.is_repeated(&bookmark("a"), folder));
        assert!(repeats.is_repeated(&tagged(&["x", "y"]), None));
        assert!(!repeats.restarted().is_repeated(&bookmark("a"), None));
    }
}
