//! From a list of folders to their tree.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

/// Deeper folders are listed beside their parents: readers of JSON refuse deep nesting.
const MAX_DEPTH: usize = 50;

/// A folder in the tree.
#[derive(Debug, Serialize)]
pub(crate) struct Folder {
    pub(crate) id: Uuid,
    pub(crate) parent_id: Option<Uuid>,
    pub(crate) name: String,
    pub(crate) project_id: Option<i32>,
    /// How many bookmarks are in it.
    pub(crate) count: i64,
    /// How many are in it and in all folders below it.
    pub(crate) total: i64,
    pub(crate) children: Vec<Self>,
}

/// Puts folders into their parents, siblings in the order of the list, and sums up. What hangs from no folder
/// of the list is at the root.
pub(crate) fn nested(folders: Vec<Folder>) -> Vec<Folder> {
    let index: HashMap<Uuid, usize> = folders.iter().enumerate().map(|(nth, f)| (f.id, nth)).collect();
    let parent: Vec<Option<usize>> =
        folders.iter().map(|f| f.parent_id.and_then(|id| index.get(&id).copied())).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); folders.len()];
    let mut roots = Vec::new();
    for (nth, parent) in parent.iter().enumerate() {
        match parent.and_then(|parent| children.get_mut(parent)) {
            Some(siblings) => siblings.push(nth),
            None => roots.push(nth),
        }
    }
    // Parents before what is in them.
    let mut order: Vec<(usize, usize)> = Vec::new();
    let mut open: Vec<(usize, usize)> = roots.iter().rev().map(|nth| (*nth, 1)).collect();
    while let Some((nth, depth)) = open.pop() {
        order.push((nth, depth));
        open.extend(children.get(nth).into_iter().flatten().rev().map(|child| (*child, depth + 1)));
    }
    let mut folders: Vec<Option<Folder>> = folders.into_iter().map(Some).collect();
    let mut tree = Vec::new();
    for (nth, depth) in order.into_iter().rev() {
        let Some(mut folder) = folders.get_mut(nth).and_then(Option::take) else { continue };
        folder.children.reverse();
        folder.total += folder.count;
        let total = folder.total;
        let mut deep = Vec::new();
        if depth >= MAX_DEPTH {
            deep = std::mem::take(&mut folder.children);
        }
        let up = parent.get(nth).copied().flatten();
        let siblings = match up.and_then(|up| folders.get_mut(up)).and_then(Option::as_mut) {
            Some(up) => {
                up.total += total;
                &mut up.children
            }
            None => &mut tree,
        };
        siblings.extend(deep.into_iter().rev());
        siblings.push(folder);
    }
    tree.reverse();
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(id: u128, parent: Option<u128>) -> Folder {
        let (id, parent_id) = (Uuid::from_u128(id), parent.map(Uuid::from_u128));
        Folder { id, parent_id, name: String::new(), project_id: None, count: 1, total: 0, children: vec![] }
    }

    fn shape(folders: &[Folder]) -> Vec<(u128, i64, usize)> {
        folders.iter().map(|f| (f.id.as_u128(), f.total, f.children.len())).collect()
    }

    #[test]
    fn folders_are_put_into_their_parents_in_their_order() {
        let list = [(1, None), (2, Some(1)), (3, Some(1)), (4, None), (5, Some(3)), (6, Some(99))];
        let tree = nested(list.into_iter().map(|(id, parent)| folder(id, parent)).collect());
        assert_eq!(shape(&tree), [(1, 4, 2), (4, 1, 0), (6, 1, 0)]);
        assert_eq!(shape(&tree[0].children), [(2, 1, 0), (3, 2, 1)]);
    }

    #[test]
    fn a_deep_tree_is_not_nested_deeply_and_loses_nothing() {
        let deep = (1..=1_000).map(|id| folder(id, (id > 1).then(|| id - 1))).collect();
        let tree = nested(deep);
        assert_eq!(tree[0].total, 1_000);
        let (mut level, mut depth, mut count) = (&tree, 0, 0);
        while !level.is_empty() {
            depth += 1;
            count += level.len();
            level = &level[level.len() - 1].children;
        }
        assert!(depth <= MAX_DEPTH && serde_json::to_string(&tree).is_ok(), "{depth}");
        assert_eq!(count, 1_000);
    }
}
