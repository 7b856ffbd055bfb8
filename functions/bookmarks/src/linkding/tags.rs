//! The tags. They are texts in bookmarks; here each has a number, which it gets when it is first listed or
//! given, and keeps.

use std::sync::Arc;

use db::{Connection, Param, Row, Timestamptz};
use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use store::scope::{OWN, WITHOUT_INDEX_SCANS};
use store::{App, search_index};
use tokio_postgres::types::Type;
use web::{AfterResponse, Error, PathParams, Request, Response, budget_of, json};

use super::body::Members;
use super::dates::written;
use super::errors::{fault, no_such};
use super::paging::{Page, Params};
use super::without::confirm;
use super::{no_content, number_of, tag_names};
use crate::bookmark::NOW;
use crate::flight;

#[derive(Serialize)]
struct Tag {
    id: i64,
    name: String,
    date_added: String,
}

impl Tag {
    /// From a row that has id, name and date from `first` on.
    fn from_row(row: &Row, first: usize) -> Result<Self, db::Error> {
        let date_added: Timestamptz = row.try_get(first + 2)?;
        Ok(Self { id: row.try_get(first)?, name: row.try_get(first + 1)?, date_added: written(date_added) })
    }
}

/// `GET api/tags/`: those of bookmarks, and those that a person made here, by their numbers. A name that is
/// longer than an index holds is none.
pub(super) async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let page = Page::read(&request, &Params::read(&request));
    let (rows, offset) = (&page.rows(), &page.offset);
    let sql = &format!(
        "WITH used AS MATERIALIZED (
             SELECT lower(name) AS key, min(name) AS name
             FROM (
                 -- Names are few beside the bookmarks that have them.
                 SELECT tag AS name FROM bookmarks AS b, unnest(b.tags) AS tag
                 WHERE b.{OWN} AND octet_length(tag) BETWEEN 1 AND 1000 GROUP BY tag
             ) AS names
             GROUP BY lower(name)
         ), made AS (
             INSERT INTO tags (organization_id, name)
             SELECT current_organization(), name FROM used
             WHERE key NOT IN (SELECT name_key FROM tags WHERE {OWN})
             ORDER BY key
             ON CONFLICT DO NOTHING
             RETURNING id, name, created_at
         ), listed AS MATERIALIZED (
             SELECT id, name, created_at FROM tags
             WHERE {OWN} AND (is_kept OR name_key IN (SELECT key FROM used))
             UNION ALL SELECT id, name, created_at FROM made
         )
         SELECT total.count, page.id, page.name, page.created_at
         FROM (SELECT count(*) AS count FROM listed) AS total
         LEFT JOIN (SELECT * FROM listed ORDER BY id LIMIT $1 OFFSET $2) AS page ON true
         ORDER BY page.id"
    );
    let find = |connection: Connection| async move {
        let params: [Param<'_>; 2] = [(rows, Type::INT8), (offset, Type::INT8)];
        let statements = [(WITHOUT_INDEX_SCANS, &[][..]), (sql, &params[..])];
        Ok(flight::transaction(connection, &statements).await?.pop().unwrap_or_default())
    };
    // It may write, and a second attempt writes nothing more.
    let rows = app.write_idempotent(app.claims(&request), &budget_of(&request), find).await?;
    let (mut count, mut tags) = (0, Vec::with_capacity(rows.len()));
    for row in &rows {
        count = row.try_get(0)?;
        if row.try_get::<_, Option<i64>>(1)?.is_some() {
            tags.push(Tag::from_row(row, 1)?);
        }
    }
    json(StatusCode::OK, &page.answer(&tags, count)?)
}

/// `GET api/tags/ID/`.
pub(super) async fn one(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = number_of(&params)?;
    let sql = &format!("SELECT id, name, created_at FROM tags WHERE {OWN} AND id = $1");
    let find =
        |connection: Connection| async move { Ok(connection.query_opt(sql, &[(&id, Type::INT8)]).await?) };
    let row = app.read(app.claims(&request), &budget_of(&request), find).await?;
    json(StatusCode::OK, &Tag::from_row(&row.ok_or_else(|| no_such("Tag"))?, 0)?)
}

/// `POST api/tags/`: a tag; the one that has the name, in whatever case, where there is one.
pub(super) async fn create(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let name = &match Members::read(&request).and_then(|members| name(&members)) {
        Ok(name) => name,
        Err(refusal) => return Err(confirm(&app, &request).await.err().unwrap_or(refusal)),
    };
    let sql = "INSERT INTO tags (organization_id, name, is_kept) VALUES (current_organization(), $1, true)
         ON CONFLICT (organization_id, name_key) DO UPDATE SET is_kept = true
         RETURNING id, name, created_at";
    let make =
        |connection: Connection| async move { Ok(connection.query_one(sql, &[(name, Type::TEXT)]).await?) };
    let row = app.write_idempotent(app.claims(&request), &budget_of(&request), make).await?;
    json(StatusCode::CREATED, &Tag::from_row(&row, 0)?)
}

fn name(members: &Members) -> Result<String, Error> {
    let name = match members.values.get("name") {
        None => return Err(fault("name", "This field is required.")),
        Some(Value::Null) => return Err(fault("name", "This field may not be null.")),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => return Err(fault("name", "Not a valid string.")),
    };
    if name.is_empty() {
        return Err(fault("name", "This field may not be blank."));
    }
    if name.contains('\0') {
        return Err(fault("name", "Null characters are not allowed."));
    }
    if name.chars().nth(tag_names::MAX_LENGTH).is_some() {
        return Err(fault("name", "Ensure this field has no more than 64 characters."));
    }
    Ok(name)
}

/// `DELETE api/tags/ID/`: no bookmark has it any longer.
pub(super) async fn delete(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = number_of(&params)?;
    let sql = &format!(
        "WITH gone AS (
             DELETE FROM tags WHERE {OWN} AND id = $1 RETURNING name_key
         ), changed AS (
             UPDATE bookmarks AS b
             SET tags = nullif(ARRAY(
                     SELECT tag FROM unnest(b.tags) WITH ORDINALITY AS t (tag, nth)
                     WHERE lower(tag) <> gone.name_key ORDER BY nth), '{{}}'),
                 edited = ARRAY(SELECT DISTINCT unnest(b.edited || '{{tags}}'::text[])), updated_at = {NOW}
             FROM gone
             WHERE b.{OWN} AND EXISTS (SELECT FROM unnest(b.tags) AS tag WHERE lower(tag) = gone.name_key)
         )
         SELECT FROM gone"
    );
    let remove = |connection: Connection| async move {
        let params: [Param<'_>; 1] = [(&id, Type::INT8)];
        Ok(connection.query_opt(sql, &params).await?)
    };
    let (claims, budget) = (app.claims(&request), budget_of(&request));
    let gone = app.write_idempotent(claims.clone(), &budget, remove).await?;
    if gone.is_none() && budget.cost().retries == 0 {
        return Err(no_such("Tag"));
    }
    search_index::catch_up_after_response(&app, claims, &AfterResponse::from_request(&request));
    Ok(no_content())
}
