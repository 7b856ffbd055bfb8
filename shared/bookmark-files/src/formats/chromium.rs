//! `Bookmarks` of Chrome, Edge, Brave, Vivaldi and Opera. Their roots are what Chrome's own HTML export makes
//! of them, so that both files have the same folders: the bar is a folder, the others' entries are in none.

use crate::entry::{Entry, Node};
use crate::walker::{Object, Shape};

pub(super) const SHAPE: Shape = Shape {
    lists: &["roots"],
    children: "children",
    ignored: &[
        "checksum",
        "checksum_sha256",
        "sync_metadata",
        "sync_transaction_version",
        "version",
        "meta_info",
        "unsynced_meta_info",
    ],
};

/// Vivaldi's separator is a link to this address.
const SEPARATOR: &str = "http://bookmark.placeholder.url/";

/// Fields that browsers note for themselves.
const NOISE: [&str; 8] = [
    "guid",
    "id",
    "type",
    "source",
    "show_icon",
    "sync_transaction_version",
    "unsynced_meta_info",
    "date_last_used_desktop",
];

pub(super) fn node(object: Object) -> Node {
    let Object { mut fields, root, opened, .. } = object;
    let is_folder =
        fields.text("type").as_deref() == Some("folder") || (!opened.is_empty() && !fields.has("url"));
    fields.ignore(&NOISE);
    let root = root.as_deref();
    if matches!(root, Some("other" | "synced")) {
        return Node::Transparent;
    }
    let mut entry = Entry {
        title: fields.text("name").or(root.map(str::to_owned)).unwrap_or_default(),
        added: fields.date("date_added"),
        modified: fields.date("date_modified"),
        ..Entry::default()
    };
    if let Some(mut meta) = fields.object("meta_info") {
        meta.ignore(&["Thumbnail", "Speeddial", "power_bookmark_meta"]);
        entry.description = meta.text("Description");
        entry.attribute("shortcuturl", meta.text("Nickname"));
        fields.put_back_rest("meta_info", meta);
    }
    if is_folder {
        fields.ignore(&["date_last_used"]);
        if root == Some("bookmark_bar") {
            entry.attribute("personal_toolbar_folder", Some("true".to_owned()));
        }
        return Node::Folder(entry.finish(fields));
    }
    entry.visited = fields.date("date_last_used");
    entry.url = fields.text("url");
    if entry.url.as_deref() == Some(SEPARATOR) && entry.title == "---" {
        return Node::Separator(
            Entry { url: None, title: String::new(), description: None, ..entry }.finish(fields),
        );
    }
    Node::Bookmark(entry.finish(fields))
}
