//! Bodies of requests: JSON, form-urlencoded or multipart/form-data, each as the members of an object.

use lambda_http::http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};
use url::form_urlencoded;
use web::{Error, Request, multipart};

use super::errors::{fault, python_type};

/// Bytes of a body.
const MAX_BODY: usize = 2 * 1024 * 1024;

/// The member that is a list, and may be repeated in a form.
const LIST: &str = "tag_names";

/// The members of a body.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) values: Map<String, Value>,
    /// A form has texts alone, and says by absence that a box is not checked.
    pub(super) is_form: bool,
}

impl Members {
    /// Reads a body; without one it has no members.
    ///
    /// # Errors
    /// 400 where it is damaged or no object, 413, 415 for another type.
    pub(super) fn read(request: &Request) -> Result<Self, Error> {
        let body: &[u8] = request.body();
        if body.len() > MAX_BODY {
            return Err(Error::too_large("The body is larger than 2 MB."));
        }
        let header = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = header.unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media_type.as_str() {
            _ if body.is_empty() => Ok(Self { values: Map::new(), is_form: false }),
            "application/json" => Self::of_json(body),
            "application/x-www-form-urlencoded" => {
                Ok(Self::of_form(form_urlencoded::parse(body).map(|(n, v)| (n.into_owned(), v.into_owned()))))
            }
            _ if multipart::is_form(content_type) => {
                let parts = multipart::parts(content_type, body)
                    .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                    .map_err(|problem| damaged("Multipart form", problem.detail()))?;
                Ok(Self::of_form(
                    parts
                        .into_iter()
                        .map(|part| (part.name, String::from_utf8_lossy(part.content).into_owned())),
                ))
            }
            _ => Err(Error::unsupported(format!("Unsupported media type \"{media_type}\" in request."))),
        }
    }

    fn of_json(body: &[u8]) -> Result<Self, Error> {
        let value: Value =
            serde_json::from_slice(body).map_err(|problem| damaged("JSON", &problem.to_string()))?;
        match value {
            Value::Object(values) => Ok(Self { values, is_form: false }),
            Value::Null => Err(fault("non_field_errors", "No data provided")),
            _ => {
                let text = format!("Invalid data. Expected a dictionary, but got {}.", python_type(&value));
                Err(fault("non_field_errors", &text))
            }
        }
    }

    fn of_form(fields: impl Iterator<Item = (String, String)>) -> Self {
        let mut values = Map::new();
        for (name, text) in fields {
            if name == LIST || (name.starts_with(LIST) && name.get(LIST.len()..).is_some_and(is_index)) {
                if let Value::Array(items) = values.entry(LIST).or_insert_with(|| json!([])) {
                    items.push(Value::String(text));
                }
            } else {
                values.insert(name, Value::String(text));
            }
        }
        Self { values, is_form: true }
    }
}

fn damaged(form: &str, problem: &str) -> Error {
    Error::bad_request(format!("{form} parse error - {problem}"))
}

/// `[7]`, as Django REST framework reads it.
fn is_index(text: &str) -> bool {
    let index = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    index.is_some_and(|index| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::*;

    fn read(content_type: &str, body: &str) -> Result<Members, Error> {
        let mut request = Request::new(Body::from(body));
        request.headers_mut().insert(CONTENT_TYPE, content_type.parse().unwrap());
        Members::read(&request)
    }

    #[test]
    fn every_type_of_body_has_the_same_members() {
        let expected = json!({ "url": "https://a.example/", "tag_names": ["a b", "c"] });
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\n\
            https://a.example/\r\n--x\r\n\
            Content-Disposition: form-data; name=\"tag_names\"\r\n\r\na b\r\n--x\r\n\
            Content-Disposition: form-data; name=\"tag_names\"\r\n\r\nc\r\n--x--\r\n";
        for (content_type, body) in [
            ("application/json", expected.to_string().as_str()),
            ("application/json; charset=utf-8", &expected.to_string()),
            ("application/x-www-form-urlencoded", "url=https%3A%2F%2Fa.example%2F&tag_names=a+b&tag_names=c"),
            ("application/x-www-form-urlencoded", "url=https://a.example/&tag_names[0]=a+b&tag_names[1]=c"),
            ("multipart/form-data; boundary=x", multipart),
        ] {
            assert_eq!(Value::Object(read(content_type, body).unwrap().values), expected, "{content_type}");
        }
        assert!(read("", "").unwrap().values.is_empty());
    }

    #[test]
    fn other_bodies_are_refused() {
        for (content_type, body, status) in [
            ("application/json", "{", 400),
            ("application/json", "[]", 400),
            ("application/json", "null", 400),
            ("multipart/form-data", "x", 400),
            ("text/plain", "x", 415),
            ("", "x", 415),
        ] {
            assert_eq!(read(content_type, body).unwrap_err().status(), status, "{content_type} {body}");
        }
        assert_eq!(read("application/json", &" ".repeat(MAX_BODY + 1)).unwrap_err().status(), 413);
    }
}
