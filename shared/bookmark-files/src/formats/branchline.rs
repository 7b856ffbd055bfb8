//! Our own JSON. `position` orders bookmarks, folders, separators and merged duplicates as a file would, so
//! that each folder is followed by what is in it.

use crate::attribute::{ARCHIVED, EDITED, NOTES, NUMBER, SHARED, SUGGESTED_TAGS, UNREAD};
use crate::entry::{Entry, Node};
use crate::fields::{Fields, Value, quote};
use crate::walker::{Object, Shape};

pub(super) const SHAPE: Shape = Shape {
    lists: &["bookmarks", "folders", "separators", "duplicates"],
    children: "",
    ignored: &["project_id", "exported_at"],
};

const FOLDERS: usize = 1;
const SEPARATORS: usize = 2;

/// The place of an entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Position {
    pub(crate) number: u64,
    /// Its folder's id; a folder's parent.
    pub(crate) folder_id: Option<String>,
    /// A folder's own id.
    pub(crate) own_id: Option<String>,
    /// The names of its folder and those above it.
    pub(crate) path: Vec<String>,
}

impl Position {
    pub(crate) fn take(object: &mut Object) -> Self {
        let fields = &mut object.fields;
        let mut position = Self {
            number: fields.text("position").and_then(|text| text.parse().ok()).unwrap_or(u64::MAX),
            path: fields.list("folder_path", ""),
            ..Self::default()
        };
        if object.list == FOLDERS {
            position.own_id = fields.text("id");
            position.folder_id = fields.text("parent_id");
            position.path.pop();
        } else {
            position.folder_id = fields.text("folder_id");
        }
        position
    }
}

pub(super) fn node(object: Object) -> Node {
    let Object { mut fields, list, .. } = object;
    // Made by an import, or of the other fields.
    fields.ignore(&[
        "id",
        "bookmark_id",
        "parent_id",
        "folder_id",
        "position",
        "project_id",
        "import_job_id",
    ]);
    fields.ignore(&[
        "domain",
        "original_folder",
        "folder_path",
        "further_folders",
        "created_at",
        "updated_at",
    ]);
    let mut entry = Entry {
        url: fields.text("url"),
        title: fields.text("title").or_else(|| fields.text("name")).unwrap_or_default(),
        added: fields.date("add_date"),
        modified: fields.date("last_modified"),
        visited: fields.date("last_visited"),
        tags: fields.list("tags", "name"),
        description: fields.text("description"),
        ..Entry::default()
    };
    entry.attribute(NOTES, fields.text("notes"));
    entry.mark(ARCHIVED, fields.flag("is_archived"));
    entry.mark(UNREAD, fields.flag("unread"));
    entry.mark(SHARED, fields.flag("shared"));
    entry.attribute(NUMBER, fields.text("number"));
    for (name, list) in [(SUGGESTED_TAGS, "suggested_tags"), (EDITED, "edited")] {
        let values = fields.list(list, "");
        if !values.is_empty() {
            entry.attribute(name, serde_json::to_string(&values).ok());
        }
    }
    attributes(&mut fields, &mut entry);
    match list {
        FOLDERS => Node::Folder(entry.finish(fields)),
        SEPARATORS => Node::Separator(entry.finish(fields)),
        _ => Node::Bookmark(entry.finish(fields)),
    }
}

/// Attributes are what they were, under their own names.
fn attributes(fields: &mut Fields, entry: &mut Entry) {
    let Some(json) = fields.nested("attributes") else { return };
    let Ok(attributes) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&json) else {
        fields.put_back("attributes", Value::Nested(json));
        return;
    };
    for (name, value) in attributes {
        let value = match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        match entry.attributes.iter().find(|(other, _)| *other == name) {
            Some((_, first)) if *first == value => {}
            Some(_) => fields.warn(format!("a second {} is lost: {}", quote(&name), quote(&value))),
            None => entry.attribute(&name, Some(value)),
        }
    }
}
