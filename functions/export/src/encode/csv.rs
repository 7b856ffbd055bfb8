//! CSV (RFC 4180): a row for each bookmark. Lists are JSON in their fields, so that no separator can be lost
//! among the values; what is null is empty. Cells that a spreadsheet would run as formulas are defused unless
//! raw ones are asked for.

mod formula;

use csv::{Terminator, Writer, WriterBuilder};
use db::Timestamptz;
use serde_json::value::RawValue;
use web::Error;

use super::Encoder;
use crate::entry::{Entry, Kind};
use crate::paths::Paths;

const HEADER: [&str; 23] = [
    "id",
    "url",
    "title",
    "domain",
    "original_folder",
    "folder_path",
    "add_date",
    "last_modified",
    "last_visited",
    "tags",
    "description",
    "attributes",
    "further_folders",
    "summary",
    "content_type",
    "created_at",
    "number",
    "notes",
    "is_archived",
    "unread",
    "suggested_tags",
    "edited",
    "shared",
];

pub(crate) struct Csv {
    writer: Writer<Vec<u8>>,
    /// True if cells are written as they are, which only programs should read.
    is_raw: bool,
}

impl Csv {
    pub(crate) fn begin(is_raw: bool) -> Result<Self, Error> {
        let mut writer = writer();
        writer.write_record(HEADER).map_err(Error::internal)?;
        Ok(Self { writer, is_raw })
    }
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

impl Encoder for Csv {
    fn put(&mut self, entry: &Entry<'_>, paths: &Paths) -> Result<(), Error> {
        if entry.kind != Kind::Bookmark {
            return Ok(());
        }
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let moment = |value: Option<Timestamptz>| value.and_then(Timestamptz::rfc3339).unwrap_or_default();
        let further: Vec<_> = entry.further_folder_ids.iter().map(|id| paths.path(*id)).collect();
        let further = if further.is_empty() { None } else { Some(serde_json::to_string(&further)) };
        let list = |values: &[&str]| serde_json::to_string(values).map_err(Error::internal);
        let fields: [String; 23] = [
            entry.id.to_string(),
            text(entry.url),
            text(entry.title),
            text(entry.domain),
            text(entry.original_folder),
            serde_json::to_string(&paths.path(entry.folder_id)).map_err(Error::internal)?,
            moment(entry.add_date),
            moment(entry.last_modified),
            moment(entry.last_visited),
            list(&entry.tags)?,
            text(entry.description),
            text(entry.attributes.map(RawValue::get)),
            further.transpose().map_err(Error::internal)?.unwrap_or_default(),
            text(entry.summary),
            text(entry.content_type),
            moment(entry.created_at),
            entry.number.map(|number| number.to_string()).unwrap_or_default(),
            text(entry.notes),
            entry.is_archived.to_string(),
            entry.unread.to_string(),
            list(&entry.suggested_tags)?,
            list(&entry.edited)?,
            entry.shared.to_string(),
        ];
        let cells = if self.is_raw { fields } else { fields.map(formula::defused) };
        self.writer.write_record(&cells).map_err(Error::internal)?;
        // The writer holds 8 KiB back, which `len` would leave out.
        self.writer.flush().map_err(Error::internal)
    }

    fn end(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn len(&self) -> usize {
        self.writer.get_ref().len()
    }

    fn take(&mut self) -> Result<Vec<u8>, Error> {
        // The writer gives up its buffer only at its end.
        std::mem::replace(&mut self.writer, writer())
            .into_inner()
            .map_err(|error| Error::internal(error.into_error()))
    }
}
