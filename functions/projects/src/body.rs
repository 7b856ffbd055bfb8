//! The bodies of requests: what a project is to be.

use lambda_http::Body;
use serde::{Deserialize, Deserializer};
use web::Error;

/// Bytes of a body; the longest description in JSON's escapes takes a sixth of it.
const MAX_BODY: usize = 64 * 1024;

/// Characters of a name, as many as the column holds.
const MAX_NAME: usize = 255;

/// Characters of a description.
const MAX_DESCRIPTION: usize = 2_000;

/// The body of `POST projects/`.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProject {
    /// From 1 to [`MAX_NAME`] characters.
    pub(crate) name: String,
    /// At most [`MAX_DESCRIPTION`] characters.
    #[serde(default)]
    pub(crate) description: Option<String>,
}

/// The body of `PATCH projects/<id>`. What is left out stays as it is.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Changes {
    pub(crate) name: Option<String>,
    /// The outer one is none where the body has no such member, the inner one where that is null.
    #[serde(deserialize_with = "present")]
    pub(crate) description: Option<Option<String>>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl NewProject {
    /// Reads a request's body.
    ///
    /// # Errors
    /// 400 where it is not the JSON that is asked for, 413, 422 where a value is not allowed.
    pub(crate) fn read(body: &Body) -> Result<Self, Error> {
        let mut project: Self = parse(body, "{\"name\": text, \"description\": text or null}")?;
        project.name = name(&project.name)?;
        check_description(project.description.as_deref())?;
        Ok(project)
    }
}

impl Changes {
    /// Reads a request's body.
    ///
    /// # Errors
    /// Those of [`NewProject::read`].
    pub(crate) fn read(body: &Body) -> Result<Self, Error> {
        let shape = "{\"name\": text, \"description\": text or null}, of which one may be left out";
        let mut changes: Self = parse(body, shape)?;
        if changes == Self::default() {
            return Err(Error::bad_request(format!("The body must be JSON: {shape}.")));
        }
        changes.name = changes.name.as_deref().map(name).transpose()?;
        check_description(changes.description.iter().flatten().next().map(String::as_str))?;
        Ok(changes)
    }
}

fn parse<T: for<'de> Deserialize<'de>>(body: &Body, shape: &str) -> Result<T, Error> {
    let body: &[u8] = body;
    if body.len() > MAX_BODY {
        return Err(Error::too_large("The body is larger than 64 kB."));
    }
    serde_json::from_slice(body).map_err(|problem| {
        Error::bad_request(format!("The body must be JSON: {shape}.")).with_source(problem)
    })
}

/// A name without blanks around it.
fn name(text: &str) -> Result<String, Error> {
    let name = text.trim();
    if !(1..=MAX_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        let detail = "name must have from 1 to 255 characters, and no control characters.";
        return Err(Error::unprocessable(detail));
    }
    Ok(name.to_owned())
}

/// Postgres stores no NUL.
fn check_description(text: Option<&str>) -> Result<(), Error> {
    match text {
        Some(text) if text.chars().count() > MAX_DESCRIPTION || text.contains('\0') => {
            Err(Error::unprocessable("description must have at most 2000 characters, and no NUL."))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status<T>(read: Result<T, Error>) -> u16 {
        read.map_or_else(|error| error.status().as_u16(), |_| 200)
    }

    #[test]
    fn a_name_has_bounds_and_loses_the_blanks_around_it() {
        let read = |body: &str| NewProject::read(&Body::from(body));
        assert_eq!(read(r#"{"name": " a b "}"#).unwrap().name, "a b");
        for (name, expected) in [
            ("", 422),
            (" ", 422),
            ("a\\nb", 422),
            ("\\u0000", 422),
            (&"é".repeat(255), 200),
            (&"é".repeat(256), 422),
        ] {
            assert_eq!(status(read(&format!("{{\"name\": \"{name}\"}}"))), expected, "{name}");
        }
        for body in
            ["", "[]", "{}", "null", r#"{"name": 1}"#, r#"{"name": "a", "id": 1}"#, r#"{"name": null}"#]
        {
            assert_eq!(status(read(body)), 400, "{body}");
        }
        assert_eq!(status(read(&" ".repeat(MAX_BODY + 1))), 413);
    }

    #[test]
    fn a_description_has_bounds_and_keeps_its_lines() {
        let of = |text: &str| {
            status(NewProject::read(&Body::from(format!(r#"{{"name": "a", "description": {text}}}"#))))
        };
        assert_eq!(of("null"), 200);
        assert_eq!(of(r#""two\nlines""#), 200);
        assert_eq!(of(&format!("\"{}\"", "é".repeat(2_000))), 200);
        assert_eq!(of(&format!("\"{}\"", "é".repeat(2_001))), 422);
        assert_eq!(of(r#""\u0000""#), 422);
    }

    #[test]
    fn a_change_tells_null_from_nothing() {
        let read = |body: &str| Changes::read(&Body::from(body));
        let cleared = read(r#"{"description": null}"#).unwrap();
        assert_eq!((cleared.name, cleared.description), (None, Some(None)));
        let named = read(r#"{"name": "b"}"#).unwrap();
        assert_eq!((named.name.as_deref(), named.description), (Some("b"), None));
        for body in ["{}", "null", r#"{"title": "b"}"#, r#"{"name": null}"#] {
            assert_eq!(status(read(body)), 400, "{body}");
        }
        assert_eq!(status(read(r#"{"name": ""}"#)), 422);
    }
}
