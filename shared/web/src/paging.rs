//! A page of a list, cut by count and by size.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::Error;

/// Bytes that the rows of an answer may take on their way to Lambda, which refuses responses over 6 MiB ("Lambda
/// quotas", AWS Lambda Developer Guide) and would turn the answer into a 502. The rest is for what stands around them.
const PAGE_BYTES: usize = 5_500_000;

/// Rows that fit into one answer.
#[derive(Debug)]
pub struct Page<'a, T> {
    /// The rows as JSON.
    pub rows: Vec<Box<RawValue>>,
    /// The last of them, after which the next page begins; `None` on the last page.
    pub last: Option<&'a T>,
}

/// Takes the rows of a page from those found: at most `limit`, and as many as an answer holds, but always one, so that
/// paging gets on. A query finds one row more than `limit` where there is a next page.
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

/// How long a text is within the JSON string in which a response's body travels to Lambda.
fn sent_bytes(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

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
