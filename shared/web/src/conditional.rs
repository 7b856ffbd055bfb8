//! Conditional requests (RFC 9110, section 13): a change that is made to the version alone that its sender
//! has seen.

use lambda_http::http::HeaderValue;
use lambda_http::http::header::{ETAG, IF_MATCH};

use crate::{Error, Request, Response};

/// The entity tags of `If-Match`, without their quotation marks. None where any version will do: the header
/// is absent, or `*`. Weak tags match nothing (section 8.8.3.2), so they are left out.
#[must_use]
pub fn if_match(request: &Request) -> Option<Vec<String>> {
    let mut tags: Option<Vec<String>> = None;
    for value in request.headers().get_all(IF_MATCH) {
        let of_value = tags.get_or_insert_default();
        for tag in String::from_utf8_lossy(value.as_bytes()).split(',').map(str::trim) {
            match tag {
                "*" => return None,
                _ if tag.starts_with("W/") => {}
                _ => of_value.push(tag.trim_matches('"').to_owned()),
            }
        }
    }
    tags
}

/// Adds an entity tag, which is given without its quotation marks.
///
/// # Errors
/// The tag has a character that no header can carry.
pub fn with_etag(mut response: Response, tag: &str) -> Result<Response, Error> {
    let value = HeaderValue::try_from(format!("\"{tag}\"")).map_err(Error::internal)?;
    response.headers_mut().insert(ETAG, value);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::*;

    fn tags(values: &[&str]) -> Option<Vec<String>> {
        let mut request = Request::new(Body::Empty);
        for value in values {
            request.headers_mut().append(IF_MATCH, value.parse().unwrap());
        }
        if_match(&request)
    }

    #[test]
    fn any_version_will_do_without_the_header_and_with_a_star() {
        assert_eq!(tags(&[]), None);
        assert_eq!(tags(&["*"]), None);
        assert_eq!(tags(&["\"a\"", "*"]), None);
    }

    #[test]
    fn strong_tags_are_listed_and_weak_ones_match_nothing() {
        let owned = |tags: &[&str]| Some(tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>());
        assert_eq!(tags(&["\"a\", W/\"b\",\"c\""]), owned(&["a", "c"]));
        assert_eq!(tags(&["\"a\"", "\"b\""]), owned(&["a", "b"]));
        assert_eq!(tags(&["W/\"a\""]), owned(&[]));
        assert_eq!(tags(&["a"]), owned(&["a"]));
    }
}
