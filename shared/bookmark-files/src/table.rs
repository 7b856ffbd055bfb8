//! A table with a header: CSV (RFC 4180), with commas, semicolons or tabs.

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};
use netscape::limits::FIELD_BYTES;

use crate::fields::{Fields, Value};
use crate::json::decode;
use crate::source::{Source, Window};
use crate::token::Flaws;
use crate::{Error, limits};

pub(crate) struct Table<'a> {
    window: Window<'a>,
    reader: Reader,
    /// The names of the columns, in lower case.
    header: Vec<String>,
    raw: Vec<u8>,
    text: String,
    is_done: bool,
}

/// A field of a row.
struct Cell {
    flaws: Flaws,
    ends_row: bool,
}

/// Spreadsheets write this line first.
const SEPARATOR_LINE: &[u8] = b"sep=";

/// The header of a table: its separator and the names of its columns, in lower case. None if the first line
/// is no header of at least two columns.
pub(crate) fn header_of(head: &[u8]) -> Option<(u8, Vec<String>)> {
    let mut head = head;
    let mut separator = None;
    if head.get(..SEPARATOR_LINE.len()).is_some_and(|start| start.eq_ignore_ascii_case(SEPARATOR_LINE)) {
        separator = head.get(SEPARATOR_LINE.len()).copied();
        let end = head.iter().position(|byte| *byte == b'\n')?;
        head = head.get(end + 1..)?;
    }
    let line = head.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let count = |separator: u8| line.iter().filter(|byte| **byte == separator).count();
    let separator = separator.or_else(|| {
        [b',', b';', b'\t'].into_iter().max_by_key(|separator| (count(*separator), *separator == b','))
    })?;
    if count(separator) == 0 {
        return None;
    }
    let mut table = Table::with_separator(Box::new(line), separator);
    table.read_header().ok()?;
    Some((separator, std::mem::take(&mut table.header)))
}

impl<'a> Table<'a> {
    /// A reader of the rows behind the header.
    pub(crate) fn new(source: Source<'a>, separator: u8) -> Result<Self, Error> {
        let mut table = Self::with_separator(source, separator);
        let mut start = Vec::new();
        // A window shows what comes without taking it.
        start.extend(table.window.bytes()?.iter().take(SEPARATOR_LINE.len()));
        if start.eq_ignore_ascii_case(SEPARATOR_LINE) {
            while table.window.next()?.is_some_and(|byte| byte != b'\n') {}
        }
        table.read_header()?;
        Ok(table)
    }

    fn with_separator(source: Source<'a>, separator: u8) -> Self {
        Self {
            window: Window::new(source),
            reader: ReaderBuilder::new().delimiter(separator).build(),
            header: Vec::new(),
            raw: Vec::new(),
            text: String::new(),
            is_done: false,
        }
    }

    fn read_header(&mut self) -> Result<(), Error> {
        while let Some(cell) = self.cell()? {
            if self.header.len() == limits::COLUMNS {
                return Err(Error::TooLarge("The table has more than 256 columns."));
            }
            self.header.push(self.text.trim().to_lowercase());
            if cell.ends_row {
                break;
            }
        }
        Ok(())
    }

    /// The next row by the names of its columns; none at the end. A row that repeats the header, where files
    /// were joined, is gone over.
    pub(crate) fn row(&mut self) -> Result<Option<Fields>, Error> {
        loop {
            let mut fields = Fields::new(self.line());
            let (mut column, mut is_header) = (0, true);
            loop {
                let Some(cell) = self.cell()? else {
                    return Ok((column > 0).then_some(fields));
                };
                let name = self.header.get(column);
                is_header &= name.is_some_and(|name| self.text.trim().to_lowercase() == *name);
                match name {
                    Some(name) if name.is_empty() => {
                        self.add(&format!("column_{}", column + 1), cell.flaws, &mut fields)
                    }
                    // Of two columns of one name, the one that says something.
                    Some(_) if self.text.is_empty() => {}
                    Some(name) => self.add(&name.clone(), cell.flaws, &mut fields),
                    None => self.add(&format!("column_{}", column + 1), cell.flaws, &mut fields),
                }
                column += 1;
                if cell.ends_row {
                    break;
                }
            }
            if is_header && column == self.header.len() {
                continue;
            }
            if !fields.is_empty() {
                return Ok(Some(fields));
            }
        }
    }

    fn add(&self, name: &str, flaws: Flaws, fields: &mut Fields) {
        fields.add(name, Value::Text(self.text.clone()), flaws);
    }

    fn line(&self) -> u32 {
        u32::try_from(self.reader.line()).unwrap_or(u32::MAX)
    }

    /// Reads a field into the text; none at the end.
    fn cell(&mut self) -> Result<Option<Cell>, Error> {
        if self.is_done {
            return Ok(None);
        }
        self.raw.clear();
        let mut is_cut = false;
        let ends_row = loop {
            let mut output = [0; 4 << 10];
            let (result, read, written) = self.reader.read_field(self.window.bytes()?, &mut output);
            self.window.consume(read);
            let room = FIELD_BYTES.saturating_sub(self.raw.len()).min(written);
            is_cut |= room < written;
            self.raw.extend_from_slice(&output[..room]);
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::Field { record_end } => break record_end,
                ReadFieldResult::End => {
                    self.is_done = true;
                    return Ok(None);
                }
            }
        };
        let is_replaced = decode(&self.raw, is_cut, &mut self.text);
        Ok(Some(Cell { flaws: Flaws { is_cut, is_replaced }, ends_row }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<(String, String)>> {
        let (separator, _) = header_of(text.as_bytes()).unwrap();
        let mut table = Table::new(Box::new(text.as_bytes()), separator).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = table.row().unwrap() {
            rows.push(row.rest().0);
        }
        rows
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn rows_are_read_by_the_names_of_their_columns() {
        let text =
            "URL, Title ,note\r\nhttps://a.example/,\"a, \"\"b\"\"\r\nc\",\r\n\r\nhttps://b.example/\r\n";
        let expected = [
            pairs(&[("url", "https://a.example/"), ("title", "a, \"b\"\r\nc")]),
            pairs(&[("url", "https://b.example/")]),
        ];
        assert_eq!(rows(text), expected);
        assert_eq!(rows(text.trim_end()), expected);
    }

    #[test]
    fn other_separators_and_headers_that_repeat_are_known() {
        let expected =
            [pairs(&[("url", "a,b"), ("title", "t")]), pairs(&[("url", "c"), ("column_3", "more")])];
        assert_eq!(rows("url;title\na,b;t\nURL;Title\nc;;more"), expected);
        assert_eq!(rows("url\ttitle\na,b\tt\nc\t\tmore\n"), expected);
        assert_eq!(rows("sep=;\r\nurl;title\na,b;t\nc;;more"), expected);
    }

    #[test]
    fn a_line_without_separators_is_no_header() {
        assert_eq!(header_of(b"url"), None);
        assert_eq!(header_of(b""), None);
        assert_eq!(header_of(b"a,b\n1"), Some((b',', vec!["a".to_owned(), "b".to_owned()])));
    }

    #[test]
    fn a_long_field_is_cut() {
        let text = format!("url,title\na,\"{}\"\nb,t", "x".repeat(FIELD_BYTES + 9));
        let mut table = Table::new(Box::new(std::io::Cursor::new(text)), b',').unwrap();
        let mut row = table.row().unwrap().unwrap();
        assert_eq!(row.text("title").unwrap().len(), FIELD_BYTES);
        assert_eq!(row.rest().1, ["title was too long and has been cut"]);
        assert_eq!(table.row().unwrap().unwrap().line, 3);
    }
}
