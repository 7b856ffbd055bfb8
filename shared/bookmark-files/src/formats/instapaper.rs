//! Instapaper's CSV. A folder of the user's own hides whether the text was read. `Selection` is a quotation,
//! or a text that has no address.

use crate::attribute::{ARCHIVED, UNREAD};
use crate::entry::Entry;
use crate::fields::Fields;

pub(super) fn bookmark(mut fields: Fields) -> (Entry, Vec<String>) {
    let mut entry = Entry {
        url: fields.text("url"),
        title: fields.text("title").unwrap_or_default(),
        description: fields.text("selection"),
        added: fields.date("timestamp"),
        ..Entry::default()
    };
    if let Some(tags) = fields.text("tags") {
        match serde_json::from_str::<Vec<String>>(&tags) {
            Ok(tags) => entry.tags = tags,
            Err(_) => entry.tags = tags.split(',').map(str::to_owned).collect(),
        }
    }
    let mut path = Vec::new();
    match fields.text("folder").as_deref() {
        Some("Unread") => entry.mark(UNREAD, Some(true)),
        Some("Archive") => entry.mark(ARCHIVED, Some(true)),
        Some("Starred") => entry.mark("favorite", Some(true)),
        folder => path.extend(folder.map(str::to_owned)),
    }
    (entry.finish(fields), path)
}
