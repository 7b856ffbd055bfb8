//! Firefox's backup. Its roots are what Firefox's own HTML export makes of them, so that both files have the
//! same folders: the menu's entries are in none, the others are folders if anything is in them.

use crate::entry::{Entry, Node};
use crate::fields::{Fields, Value, split};
use crate::token::Flaws;
use crate::walker::{Object, Shape};

pub(super) const SHAPE: Shape = Shape { lists: &[], children: "children", ignored: &[] };

/// A root, by its guid; older files have its name in `root`.
struct Root {
    guid: &'static str,
    root: &'static str,
    /// Its title in the file, which nobody sees, and the one that Firefox shows.
    titles: [&'static str; 2],
    attribute: &'static str,
}

const ROOTS: [Root; 3] = [
    Root {
        guid: "toolbar_____",
        root: "toolbarFolder",
        titles: ["toolbar", "Bookmarks Toolbar"],
        attribute: "personal_toolbar_folder",
    },
    Root {
        guid: "unfiled_____",
        root: "unfiledBookmarksFolder",
        titles: ["unfiled", "Other Bookmarks"],
        attribute: "unfiled_bookmarks_folder",
    },
    Root {
        guid: "mobile______",
        root: "mobileFolder",
        titles: ["mobile", "Mobile Bookmarks"],
        attribute: "mobile_bookmarks_folder",
    },
];

pub(super) fn node(object: Object) -> Node {
    let Object { mut fields, opened, children, .. } = object;
    let (guid, root) = (fields.text("guid").unwrap_or_default(), fields.text("root").unwrap_or_default());
    let kind = fields.text("type").unwrap_or_default();
    let code = fields.text("typeCode").unwrap_or_default();
    fields.ignore(&["id", "index", "icon", "parent"]);
    if kind.ends_with("-separator") || code == "3" {
        let mut entry = entry(&mut fields);
        let name = std::mem::take(&mut entry.title);
        entry.attribute("name", Some(name).filter(|name| !name.is_empty()));
        return Node::Separator(entry.finish(fields));
    }
    let is_folder = kind.ends_with("-container") || code == "2" || (!opened.is_empty() && !fields.has("uri"));
    if !is_folder {
        return bookmark(fields);
    }
    let is = |other: &Root| guid == other.guid || root == other.root;
    let is_transparent = matches!(guid.as_str(), "root________" | "menu________")
        || matches!(root.as_str(), "placesRoot" | "bookmarksMenuFolder");
    if is_transparent {
        return Node::Transparent;
    }
    let mut entry = entry(&mut fields);
    // A live bookmark, which was a folder of what its feed had.
    if entry.attributes.iter().any(|(name, _)| name == "feedurl") {
        return Node::Bookmark(entry.finish(fields));
    }
    if let Some(root) = ROOTS.iter().find(|root| is(root)) {
        if children == 0 {
            return Node::Transparent;
        }
        let [inner, shown] = root.titles;
        if entry.title.is_empty() || entry.title == inner {
            shown.clone_into(&mut entry.title);
        }
        entry.attribute(root.attribute, Some("true".to_owned()));
    }
    Node::Folder(entry.finish(fields))
}

/// Reads the fields that all kinds have.
fn entry(fields: &mut Fields) -> Entry {
    let mut entry = Entry {
        title: fields.text("title").unwrap_or_default(),
        added: fields.date("dateAdded"),
        modified: fields.date("lastModified"),
        ..Entry::default()
    };
    annotations(fields, &mut entry);
    entry
}

fn bookmark(mut fields: Fields) -> Node {
    let mut entry = entry(&mut fields);
    entry.url = fields.text("uri").or(entry.url);
    entry.tags = split(fields.text("tags"), |c| c == ',');
    entry.attribute("shortcuturl", fields.text("keyword"));
    entry.attribute("post_data", fields.text("postData"));
    entry.attribute("last_charset", fields.text("charset"));
    let icon = fields.text("iconUri").or_else(|| fields.text("iconuri"));
    entry.attribute("icon_uri", icon.filter(|icon| !icon.starts_with("data:")));
    Node::Bookmark(entry.finish(fields))
}

/// Notes until Firefox 62, and what live bookmarks were.
fn annotations(fields: &mut Fields, entry: &mut Entry) {
    let Some(json) = fields.nested("annos") else { return };
    let Ok(annotations) = serde_json::from_str::<Vec<serde_json::Value>>(&json) else {
        fields.put_back("annos", Value::Nested(json));
        return;
    };
    let mut others = Vec::new();
    for annotation in annotations {
        let name = annotation.get("name").and_then(serde_json::Value::as_str);
        let (Some(name), Some(value)) = (name, annotation.get("value")) else {
            others.push(annotation);
            continue;
        };
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match name {
            "bookmarkProperties/description" => entry.description = Some(value),
            "livemark/feedURI" => entry.attribute("feedurl", Some(value)),
            "livemark/siteURI" => entry.url = Some(value),
            name => fields.add(name, Value::Text(value), Flaws::default()),
        }
    }
    if !others.is_empty() {
        fields.put_back("annos", Value::Nested(serde_json::Value::Array(others).to_string()));
    }
}
