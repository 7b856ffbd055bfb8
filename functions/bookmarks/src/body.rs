//! The bodies of requests: what a bookmark is to be.

use db::Param;
use lambda_http::Body;
use serde::{Deserialize, Deserializer};
use store::address;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio_postgres::types::Type;
use url::Url;
use uuid::Uuid;
use web::Error;

/// Bytes of a body.
const MAX_BODY: usize = 2 * 1024 * 1024;

/// Characters of a URL, a title, a description and notes.
const MAX_URL: usize = 65_536;
const MAX_TITLE: usize = 4_096;
const MAX_TEXT: usize = 200_000;

/// Tags of a bookmark, and characters of one.
const MAX_TAGS: usize = 1_000;
const MAX_TAG: usize = 255;

/// Folders on a path, and characters of a name.
const MAX_DEPTH: usize = 100;
const MAX_NAME: usize = 1_024;

/// An address as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) url: String,
    pub(crate) key: Uuid,
    pub(crate) domain: Option<String>,
}

/// The fields of a bookmark that a person sets. Those that are none were not sent.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) address: Option<Address>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<Option<String>>,
    pub(crate) notes: Option<Option<String>>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) suggested_tags: Option<Vec<String>>,
    /// The names from the root.
    pub(crate) folder_path: Option<Vec<String>>,
    pub(crate) unread: Option<bool>,
    pub(crate) is_archived: Option<bool>,
    pub(crate) add_date: Option<Option<OffsetDateTime>>,
    pub(crate) project_id: Option<i32>,
}

/// A column, its value as an expression of SQL, and the parameter in it.
pub(crate) struct Assignment<'a> {
    pub(crate) column: &'static str,
    pub(crate) value: String,
    pub(crate) param: Param<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Sent {
    url: Option<String>,
    #[serde(deserialize_with = "present")]
    title: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    description: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    notes: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    tags: Option<Option<Vec<String>>>,
    suggested_tags: Option<Vec<String>>,
    #[serde(deserialize_with = "present")]
    folder_path: Option<Option<FolderPath>>,
    unread: Option<bool>,
    is_archived: Option<bool>,
    #[serde(deserialize_with = "present")]
    add_date: Option<Option<String>>,
    project_id: Option<i32>,
}

/// A folder: the names from the root, or one text that joins them by `/`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum FolderPath {
    Names(Vec<String>),
    Joined(String),
}

fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Fields {
    /// Reads the body of `POST bookmarks/`.
    ///
    /// # Errors
    /// 400 where it is not the JSON that is asked for, 413, 422 where a value is not allowed.
    pub(crate) fn read(body: &Body) -> Result<Self, Error> {
        let shape = "{\"url\": text, \"title\"?, \"description\"?, \"notes\"?: text, \"tags\"?: [text], \
                     \"folder_path\"?: [text], \"project_id\"?: number, \"unread\"?, \"is_archived\"?: \
                     boolean, \"add_date\"?: time}";
        let sent: Sent = parse(body, shape)?;
        if sent.url.is_none() {
            return Err(Error::bad_request(format!("The body must be JSON: {shape}.")));
        }
        sent.checked()
    }

    /// Reads the body of `PATCH bookmarks/<id>`.
    ///
    /// # Errors
    /// Those of [`Fields::read`].
    pub(crate) fn changes(body: &Body) -> Result<Self, Error> {
        let shape = "{\"url\"?, \"title\"?, \"description\"?, \"notes\"?: text, \"tags\"?, \
                     \"suggested_tags\"?: [text], \"folder_path\"?: [text], \"unread\"?, \"is_archived\"?: \
                     boolean, \"add_date\"?: time}, of which one must be there";
        let sent: Sent = parse(body, shape)?;
        let fields = if sent.project_id.is_none() { sent.checked()? } else { Self::default() };
        if fields.address.is_none() && fields.assignments("NULL", 1).is_empty() {
            return Err(Error::bad_request(format!("The body must be JSON: {shape}.")));
        }
        Ok(fields)
    }

    /// The columns beside the address that were sent. `project` is an expression of the bookmark's project,
    /// and parameters are numbered from `first`.
    pub(crate) fn assignments(&self, project: &str, first: usize) -> Vec<Assignment<'_>> {
        let sent: [(&'static str, Option<Param<'_>>); 9] = [
            ("title", self.title.as_ref().map(|title| (title as _, Type::TEXT))),
            ("description", self.description.as_ref().map(|text| (text as _, Type::TEXT))),
            ("notes", self.notes.as_ref().map(|text| (text as _, Type::TEXT))),
            ("tags", self.tags.as_ref().map(|tags| (tags as _, Type::VARCHAR_ARRAY))),
            ("suggested_tags", self.suggested_tags.as_ref().map(|tags| (tags as _, Type::TEXT_ARRAY))),
            ("folder_id", self.folder_path.as_ref().map(|path| (path as _, Type::TEXT_ARRAY))),
            ("unread", self.unread.as_ref().map(|state| (state as _, Type::BOOL))),
            ("is_archived", self.is_archived.as_ref().map(|state| (state as _, Type::BOOL))),
            ("add_date", self.add_date.as_ref().map(|date| (date as _, Type::TIMESTAMPTZ))),
        ];
        let sent = sent.into_iter().filter_map(|(column, param)| Some((column, param?)));
        sent.zip(first..)
            .map(|((column, param), number)| {
                let value = match column {
                    "folder_id" => format!("make_folders({project}, ${number})"),
                    "tags" => format!("nullif(${number}, '{{}}')"),
                    _ => format!("${number}"),
                };
                Assignment { column, value, param }
            })
            .collect()
    }
}

/// The columns that a person has set, for `bookmarks.edited`.
pub(crate) fn edited(assignments: &[Assignment<'_>]) -> Vec<&'static str> {
    assignments.iter().map(|a| a.column).filter(|column| *column != "suggested_tags").collect()
}

impl Sent {
    fn checked(self) -> Result<Fields, Error> {
        let blank = |text: Option<String>| text.filter(|text| !text.is_empty());
        let long = |name, text: Option<Option<String>>| match text {
            Some(text) => {
                check(name, text.as_deref().unwrap_or_default(), MAX_TEXT)?;
                Ok::<_, Error>(Some(blank(text)))
            }
            None => Ok(None),
        };
        let title = self.title.map(Option::unwrap_or_default);
        check("title", title.as_deref().unwrap_or_default(), MAX_TITLE)?;
        let add_date = match self.add_date {
            Some(Some(text)) => Some(Some(OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| {
                Error::unprocessable("add_date must be a time of RFC 3339, such as 2026-01-31T12:00:00Z.")
            })?)),
            Some(None) => Some(None),
            None => None,
        };
        Ok(Fields {
            address: self.url.as_deref().map(parse_address).transpose()?,
            title: title.map(|title| title.trim().to_owned()),
            description: long("description", self.description)?,
            notes: long("notes", self.notes)?,
            tags: self.tags.map(|tags| checked_tags(tags.unwrap_or_default())).transpose()?,
            suggested_tags: self.suggested_tags.map(checked_tags).transpose()?,
            folder_path: self
                .folder_path
                .map(|path| path.map_or(Ok(vec![]), FolderPath::names))
                .transpose()?,
            unread: self.unread,
            is_archived: self.is_archived,
            add_date,
            project_id: self.project_id,
        })
    }
}

impl FolderPath {
    /// The names from the root.
    ///
    /// # Errors
    /// 422 for a name that is empty or too long, and for too many.
    pub(crate) fn names(self) -> Result<Vec<String>, Error> {
        let names: Vec<String> = match self {
            Self::Names(names) => names,
            Self::Joined(path) => {
                path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect()
            }
        };
        for name in &names {
            check("a name of a folder", name, MAX_NAME)?;
        }
        if names.iter().any(String::is_empty) || names.len() > MAX_DEPTH {
            return Err(Error::unprocessable("A path has at most 100 names of folders, and none is empty."));
        }
        Ok(names)
    }
}

/// Reads JSON. `shape` is what it must be.
///
/// # Errors
/// 400, 413.
pub(crate) fn parse<T: for<'de> Deserialize<'de>>(body: &Body, shape: &str) -> Result<T, Error> {
    let body: &[u8] = body;
    if body.len() > MAX_BODY {
        return Err(Error::too_large("The body is larger than 2 MB."));
    }
    serde_json::from_slice(body).map_err(|problem| {
        Error::bad_request(format!("The body must be JSON: {shape}.")).with_source(problem)
    })
}

/// Tags without blanks around them, each once.
///
/// # Errors
/// 422 where they are too many, or one is too long.
pub(crate) fn checked_tags(sent: Vec<String>) -> Result<Vec<String>, Error> {
    let mut tags: Vec<String> = Vec::new();
    for tag in sent {
        let tag = tag.trim();
        check("a tag", tag, MAX_TAG)?;
        if !tag.is_empty() && !tags.iter().any(|before| before == tag) {
            tags.push(tag.to_owned());
        }
        if tags.len() > MAX_TAGS {
            return Err(Error::unprocessable("A bookmark has at most 1000 tags."));
        }
    }
    Ok(tags)
}

fn parse_address(text: &str) -> Result<Address, Error> {
    let text = text.trim();
    check("url", text, MAX_URL)?;
    let url = Url::parse(text)
        .map_err(|problem| Error::unprocessable(format!("url must be an absolute address: {problem}.")))?;
    Ok(Address { url: text.to_owned(), key: address::key(&url), domain: address::domain(&url) })
}

/// Postgres stores no NUL.
fn check(name: &str, text: &str, most: usize) -> Result<(), Error> {
    if text.contains('\0') || text.chars().nth(most).is_some() {
        let detail = format!("{name} must have at most {most} characters, and no NUL.");
        return Err(Error::unprocessable(detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status<T>(read: Result<T, Error>) -> u16 {
        read.map_or_else(|error| error.status().as_u16(), |_| 200)
    }

    #[test]
    fn a_bookmark_needs_an_absolute_address_and_texts_have_bounds() {
        let read = |body: &str| status(Fields::read(&Body::from(body)));
        assert_eq!(read(r#"{"url": "https://a.example/", "title": null, "tags": null}"#), 200);
        for body in ["", "{}", "[]", "null", r#"{"url": null}"#, r#"{"url": "https://a/", "id": 1}"#] {
            assert_eq!(read(body), 400, "{body}");
        }
        for url in ["", "/x", "a.example", "http://[", "\\u0000"] {
            assert_eq!(read(&format!(r#"{{"url": "{url}"}}"#)), 422, "{url}");
        }
        let with = |member: &str| read(&format!(r#"{{"url": "https://a/", {member}}}"#));
        for (member, expected) in [
            (r#""add_date": "2026-01-31T12:00:00Z""#, 200),
            (r#""add_date": "yesterday""#, 422),
            (r#""tags": ["a", " a ", ""]"#, 200),
            (r#""tags": "a""#, 400),
            (r#""unread": null"#, 200),
            (r#""unread": "yes""#, 400),
            (r#""folder_path": ["a", "b/c"]"#, 200),
            (r#""folder_path": "a/b""#, 200),
            (r#""folder_path": [""]"#, 422),
            (r#""title": "\u0000""#, 422),
        ] {
            assert_eq!(with(member), expected, "{member}");
        }
        assert_eq!(with(&format!(r#""tags": ["{}"]"#, "x".repeat(256))), 422);
        for (member, bound) in [("title", 4_096), ("description", 200_000), ("notes", 200_000)] {
            let of = |length: usize| with(&format!(r#""{member}": "{}""#, "é".repeat(length)));
            assert_eq!((of(bound), of(bound + 1)), (200, 422), "{member}");
        }
        let long = |url: usize| read(&format!(r#"{{"url": "https://a/{}"}}"#, "x".repeat(url - 10)));
        assert_eq!((long(65_536), long(65_537)), (200, 422));
        let path = |depth: usize, name: usize| {
            with(&format!(r#""folder_path": {:?}"#, vec!["x".repeat(name); depth]))
        };
        assert_eq!((path(100, 1_024), path(101, 1), path(1, 1_025)), (200, 422, 422));
        assert_eq!(read(&" ".repeat(MAX_BODY + 1)), 413);
    }

    #[test]
    fn a_change_tells_null_from_nothing() {
        let fields = Fields::changes(&Body::from(r#"{"notes": null, "tags": ["b", "a", "b"]}"#)).unwrap();
        assert_eq!((fields.notes, fields.description), (Some(None), None));
        assert_eq!(fields.tags.unwrap(), ["b", "a"]);
        for body in ["{}", r#"{"project_id": 7, "title": "a"}"#, r#"{"unread": null}"#] {
            assert_eq!(status(Fields::changes(&Body::from(body))), 400, "{body}");
        }
    }

    #[test]
    fn a_path_is_a_list_of_names_or_a_text() {
        let path = |body: &str| Fields::changes(&Body::from(body)).unwrap().folder_path.unwrap();
        assert_eq!(path(r#"{"folder_path": "/a/b/"}"#), ["a", "b"]);
        assert_eq!(path(r#"{"folder_path": ["a/b", "c"]}"#), ["a/b", "c"]);
        for root in [r#"{"folder_path": null}"#, r#"{"folder_path": []}"#, r#"{"folder_path": ""}"#] {
            assert!(path(root).is_empty(), "{root}");
        }
    }
}
