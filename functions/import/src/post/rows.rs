//! Rows in the binary format of COPY (Postgres manual, "COPY", "Binary Format"), built in one buffer that is
//! sent as it fills. Big-endian lengths before each value, -1 for null; a count of fields before each row.

use bytes::{BufMut, Bytes, BytesMut};
use db::POSTGRES_EPOCH;
use serde_json::{Map, Value};
use tokio_postgres::types::Type;
use uuid::Uuid;

const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";

/// Large enough that the cost of a message does not count, small enough to keep the server busy early.
const CHUNK: usize = 64 * 1024;

pub(crate) struct Rows {
    buffer: BytesMut,
}

impl Rows {
    /// Begins a COPY: its signature, no flags, no extension.
    pub(crate) fn new() -> Self {
        let mut buffer = BytesMut::with_capacity(CHUNK + CHUNK / 4);
        buffer.put_slice(SIGNATURE);
        buffer.put_u64(0);
        Self { buffer }
    }

    /// Returns the number of bytes that were written and not sent.
    pub(crate) fn len(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the bytes to send now, once there are enough of them.
    pub(crate) fn chunk(&mut self) -> Option<Bytes> {
        (self.buffer.len() >= CHUNK).then(|| self.take())
    }

    /// The rest, with the mark of the end.
    pub(crate) fn end(mut self) -> Bytes {
        self.buffer.put_i16(-1);
        self.buffer.freeze()
    }

    fn take(&mut self) -> Bytes {
        let chunk = self.buffer.split().freeze();
        self.buffer.reserve(CHUNK + CHUNK / 4);
        chunk
    }

    /// Begins a row of so many fields; each of the following calls puts one.
    pub(crate) fn row(&mut self, fields: i16) -> &mut Self {
        self.buffer.put_i16(fields);
        self
    }

    pub(crate) fn null(&mut self) -> &mut Self {
        self.buffer.put_i32(-1);
        self
    }

    pub(crate) fn uuid(&mut self, value: Uuid) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    pub(crate) fn integer(&mut self, value: i32) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    pub(crate) fn bigint(&mut self, value: i64) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    pub(crate) fn boolean(&mut self, value: bool) -> &mut Self {
        self.bytes(&[u8::from(value)])
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    pub(crate) fn optional<T>(
        &mut self,
        value: Option<T>,
        put: impl Fn(&mut Self, T) -> &mut Self,
    ) -> &mut Self {
        match value {
            Some(value) => put(self, value),
            None => self.null(),
        }
    }

    /// A `timestamptz` from microseconds since the Unix epoch.
    pub(crate) fn timestamp(&mut self, unix_micros: i64) -> &mut Self {
        self.bytes(&unix_micros.saturating_sub(POSTGRES_EPOCH).to_be_bytes())
    }

    /// A one-dimensional array of `text` or `varchar`; null where it would be empty.
    pub(crate) fn texts<'a>(&mut self, element: &Type, values: impl Iterator<Item = &'a str>) -> &mut Self {
        let mut values = values.peekable();
        match values.peek() {
            Some(_) => self.filled_array(element, values),
            None => self.null(),
        }
    }

    /// The same, empty where it is empty.
    pub(crate) fn array<'a>(&mut self, element: &Type, values: impl Iterator<Item = &'a str>) -> &mut Self {
        let mut values = values.peekable();
        if values.peek().is_some() {
            return self.filled_array(element, values);
        }
        self.buffer.put_i32(12);
        self.buffer.put_i32(0); // dimensions
        self.buffer.put_i32(0); // no nulls
        self.buffer.put_u32(element.oid());
        self
    }

    fn filled_array<'a>(&mut self, element: &Type, values: impl Iterator<Item = &'a str>) -> &mut Self {
        let begin = self.buffer.len();
        self.buffer.put_i32(0); // the field's length, known at the end
        self.buffer.put_i32(1); // dimensions
        self.buffer.put_i32(0); // no nulls
        self.buffer.put_u32(element.oid());
        self.buffer.put_i32(0); // elements, known at the end
        self.buffer.put_i32(1); // lower bound
        let mut count = 0_i32;
        for value in values {
            count += 1;
            self.text(value);
        }
        self.patch(begin + 16, count);
        self.patch_length(begin)
    }

    /// A `jsonb` object of strings; null where it would be empty.
    pub(crate) fn object<'a>(&mut self, pairs: impl Iterator<Item = (&'a str, &'a str)>) -> &mut Self {
        let map: Map<String, Value> = pairs.map(|(name, value)| (name.to_owned(), value.into())).collect();
        if map.is_empty() {
            return self.null();
        }
        let begin = self.buffer.len();
        self.buffer.put_i32(0);
        self.buffer.put_u8(1); // jsonb's version
        self.buffer.put_slice(Value::Object(map).to_string().as_bytes());
        self.patch_length(begin)
    }

    fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.buffer.put_i32(length(value.len()));
        self.buffer.put_slice(value);
        self
    }

    fn patch_length(&mut self, begin: usize) -> &mut Self {
        self.patch(begin, length(self.buffer.len() - begin - 4));
        self
    }

    fn patch(&mut self, at: usize, value: i32) {
        if let Some(place) = self.buffer.get_mut(at..at + 4) {
            place.copy_from_slice(&value.to_be_bytes());
        }
    }
}

/// A field is far shorter than 2 GiB: a file is at most that long.
fn length(bytes: usize) -> i32 {
    i32::try_from(bytes).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_written_as_the_manual_says() {
        let mut rows = Rows::new();
        rows.row(5)
            .integer(7)
            .text("é")
            .null()
            .timestamp(946_684_800_000_001)
            .texts(&Type::TEXT, ["a", ""].into_iter());
        let end = rows.end();
        let mut expected = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
        expected.extend(b"\0\x05\0\0\0\x04\0\0\0\x07\0\0\0\x02\xc3\xa9\xff\xff\xff\xff");
        expected.extend(b"\0\0\0\x08\0\0\0\0\0\0\0\x01");
        expected
            .extend(b"\0\0\0\x1d\0\0\0\x01\0\0\0\0\0\0\0\x19\0\0\0\x02\0\0\0\x01\0\0\0\x01a\0\0\0\0\xff\xff");
        assert_eq!(end, expected);
    }

    #[test]
    fn empty_lists_and_objects_are_null() {
        let mut rows = Rows::new();
        rows.row(2).texts(&Type::TEXT, [].into_iter()).object([].into_iter());
        assert_eq!(rows.end()[19..], b"\0\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"[..]);
    }
}
