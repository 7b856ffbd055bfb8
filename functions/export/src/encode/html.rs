//! A bookmarks file. A bookmark stands in its folder with what its duplicates added, and each of these stands
//! again where its file had it, with its own title, tags and description: a browser shows it in each folder,
//! and an import merges them into the one bookmark again. Where a later import had put it into a folder that
//! comes before its own, reading the file makes that its own and the other a further one, since each folder
//! is written once.

use db::Timestamptz;
use netscape::{Bookmark, Event, Folder, Separator, Timestamp, Writer};
use serde_json::{Map, Value};
use web::Error;

use super::Encoder;
use crate::entry::{Entry, Kind};
use crate::paths::Paths;

pub(crate) struct Html {
    /// None once the file has ended.
    writer: Option<Writer<Vec<u8>>>,
    written: Vec<u8>,
    open_folders: usize,
}

impl Html {
    pub(crate) fn begin() -> Result<Self, Error> {
        let writer = Writer::new(Vec::new()).map_err(Error::internal)?;
        Ok(Self { writer: Some(writer), written: Vec::new(), open_folders: 0 })
    }

    fn write(&mut self, event: &Event<'_>) -> Result<(), Error> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.write(event).map_err(Error::internal)?;
        self.written.append(writer.get_mut());
        Ok(())
    }
}

impl Encoder for Html {
    fn put(&mut self, entry: &Entry<'_>, _: &Paths) -> Result<(), Error> {
        while self.open_folders > entry.depth {
            self.write(&Event::FolderEnd)?;
            self.open_folders -= 1;
        }
        let values = attributes(entry);
        let attributes: Vec<(&str, &str)> = values
            .iter()
            .filter(|(name, _)| is_harmless(name))
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
            .collect();
        let attributes = attributes.as_slice().into();
        let event = match entry.kind {
            Kind::Folder => {
                self.open_folders += 1;
                Event::FolderStart(Folder {
                    name: entry.title.unwrap_or_default(),
                    added: entry.add_date.map(timestamp),
                    modified: entry.last_modified.map(timestamp),
                    description: entry.description,
                    attributes,
                    ..Folder::default()
                })
            }
            Kind::Bookmark | Kind::Duplicate => Event::Bookmark(Bookmark {
                url: entry.url,
                title: entry.title.unwrap_or_default(),
                added: entry.add_date.map(timestamp),
                modified: entry.last_modified.map(timestamp),
                visited: entry.last_visited.map(timestamp),
                tags: entry.tags.as_slice().into(),
                description: entry.description,
                attributes,
                ..Bookmark::default()
            }),
            Kind::Separator => Event::Separator(Separator { attributes, ..Separator::default() }),
        };
        self.write(&event)
    }

    fn end(&mut self) -> Result<(), Error> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        self.written.append(&mut writer.finish().map_err(Error::internal)?);
        Ok(())
    }

    fn len(&self) -> usize {
        self.written.len()
    }

    fn take(&mut self) -> Result<Vec<u8>, Error> {
        Ok(std::mem::take(&mut self.written))
    }
}

fn timestamp(moment: Timestamptz) -> Timestamp {
    Timestamp::from_micros(moment.unix_micros())
}

/// The attributes of a file, with the columns that have one: an import reads them back. None where the stored
/// ones are no object, which an import does not write.
fn attributes(entry: &Entry<'_>) -> Map<String, Value> {
    let stored = entry
        .attributes
        .and_then(|attributes| serde_json::from_str(attributes.get()).ok())
        .unwrap_or_default();
    let mut attributes: Map<String, Value> = stored;
    for (name, is_set) in [("toread", entry.unread), ("archived", entry.is_archived)] {
        if is_set {
            attributes.insert(name.to_owned(), "1".into());
        }
    }
    if let Some(notes) = entry.notes {
        attributes.insert("notes".to_owned(), notes.into());
    }
    attributes
}

/// Returns whether an attribute does nothing if the file is opened as a page: no event handler, no style, no
/// focus, nothing that is loaded or sent, nothing that hides an entry, turns its text around or lets the page
/// behind a link reach back. These are the attributes that the HTML standard has for all elements, for links
/// and for what loads, but for those that only describe (`id`, `class`, `lang`, `name`, `title`, `type`).
/// JSON has all of an entry's attributes.
fn is_harmless(name: &str) -> bool {
    const ACTIVE: [&str; 35] = [
        "accesskey",
        "action",
        "attributionsrc",
        "autofocus",
        "background",
        "command",
        "commandfor",
        "contenteditable",
        "data",
        "dir",
        "download",
        "draggable",
        "form",
        "formaction",
        "hidden",
        "http-equiv",
        "inert",
        "interestfor",
        "is",
        "nonce",
        "part",
        "ping",
        "popover",
        "popovertarget",
        "popovertargetaction",
        "poster",
        "referrerpolicy",
        "rel",
        "slot",
        "src",
        "srcdoc",
        "srcset",
        "style",
        "tabindex",
        "target",
    ];
    let name = name.to_ascii_lowercase();
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    let is_name = !name.is_empty() && name.chars().all(is_of_name);
    is_name && !name.starts_with("on") && !name.starts_with("xlink:") && !ACTIVE.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_that_run_load_or_send_are_left_out() {
        for active in [
            "onclick",
            "OnClick",
            "ping",
            "dir",
            "hidden",
            "rel",
            "onmouseover",
            "on",
            "style",
            "autofocus",
            "src",
            "xlink:href",
            "a b",
            "a\"",
            "a>",
            "é",
            "",
        ] {
            assert!(!is_harmless(active), "{active}");
        }
        for kept in [
            "shortcuturl",
            "post_data",
            "icon_uri",
            "last_charset",
            "private",
            "toread",
            "feedurl",
            "personal_toolbar_folder",
            "folded",
            "id",
            "x-mine",
            "add_date",
        ] {
            assert!(is_harmless(kept), "{kept}");
        }
    }
}
