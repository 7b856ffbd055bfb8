//! Pocket's CSV, in parts of 10,000 rows. Where a page had no title, its address stands in its place.

use crate::attribute::{ARCHIVED, UNREAD};
use crate::entry::Entry;
use crate::fields::{Fields, split};

pub(super) fn bookmark(mut fields: Fields) -> Entry {
    fields.ignore(&["cursor"]);
    let mut entry = Entry {
        url: fields.text("url"),
        title: fields.text("title").unwrap_or_default(),
        added: fields.date("time_added"),
        tags: split(fields.text("tags"), |c| c == '|'),
        ..Entry::default()
    };
    match fields.text("status").as_deref() {
        Some("unread") => entry.mark(UNREAD, Some(true)),
        Some("archive") => entry.mark(ARCHIVED, Some(true)),
        status => entry.attribute("status", status.map(str::to_owned)),
    }
    entry.finish(fields)
}
