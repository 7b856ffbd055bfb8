//! Safari's `Bookmarks.plist`.

use crate::attribute::UNREAD;
use crate::entry::{Entry, Node};
use crate::walker::{Object, Shape};

pub(super) const SHAPE: Shape = Shape { lists: &[], children: "Children", ignored: &[] };

/// The names of Safari's own folders, and those that it shows.
const ROOTS: [(&str, &str); 3] = [
    ("BookmarksBar", "Favorites"),
    ("BookmarksMenu", "Bookmarks Menu"),
    ("com.apple.ReadingList", "Reading List"),
];

pub(super) fn node(object: Object) -> Node {
    let Object { mut fields, opened, children, .. } = object;
    let kind = fields.text("WebBookmarkType").unwrap_or_default();
    fields.ignore(&[
        "WebBookmarkUUID",
        "WebBookmarkFileVersion",
        "Sync",
        "ShouldOmitFromUI",
        "WebBookmarkIdentifier",
    ]);
    if kind == "WebBookmarkTypeProxy" {
        return Node::Nothing;
    }
    if kind == "WebBookmarkTypeList" || (!opened.is_empty() && !fields.has("URLString")) {
        let title = fields.text("Title").unwrap_or_default();
        if title.is_empty() && opened.first() == Some(&0) {
            return Node::Transparent;
        }
        let mut entry = Entry { title, ..Entry::default() };
        if let Some((name, shown)) = ROOTS.iter().find(|(name, _)| entry.title == *name) {
            if children == 0 {
                return Node::Transparent;
            }
            if *name == "BookmarksBar" {
                entry.attribute("personal_toolbar_folder", Some("true".to_owned()));
            }
            (*shown).clone_into(&mut entry.title);
        }
        return Node::Folder(entry.finish(fields));
    }
    let mut entry = Entry { url: fields.text("URLString"), ..Entry::default() };
    if let Some(mut names) = fields.object("URIDictionary") {
        entry.title = names.text("title").unwrap_or_default();
        let address = names.text("");
        if entry.url.is_none() {
            entry.url = address;
        }
        fields.put_back_rest("URIDictionary", names);
    }
    if let Some(mut reading) = fields.object("ReadingList") {
        entry.added = reading.date("DateAdded");
        entry.visited = reading.date("DateLastViewed");
        entry.description = reading.text("PreviewText");
        entry.mark(UNREAD, Some(entry.visited.is_none()));
        fields.put_back_rest("ReadingList", reading);
    }
    fields.ignore(&["ReadingListNonSync"]);
    Node::Bookmark(entry.finish(fields))
}
