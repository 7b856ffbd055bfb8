//! Karakeep's JSON: bookmarks that name their lists, and then the lists.

use super::folder;
use crate::attribute::ARCHIVED;
use crate::entry::{Entry, Node};
use crate::fields::Fields;
use crate::walker::{Object, Shape};

pub(super) const SHAPE: Shape = Shape { lists: &["bookmarks", "lists"], children: "", ignored: &[] };

const LISTS: usize = 1;

/// The ids of the lists that a bookmark is in.
pub(crate) fn lists_of(fields: &mut Fields) -> Vec<String> {
    fields.list("lists", "id")
}

pub(super) fn node(object: Object) -> Node {
    let Object { mut fields, list, .. } = object;
    if list == LISTS {
        fields.ignore(&["type"]);
        let (title, description) = (fields.text("name"), fields.text("description"));
        return match folder(title, fields) {
            Node::Folder(entry) => Node::Folder(Entry { description, ..entry }),
            other => other,
        };
    }
    Node::Bookmark(bookmark(fields))
}

fn bookmark(mut fields: Fields) -> Entry {
    fields.ignore(&["id"]);
    let mut entry = Entry {
        title: fields.text("title").unwrap_or_default(),
        description: fields.text("note"),
        added: fields.date("createdAt"),
        tags: fields.list("tags", "name"),
        ..Entry::default()
    };
    if let Some(mut content) = fields.object("content") {
        entry.url = content.text("url");
        content.ignore(&["type"]);
        if entry.description.is_none() && entry.url.is_none() {
            entry.description = content.text("text");
        }
        fields.put_back_rest("content", content);
    }
    entry.mark(ARCHIVED, fields.flag("archived"));
    entry.finish(fields)
}
