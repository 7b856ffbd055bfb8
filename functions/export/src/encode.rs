//! The formats.

mod csv;
mod html;
mod json;

use time::OffsetDateTime;
use web::Error;

use crate::entry::Entry;
use crate::format::Format;
use crate::paths::Paths;

/// In which order an encoder wants entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryOrder {
    /// The order of a file.
    OfFile,
    /// Bookmarks, folders, separators, duplicates; each kind in the order of a file.
    ByKind,
}

/// Writes entries into a buffer that is taken away as it fills.
pub(crate) trait Encoder: Send {
    /// Writes an entry.
    fn put(&mut self, entry: &Entry<'_>, paths: &Paths) -> Result<(), Error>;

    /// Writes what comes after the last entry.
    fn end(&mut self) -> Result<(), Error>;

    /// Returns the number of bytes that can be taken, those in buffers of its own aside.
    fn len(&self) -> usize;

    /// Returns the bytes written since the last call.
    fn take(&mut self) -> Result<Vec<u8>, Error>;
}

/// An encoder that has written what comes before the first entry. `is_raw`: cells of CSV are not defused.
pub(crate) fn encoder(
    format: Format,
    is_raw: bool,
    project_id: Option<i32>,
    now: OffsetDateTime,
) -> Result<Box<dyn Encoder>, Error> {
    Ok(match format {
        Format::Html => Box::new(html::Html::begin()?),
        Format::Json => Box::new(json::Json::begin(project_id, now)?),
        Format::Csv => Box::new(csv::Csv::begin(is_raw)?),
    })
}
