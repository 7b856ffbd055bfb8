//! Answers of linkding's API: a page of bookmarks, or only their list.

use crate::attribute::{ARCHIVED, NOTES, UNREAD};
use crate::entry::Entry;
use crate::fields::Fields;
use crate::walker::Shape;

pub(super) const SHAPE: Shape =
    Shape { lists: &["results"], children: "", ignored: &["count", "next", "previous"] };

pub(super) fn bookmark(mut fields: Fields) -> Entry {
    fields.ignore(&["id"]);
    let title = fields.text("title").or_else(|| fields.text("website_title"));
    let description = fields.text("description").or_else(|| fields.text("website_description"));
    let mut entry = Entry {
        url: fields.text("url"),
        title: title.unwrap_or_default(),
        description,
        added: fields.date("date_added"),
        modified: fields.date("date_modified"),
        tags: fields.list("tag_names", "name"),
        ..Entry::default()
    };
    entry.attribute(NOTES, fields.text("notes"));
    entry.mark(ARCHIVED, fields.flag("is_archived"));
    entry.mark(UNREAD, fields.flag("unread"));
    if fields.flag("shared") == Some(true) {
        entry.attribute("private", Some("0".to_owned()));
    }
    entry.finish(fields)
}
