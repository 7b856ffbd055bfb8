//! linkding's pages: `limit` and `offset`, and addresses of the next and the previous page.

use lambda_http::RequestExt;
use lambda_http::http::header::HOST;
use serde::Serialize;
use serde_json::value::RawValue;
use url::form_urlencoded::Serializer;
use web::{Error, Request, paginate};

const DEFAULT_LIMIT: i64 = 100;

/// Rows of one page, whatever is asked for; the next page goes on from there.
pub(super) const MAX_ROWS: i64 = 5_000;

/// The query string's parameters.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads them all, known or not, as linkding does.
    pub(super) fn read(request: &Request) -> Self {
        let map = request.query_string_parameters();
        Self(map.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// A parameter's text, the last where it is repeated; an empty one counts as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.last(name).filter(|text| !text.is_empty())
    }

    /// A parameter's text, which may be empty.
    pub(super) fn last(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, text)| text.as_str())
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }
}

/// The page that a request asks for.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) limit: i64,
    pub(super) offset: i64,
    /// Scheme, host and path.
    base: String,
    params: Vec<(String, String)>,
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<Box<RawValue>>,
}

impl Page {
    /// Reads `limit` and `offset`, which count as absent where they are no such numbers.
    pub(super) fn read(request: &Request, params: &Params) -> Self {
        let limit = params.number("limit").filter(|limit| *limit > 0).unwrap_or(DEFAULT_LIMIT);
        let offset = params.number("offset").filter(|offset| *offset >= 0).unwrap_or(0);
        Self { limit, offset, base: base(request), params: params.0.clone() }
    }

    /// Rows to query.
    pub(super) fn rows(&self) -> i64 {
        self.limit.min(MAX_ROWS)
    }

    /// The answer with those of the rows that fit into it, which begin at the page's offset, of `count` in
    /// all. A page that ends early has its next one begin where it ends.
    ///
    /// # Errors
    /// A row cannot be serialised.
    pub(super) fn answer<T: Serialize>(&self, rows: &[T], count: i64) -> Result<Answer, Error> {
        let results = paginate(rows, rows.len())?.rows;
        let end = self.offset.saturating_add(i64::try_from(results.len()).unwrap_or(i64::MAX));
        let next = (end < count && !results.is_empty()).then(|| self.link(end));
        let previous = (self.offset > 0).then(|| self.link(self.offset - self.limit));
        Ok(Answer { count, next, previous, results })
    }

    /// The request's address with another offset. Parameters are sorted by their names.
    fn link(&self, offset: i64) -> String {
        let mut params: Vec<(&str, String)> = self
            .params
            .iter()
            .filter(|(name, _)| name != "limit" && name != "offset")
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        params.push(("limit", self.limit.to_string()));
        if offset > 0 {
            params.push(("offset", offset.to_string()));
        }
        params.sort_by(|a, b| a.0.cmp(b.0));
        format!("{}?{}", self.base, Serializer::new(String::new()).extend_pairs(params).finish())
    }
}

/// Scheme, host and path of a request as its client sees them. A function URL is https, which its header
/// says.
fn base(request: &Request) -> String {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let scheme = if header("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    let host = header(HOST.as_str()).unwrap_or("localhost");
    let path = request.raw_http_path();
    format!("{scheme}://{host}{}{path}", if path.starts_with('/') { "" } else { "/" })
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use lambda_http::aws_lambda_events::query_map::QueryMap;

    use super::*;

    fn page(query: &str) -> Page {
        let mut request = Request::new(Body::Empty)
            .with_raw_http_path("/api/bookmarks/")
            .with_query_string_parameters(query.parse::<QueryMap>().unwrap());
        request.headers_mut().insert("host", "links.example".parse().unwrap());
        request.headers_mut().insert("x-forwarded-proto", "https".parse().unwrap());
        Page::read(&request, &Params::read(&request))
    }

    fn links(query: &str, rows: usize, count: i64) -> [Option<String>; 2] {
        let answer = page(query).answer(&vec![0; rows], count).unwrap();
        [answer.next, answer.previous]
            .map(|link| link.map(|link| link.replace("https://links.example/api/bookmarks/", "")))
    }

    #[test]
    fn a_limit_or_an_offset_that_is_none_counts_as_absent() {
        for (query, limit, offset) in [
            ("", 100, 0),
            ("limit=5&offset=7", 5, 7),
            ("limit=0&offset=-1", 100, 0),
            ("limit=-3&offset=x", 100, 0),
            ("limit=&offset=", 100, 0),
            ("limit&offset", 100, 0),
            ("limit=1&limit=2", 2, 0),
            ("limit=99999999999999999999", 100, 0),
        ] {
            assert_eq!((page(query).limit, page(query).offset), (limit, offset), "{query}");
        }
        assert_eq!(page("limit=1000000").rows(), MAX_ROWS);
    }

    #[test]
    fn links_keep_the_other_parameters_sorted() {
        let text = |link: &str| Some(link.to_owned());
        for (query, rows, count, next, previous) in [
            ("", 3, 3, None, None),
            ("limit=3", 3, 3, None, None),
            ("limit=3", 3, 4, text("?limit=3&offset=3"), None),
            ("limit=3&offset=2", 1, 3, None, text("?limit=3")),
            ("limit=3&offset=3", 1, 4, None, text("?limit=3")),
            ("limit=3&offset=5", 3, 9, text("?limit=3&offset=8"), text("?limit=3&offset=2")),
            (
                "q=a+%23b&sort=title_asc&limit=1",
                1,
                2,
                text("?limit=1&offset=1&q=a+%23b&sort=title_asc"),
                None,
            ),
            ("limit=3&offset=50", 0, 4, None, text("?limit=3&offset=47")),
            // A page that is cut goes on where it was.
            ("limit=9", 4, 9, text("?limit=9&offset=4"), None),
        ] {
            assert_eq!(links(query, rows, count), [next, previous], "{query}");
        }
    }
}
