//! Omnivore's `metadata_….json`.

use crate::attribute::{ARCHIVED, UNREAD};
use crate::entry::Entry;
use crate::fields::Fields;

pub(super) fn bookmark(mut fields: Fields) -> Entry {
    fields.ignore(&["id", "slug"]);
    let mut entry = Entry {
        url: fields.text("url"),
        title: fields.text("title").unwrap_or_default(),
        description: fields.text("description"),
        added: fields.date("savedAt"),
        modified: fields.date("updatedAt"),
        tags: fields.list("labels", "name"),
        ..Entry::default()
    };
    match fields.text("state").as_deref() {
        Some("Archived") => entry.mark(ARCHIVED, Some(true)),
        None | Some("Active" | "SUCCEEDED") => {}
        Some(state) => entry.attribute("state", Some(state.to_owned())),
    }
    match fields.text("readingProgress").as_deref() {
        Some("0") => entry.mark(UNREAD, Some(true)),
        progress => entry.attribute("readingprogress", progress.map(str::to_owned)),
    }
    entry.finish(fields)
}
