//! Raindrop's CSV, and tables that were made by hand for it. `note` is the user's, `excerpt` the page's.

use crate::entry::Entry;
use crate::fields::{Fields, split};
use crate::limits::PATH_DEPTH;

/// The columns that it has, in any order; the address is needed.
pub(crate) const COLUMNS: [&str; 11] =
    ["id", "title", "note", "excerpt", "url", "folder", "tags", "created", "cover", "highlights", "favorite"];

pub(super) fn bookmark(mut fields: Fields) -> (Entry, Vec<String>) {
    fields.ignore(&["id"]);
    let mut entry = Entry {
        url: fields.text("url"),
        title: fields.text("title").unwrap_or_default(),
        description: fields.text("note"),
        added: fields.date("created"),
        tags: split(fields.text("tags"), |c| c == ','),
        ..Entry::default()
    };
    entry.mark("favorite", fields.flag("favorite"));
    let folder = fields.text("folder").filter(|folder| folder != "Unsorted");
    let path = folder.iter().flat_map(|folder| folder.splitn(PATH_DEPTH, '/'));
    let path = path.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    (entry.finish(fields), path)
}
