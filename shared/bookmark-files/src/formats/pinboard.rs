//! Pinboard's JSON, whose `description` is the title and whose `extended` is the note.

use crate::attribute::UNREAD;
use crate::entry::Entry;
use crate::fields::{Fields, split};

pub(super) fn bookmark(mut fields: Fields) -> Entry {
    fields.ignore(&["hash", "meta"]);
    let mut entry = Entry {
        url: fields.text("href"),
        title: fields.text("description").unwrap_or_default(),
        description: fields.text("extended"),
        added: fields.date("time"),
        tags: split(fields.text("tags"), char::is_whitespace),
        ..Entry::default()
    };
    entry.mark("private", fields.flag("shared").map(|is_shared| !is_shared));
    entry.mark(UNREAD, fields.flag("toread"));
    entry.finish(fields)
}
