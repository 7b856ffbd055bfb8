//! `GET search/<id>`: one bookmark, with the fields whole that lists shorten.

use db::Row;
use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use store::Bookmark;
use store::scope::OWN;
use web::{Error, Response, json as answer};

/// Bytes of fields that are fetched. More would not fit into an answer however they are written.
const MAX_FETCHED: usize = 5_500_000;

/// Bytes that a bookmark may take on its way to Lambda, which refuses responses over 6 MiB. The rest is for
/// what stands around it.
const MAX_SENT: usize = 5_500_000;

/// A bookmark, as a list shows it and as it is stored.
#[derive(Debug)]
pub(crate) struct Whole {
    bookmark: Bookmark,
    project_id: Option<i32>,
    /// Its long fields; none where they are too long for an answer.
    fields: Option<Fields>,
}

#[derive(Debug)]
struct Fields {
    url: String,
    title: String,
    tags: Vec<Option<String>>,
    description: Option<String>,
}

impl Whole {
    /// The statement that finds it by its id, $1.
    pub(crate) fn statement() -> String {
        let fits = format!(
            "octet_length(b.url)::int8 + octet_length(b.title) + coalesce(octet_length(b.description), 0)
             + coalesce(octet_length(array_to_string(b.tags, '')), 0) <= {MAX_FETCHED}"
        );
        format!(
            "SELECT {}, b.project_id, {fits} AS fits,
                    CASE WHEN {fits} THEN b.url END AS url, CASE WHEN {fits} THEN b.title END AS title,
                    CASE WHEN {fits} THEN ARRAY(SELECT unnest(b.tags)) END AS tags,
                    CASE WHEN {fits} THEN b.description END AS description
             FROM bookmarks AS b WHERE b.{OWN} AND b.id = $1",
            Bookmark::columns()
        )
    }

    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
        let width = Bookmark::WIDTH;
        let fields = if row.try_get::<_, bool>(width + 1)? {
            Some(Fields {
                url: row.try_get(width + 2)?,
                title: row.try_get(width + 3)?,
                tags: row.try_get(width + 4)?,
                description: row.try_get(width + 5)?,
            })
        } else {
            None
        };
        Ok(Self { bookmark: Bookmark::from_row(row)?, project_id: row.try_get(width)?, fields })
    }

    /// The answer. Fields that no answer holds stay as a list shows them, and are named in `shortened`.
    pub(crate) fn response(self) -> Result<Response, Error> {
        let mut shown = serde_json::to_value(&self.bookmark).map_err(Error::internal)?;
        shown["project_id"] = json!(self.project_id);
        if let Some(fields) = self.fields {
            let mut whole = shown.clone();
            whole["url"] = json!(fields.url);
            whole["title"] = json!(fields.title);
            whole["tags"] = fields.tags.into_iter().flatten().map(Value::from).collect();
            whole["description"] = json!(fields.description);
            whole["shortened"] = json!([]);
            if sent_bytes(&whole) <= MAX_SENT {
                shown = whole;
            }
        }
        answer(StatusCode::OK, &shown)
    }
}

/// Returns the length of JSON within the JSON string in which a response's body travels to Lambda.
fn sent_bytes(value: &Value) -> usize {
    let text = value.to_string();
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}
