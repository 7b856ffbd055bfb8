//! Tracks the reader's place in the tree, and the rows of `folders` for it.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use store::DEFAULT_ORGANIZATION;
use uuid::Uuid;

/// The most bytes kept of `original_folder`. The whole path of each bookmark would grow with the square of
/// the depth.
const ORIGINAL_FOLDER_BYTES: usize = 1_024;

/// A folder's place in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FolderPlace {
    /// The row of `folders`.
    pub(crate) id: Uuid,
    /// None at the root.
    pub(crate) parent_id: Option<Uuid>,
}

/// The open folders, from the root.
///
/// A folder's id is made of its parent's, its name, and how many siblings of that name stood before it
/// (`folder_key()` in the database computes the same). So an import needs no lookup to find the folders of
/// earlier ones, and sibling folders of one name stay apart.
pub(crate) struct Folders {
    root: Uuid,
    open: Vec<Open>,
    at_root: Siblings,
    /// The names joined by `/`, as the old importer stored them, as far as [`ORIGINAL_FOLDER_BYTES`].
    joined: String,
}

struct Open {
    /// The folder that holds what is in it: its own row, or that of its parent where it is not kept. None at
    /// the root.
    id: Option<Uuid>,
    /// Index of that folder in the list of open folders.
    claim: Option<usize>,
    children: Siblings,
    /// Length of `joined` before.
    joined: usize,
}

/// Number of children with the same name, by the first half of the first one's id.
#[derive(Default)]
struct Siblings(HashMap<u64, u32>);

impl Folders {
    /// At the root of an organization's project, or of what belongs to none.
    pub(crate) fn new(organization_id: Uuid, project_id: Option<i32>) -> Self {
        // As folder_root() in the database.
        let root = Uuid::from_u128(project_id.map_or(u128::MAX, |id| u128::from(id.cast_unsigned())));
        // The folders of the first organization had their ids before there were others.
        let root = if organization_id == DEFAULT_ORGANIZATION {
            root
        } else {
            first_half(Sha256::new().chain_update(organization_id).chain_update(root))
        };
        Self { root, open: Vec::new(), at_root: Siblings::default(), joined: String::new() }
    }

    /// Enters the next folder of this name.
    pub(crate) fn enter(&mut self, name: &str) -> FolderPlace {
        let parent_id = self.id();
        let claim = self.open.last().and_then(|open| open.claim);
        let siblings = match claim.and_then(|index| self.open.get_mut(index)) {
            Some(open) => &mut open.children,
            None => &mut self.at_root,
        };
        let id = siblings.next(parent_id.unwrap_or(self.root), name);
        self.open(id, name);
        FolderPlace { id, parent_id }
    }

    /// Enters a folder again, by its name and the number of its namesakes that stood before it. A folder that
    /// then begins in it is the first of its own name.
    pub(crate) fn enter_again(&mut self, name: &str, namesakes: u32) {
        let parent = self.id().unwrap_or(self.root);
        self.open(key(parent, namesakes, name), name);
    }

    fn open(&mut self, id: Uuid, name: &str) {
        let joined = self.joined.len();
        if self.id().is_some() {
            self.join("/");
        }
        self.join(name);
        let claim = Some(self.open.len());
        self.open.push(Open { id: Some(id), claim, children: Siblings::default(), joined });
    }

    /// Enters a folder that is not kept: what it holds belongs to its parent.
    pub(crate) fn enter_unkept(&mut self) {
        let (id, claim) = self.open.last().map_or((None, None), |open| (open.id, open.claim));
        self.open.push(Open { id, claim, children: Siblings::default(), joined: self.joined.len() });
    }

    pub(crate) fn leave(&mut self) {
        if let Some(open) = self.open.pop() {
            self.joined.truncate(open.joined);
        }
    }

    /// The innermost folder's row; none at the root.
    pub(crate) fn id(&self) -> Option<Uuid> {
        self.open.last().and_then(|open| open.id)
    }

    /// The names joined by `/`; none at the root.
    pub(crate) fn original(&self) -> Option<&str> {
        self.id().map(|_| self.joined.as_str())
    }

    fn join(&mut self, text: &str) {
        let room = ORIGINAL_FOLDER_BYTES - self.joined.len();
        self.joined.push_str(&text[..text.floor_char_boundary(room)]);
    }
}

impl Siblings {
    fn next(&mut self, parent: Uuid, name: &str) -> Uuid {
        let first = key(parent, 0, name);
        let count = self.0.entry(first.as_u64_pair().0).or_default();
        let nth = *count;
        *count += 1;
        if nth == 0 { first } else { key(parent, nth, name) }
    }
}

fn key(parent: Uuid, nth: u32, name: &str) -> Uuid {
    first_half(Sha256::new().chain_update(parent).chain_update(nth.to_be_bytes()).chain_update(name))
}

fn first_half(hash: Sha256) -> Uuid {
    let hash: [u8; 32] = hash.finalize().into();
    let mut first = [0; 16];
    first.copy_from_slice(hash.split_at(16).0);
    Uuid::from_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_known_by_its_parent_its_name_and_its_number_among_namesakes() {
        let mut folders = Folders::new(DEFAULT_ORGANIZATION, Some(7));
        assert_eq!((folders.id(), folders.original()), (None, None));
        let first = folders.enter("a");
        // printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7\0\0\0\0a' | sha256sum
        assert_eq!(first.id.simple().to_string(), "deaa2503eed4845b8a12310e57ffb1a7");
        assert_eq!(first.parent_id, None);
        let inner = folders.enter("b");
        assert_eq!((inner.parent_id, folders.id()), (Some(first.id), Some(inner.id)));
        folders.leave();
        folders.leave();
        let namesake = folders.enter("a");
        assert_ne!(namesake.id, first.id);
        assert_ne!(folders.enter("b").id, inner.id);
        folders.leave();
        folders.leave();
        assert_ne!(folders.enter("a").id, namesake.id, "the third of its name");

        let mut again = Folders::new(DEFAULT_ORGANIZATION, Some(7));
        assert_eq!(
            (again.enter("a"), again.enter("b")),
            (first, inner),
            "the same file has the same folders"
        );
        assert_ne!(
            Folders::new(DEFAULT_ORGANIZATION, None).enter("a").id,
            first.id,
            "another scope has others"
        );
        let other = Uuid::from_u128(2);
        assert_ne!(Folders::new(other, Some(7)).enter("a").id, first.id, "and so has another organization");
    }

    #[test]
    fn a_folder_is_entered_again_by_its_name_and_its_number() {
        let mut folders = Folders::new(DEFAULT_ORGANIZATION, None);
        let first = folders.enter("a");
        folders.leave();
        let second = folders.enter("a");
        let inner = folders.enter("b");
        folders.leave();
        folders.leave();
        folders.enter_again("a", 0);
        assert_eq!(folders.id(), Some(first.id));
        folders.leave();
        folders.enter_again("a", 1);
        assert_eq!(folders.id(), Some(second.id));
        folders.enter_again("b", 0);
        assert_eq!((folders.id(), folders.original()), (Some(inner.id), Some("a/b")));
    }

    #[test]
    fn the_names_are_joined_as_far_as_the_limit() {
        let mut folders = Folders::new(DEFAULT_ORGANIZATION, None);
        folders.enter("a/b");
        folders.enter("");
        folders.enter("c");
        assert_eq!(folders.original(), Some("a/b//c"));
        folders.leave();
        folders.leave();
        assert_eq!(folders.original(), Some("a/b"));
        folders.enter(&"é".repeat(600));
        folders.enter("beyond");
        let joined = folders.original().unwrap();
        assert_eq!((joined.len(), joined.chars().last()), (1_024, Some('é')));
        for _ in 0..3 {
            folders.leave();
        }
        assert_eq!(folders.original(), None);
        folders.enter("d");
        assert_eq!(folders.original(), Some("d"));
    }

    #[test]
    fn what_an_unkept_folder_holds_belongs_to_its_parent() {
        let mut folders = Folders::new(DEFAULT_ORGANIZATION, None);
        folders.enter_unkept();
        assert_eq!((folders.id(), folders.original()), (None, None));
        let outer = folders.enter("a");
        folders.enter_unkept();
        assert_eq!(folders.id(), Some(outer.id));
        let inner = folders.enter("b");
        assert_eq!((inner.parent_id, folders.original()), (Some(outer.id), Some("a/b")));
        folders.leave();
        folders.leave();
        assert_ne!(folders.enter("b").id, inner.id);
    }
}
