//! Reads the parts of a request.

use std::str::FromStr;

use lambda_http::RequestExt;

use crate::{Error, Request};

/// The path's segments, without empty ones. `cargo lambda watch` serves a function below
/// `/lambda-url/<name>`, a function URL at its root; both give the same segments.
#[must_use]
pub fn segments(request: &Request) -> Vec<&str> {
    let path = request.raw_http_path();
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    if segments.first() == Some(&"lambda-url") {
        segments.drain(..segments.len().min(2));
    }
    segments
}

/// The query string's parameters, each known, and each at most once unless it may be repeated.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the query string.
    ///
    /// # Errors
    /// 400 for a parameter that is not in `known`, or that is given twice: a misspelt one must not be lost
    /// silently.
    pub fn read(request: &Request, known: &[&str]) -> Result<Self, Error> {
        Self::read_repeating(request, known, &[])
    }

    /// Reads the query string, in which the parameters of `repeatable` may be given several times.
    ///
    /// # Errors
    /// As [`Query::read`].
    pub fn read_repeating(request: &Request, known: &[&str], repeatable: &[&str]) -> Result<Self, Error> {
        let map = request.query_string_parameters();
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in map.iter() {
            if !known.contains(&name) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let detail = format!("The parameter {name} is not known here; known: {known}.");
                return Err(Error::bad_request(detail));
            }
            if !repeatable.contains(&name) && pairs.iter().any(|(before, _)| before == name) {
                return Err(Error::bad_request(format!("The parameter {name} is given twice.")));
            }
            pairs.push((name.to_owned(), value.to_owned()));
        }
        Ok(Self(pairs))
    }

    /// A parameter's text; an empty one counts as absent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    /// All texts of a parameter that may be repeated, in their order; empty ones count as absent.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// A parameter as a value of its type.
    ///
    /// # Errors
    /// 400, saying what it `must` be.
    pub fn value<T: FromStr>(&self, name: &str, must: &str) -> Result<Option<T>, Error> {
        self.text(name)
            .map(|text| {
                text.parse().map_err(|_| Error::bad_request(format!("The parameter {name} must be {must}.")))
            })
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::Body;

    fn request(path: &str, query: &str) -> Request {
        Request::new(Body::Empty).with_raw_http_path(path).with_query_string_parameters(
            query.parse::<lambda_http::aws_lambda_events::query_map::QueryMap>().unwrap(),
        )
    }

    #[test]
    fn a_path_means_the_same_under_the_emulator_and_at_a_function_url() {
        assert_eq!(segments(&request("/lambda-url/import/abc/rejections", "")), ["abc", "rejections"]);
        assert_eq!(segments(&request("/abc//rejections/", "")), ["abc", "rejections"]);
        assert!(segments(&request("/lambda-url/import", "")).is_empty());
        assert!(segments(&request("/", "")).is_empty());
    }

    #[test]
    fn a_misspelt_or_repeated_parameter_is_refused() {
        let query = |text| Query::read(&request("/", text), &["limit", "cursor"]);
        assert_eq!(query("limit=7&cursor=").unwrap().value::<u32>("limit", "a number").unwrap(), Some(7));
        assert_eq!(query("cursor=").unwrap().text("cursor"), None);
        assert!(query("limits=7").is_err());
        assert!(query("limit=7&limit=8").is_err());
        assert!(query("limit=x").unwrap().value::<u32>("limit", "a number").is_err());
    }

    #[test]
    fn a_parameter_may_be_repeated_where_that_is_allowed() {
        let query = |text| Query::read_repeating(&request("/", text), &["limit", "tag"], &["tag"]);
        let tags = query("tag=b&limit=7&tag=&tag=a,c").unwrap();
        assert_eq!(tags.texts("tag").collect::<Vec<_>>(), ["b", "a,c"]);
        assert!(query("limit=7&limit=8").is_err());
    }
}
