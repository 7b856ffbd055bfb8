//! Pages of a list: the parameters `limit` and `cursor`, and the rows of a page, cut by count and by size.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Error, Query};

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// Bytes of a cursor; a longer one is not read.
const MAX_CURSOR: usize = 4_096;

/// The page that a request asks for. `C` is the place after which it begins, which the cursor holds.
#[derive(Clone, Debug)]
pub struct PageRequest<C> {
    /// The most rows, where the request says so.
    pub limit: Option<usize>,
    /// Start of the page; none for the first.
    pub after: Option<C>,
}

impl<C: Serialize + DeserializeOwned> PageRequest<C> {
    /// Reads the parameters `limit` and `cursor`.
    ///
    /// # Errors
    /// 400 where `limit` is not a number from 1 to 1000, or `cursor` none that [`encode_cursor`] has written
    /// of this type.
    pub fn read(query: &Query) -> Result<Self, Error> {
        let limit = limit(query)?;
        Ok(Self { limit, after: query.text("cursor").map(decode_cursor).transpose()? })
    }

    /// The most rows; 100 where the request does not say.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }

    /// Returns the number of rows to query: one more than the limit shows whether there is a next page.
    #[must_use]
    pub fn rows(&self) -> i64 {
        i64::try_from(self.limit() + 1).unwrap_or(i64::MAX)
    }

    /// Cuts a page from the rows found; `place` returns a row's place, for the next page's cursor.
    ///
    /// # Errors
    /// A row or a place cannot be serialised.
    pub fn cut<T: Serialize>(
        &self,
        found: &[T],
        place: impl FnOnce(&T) -> C,
    ) -> Result<(Vec<Box<RawValue>>, Option<String>), Error> {
        let page = paginate(found, self.limit())?;
        let next_cursor = page.last.map(|last| encode_cursor(&place(last))).transpose()?;
        Ok((page.rows, next_cursor))
    }
}

/// The parameter `limit`.
///
/// # Errors
/// 400 where it is not a number from 1 to 1000.
pub fn limit(query: &Query) -> Result<Option<usize>, Error> {
    let must = "a number from 1 to 1000";
    match query.value::<usize>("limit", must)? {
        Some(limit) if !(1..=MAX_LIMIT).contains(&limit) => {
            Err(Error::bad_request(format!("The parameter limit must be {must}.")))
        }
        limit => Ok(limit),
    }
}

/// The content of a cursor's text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<C> {
    after: C,
}

/// A place as an opaque cursor, which is safe in a URL.
///
/// # Errors
/// It cannot be serialised.
pub fn encode_cursor(place: &impl Serialize) -> Result<String, Error> {
    let json = serde_json::to_vec(&Envelope { after: place }).map_err(Error::internal)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
}

/// The place that a cursor holds. A client can write one of its own, so its value is to be checked like any
/// parameter.
///
/// # Errors
/// 400 for a text that [`encode_cursor`] has not written of this type.
pub fn decode_cursor<C: DeserializeOwned>(cursor: &str) -> Result<C, Error> {
    Some(cursor)
        .filter(|cursor| cursor.len() <= MAX_CURSOR)
        .and_then(|cursor| BASE64_URL_SAFE_NO_PAD.decode(cursor).ok())
        .and_then(|json| serde_json::from_slice::<Envelope<C>>(&json).ok())
        .map(|envelope| envelope.after)
        .ok_or_else(|| Error::bad_request("The parameter cursor must be a next_cursor of an earlier page."))
}

/// Bytes that the rows of an answer may take on their way to Lambda, which refuses responses over 6 MiB
/// ("Lambda quotas", AWS Lambda Developer Guide) and would turn the answer into a 502. The rest is for what
/// stands around them.
const PAGE_BYTES: usize = 5_500_000;

/// Rows that fit into one answer.
#[derive(Debug)]
pub struct Page<'a, T> {
    /// The rows as JSON.
    pub rows: Vec<Box<RawValue>>,
    /// The last of them, after which the next page begins; `None` on the last page.
    pub last: Option<&'a T>,
}

/// Takes the rows of a page from those found: at most `limit`, and as many as an answer holds, but always
/// one, so that paging gets on. A query finds one row more than `limit` where there is a next page.
///
/// # Errors
/// A row cannot be serialised.
pub fn paginate<T: Serialize>(found: &[T], limit: usize) -> Result<Page<'_, T>, Error> {
    let mut rows = Vec::with_capacity(found.len().min(limit));
    let mut bytes = 0;
    for row in found.iter().take(limit) {
        let row = serde_json::value::to_raw_value(row).map_err(Error::internal)?;
        bytes += sent_bytes(row.get());
        if bytes > PAGE_BYTES && !rows.is_empty() {
            break;
        }
        rows.push(row);
    }
    let last = rows.len().checked_sub(1).filter(|_| rows.len() < found.len());
    Ok(Page { last: last.and_then(|index| found.get(index)), rows })
}

/// Returns the length of a text within the JSON string in which a response's body travels to Lambda.
fn sent_bytes(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_the_place_it_was_made_of() {
        for place in [i32::MIN, 0, 7, i32::MAX] {
            assert_eq!(decode_cursor::<i32>(&encode_cursor(&place).unwrap()).unwrap(), place);
        }
    }

    #[test]
    fn a_text_that_is_no_cursor_is_refused() {
        let of_another_list = encode_cursor(&"title").unwrap();
        let of_an_earlier_release = ["AAAABw", "MTIzNA", "01900000-0000-7000-8000-000000000000"];
        let long = "A".repeat(5_000);
        let others = ["", "7", "!!!!", "AAAAAAAA", &of_another_list, &long];
        for cursor in others.into_iter().chain(of_an_earlier_release) {
            assert_eq!(decode_cursor::<i32>(cursor).unwrap_err().status(), 400, "{cursor}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_cursor_says_it_is_read_or_refused(text: String, bytes: Vec<u8>) {
            for cursor in [text, BASE64_URL_SAFE_NO_PAD.encode(bytes)] {
                if let Err(error) = decode_cursor::<(i32, String)>(&cursor) {
                    assert_eq!(error.status(), 400);
                }
            }
        }
    }

    #[test]
    fn a_page_ends_at_its_limit_and_tells_where() {
        let page = paginate(&[1, 2, 3], 2).unwrap();
        assert_eq!((page.rows.len(), page.last), (2, Some(&2)));
        let page = paginate(&[1, 2], 2).unwrap();
        assert_eq!((page.rows.len(), page.last), (2, None));
        let page = paginate::<i32>(&[], 2).unwrap();
        assert_eq!((page.rows.len(), page.last), (0, None));
    }

    #[test]
    fn a_page_ends_before_it_is_larger_than_lambda_takes() {
        // Every character takes four bytes: escaped once in the row, and again in the body's string.
        let row = "\"".repeat(1_000_000);
        let found = vec![row; 4];
        let page = paginate(&found, 100).unwrap();
        assert_eq!((page.rows.len(), page.last), (1, Some(&found[0])));
        let body: String = page.rows.iter().map(|row| row.get()).collect();
        assert!(serde_json::to_string(&body).unwrap().len() < 6 * 1024 * 1024);
    }

    #[test]
    fn a_row_that_is_too_large_alone_is_a_page() {
        let found = vec!["x".repeat(PAGE_BYTES); 2];
        assert_eq!(paginate(&found, 100).unwrap().rows.len(), 1);
    }
}
