//! Makes, changes and deletes bookmarks.

use std::sync::Arc;

use db::{Connection, Param, Row};
use lambda_http::http::StatusCode;
use store::scope::OWN;
use store::{App, search_index};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{AfterResponse, Error, PathParams, Request, Response, budget_of, json};

use super::bookmark::Bookmark;
use super::errors::{fault, no_such};
use super::fields::{Fields, Kind};
use super::list::find;
use super::without::confirm;
use super::{no_content, number_of};
use crate::bookmark::NOW;
use crate::flight::{self, Statement};
use crate::trash::trash_statement;

/// The tags `$9` as they are spelt, and their rows in `tags` where they have none.
const SPELT: &str = "spelt AS MATERIALIZED (
         SELECT coalesce(array_agg(coalesce(t.name, given.name) ORDER BY given.nth), '{}')::varchar[] AS names
         FROM unnest($9::text[]) WITH ORDINALITY AS given (name, nth)
         LEFT JOIN tags AS t ON t.organization_id = current_organization() AND t.name_key = lower(given.name)
     ), noted AS (
         INSERT INTO tags (organization_id, name)
         SELECT current_organization(), given.name FROM unnest($9::text[]) AS given (name)
         WHERE NOT EXISTS (SELECT FROM tags AS t WHERE t.organization_id = current_organization()
                           AND t.name_key = lower(given.name))
         ORDER BY lower(given.name) COLLATE \"C\"
         ON CONFLICT DO NOTHING
     )";

/// `POST api/bookmarks/`: a new bookmark; or one that is there, whose title, description, notes, tags
/// and states become what is sent, or empty.
pub(super) async fn create(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let fields = match Fields::read(&request, Kind::Whole) {
        Ok(fields) => fields,
        Err(refusal) => return Err(confirm(&app, &request).await.err().unwrap_or(refusal)),
    };
    let edited = &fields.edited();
    let fields = &Fields {
        title: Some(fields.title.unwrap_or_default()),
        description: Some(fields.description.unwrap_or_default()),
        notes: Some(fields.notes.unwrap_or_default()),
        is_archived: Some(fields.is_archived.unwrap_or_default()),
        unread: Some(fields.unread.unwrap_or_default()),
        shared: Some(fields.shared.unwrap_or_default()),
        tag_names: Some(fields.tag_names.unwrap_or_default()),
        ..fields
    };
    let id = &Uuid::now_v7();
    // A bookmark of any project may have the address, as linkding knows no projects.
    let write = &format!(
        "WITH {SPELT}, there AS MATERIALIZED (
             SELECT b.id FROM bookmarks AS b
             WHERE b.{OWN} AND (b.id = ANY (ARRAY(SELECT bookmarks_of_url($2)))
                                OR b.project_id IS NULL AND b.url_key = $12)
             ORDER BY b.number LIMIT 1 FOR UPDATE
         ), changed AS (
             UPDATE bookmarks AS b
             SET title = $3, description = nullif($4, ''), notes = nullif($5, ''), unread = $7, shared = $8,
                 tags = nullif(spelt.names, '{{}}'), updated_at = {NOW},
                 edited = ARRAY(SELECT DISTINCT unnest(
                     b.edited || '{{title,description,notes,unread,tags}}'::text[]))
             FROM there, spelt WHERE b.{OWN} AND b.id = there.id
             RETURNING b.*
         ), made AS (
             INSERT INTO bookmarks (organization_id, id, url, url_key, domain, title, description, notes,
                                    is_archived, unread, shared, tags, add_date, updated_at, edited)
             SELECT current_organization(), $1, $2, $12, $13, $3, nullif($4, ''), nullif($5, ''), $6, $7, $8,
                    nullif(spelt.names, '{{}}'), coalesce($10, now()), coalesce($11, now()), $14
             FROM spelt WHERE NOT EXISTS (SELECT FROM there)
             RETURNING *
         )
         SELECT {} FROM (SELECT * FROM changed UNION ALL SELECT * FROM made) AS b",
        Bookmark::columns()
    );
    let lock = &flight::lock("SELECT NULL::integer AS project_id");
    let create = |connection: Connection| async move {
        let params = params((id, Type::UUID), fields, edited);
        let statements: [Statement<'_>; 2] = [(lock, &[]), (write, &params)];
        Ok(last(flight::transaction(connection, &statements).await?))
    };
    let row = written(&app, &request, create).await?.ok_or_else(|| Error::internal("nothing was written"))?;
    json(StatusCode::CREATED, &Bookmark::from_row(&row, 0)?)
}

/// `PUT api/bookmarks/ID/`: as PATCH, with the address.
pub(super) async fn replace(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    change(&app, &request, number_of(&params)?, Kind::Whole).await
}

/// `PATCH api/bookmarks/ID/`: what is sent changes.
pub(super) async fn update(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    change(&app, &request, number_of(&params)?, Kind::Part).await
}

async fn change(app: &Arc<App>, request: &Request, number: i64, kind: Kind) -> Result<Response, Error> {
    let fields = &match Fields::read(request, kind) {
        Ok(fields) => fields,
        Err(refusal) => return Err(find(app, request, number).await.err().unwrap_or(refusal)),
    };
    let edited = &fields.edited();
    let has_address = fields.address.is_some();
    // linkding refuses an address that another bookmark has to the letter, and a project has each once.
    let write = &format!(
        "WITH {SPELT}, found AS MATERIALIZED (
             SELECT b.id, b.project_id, b.url_key, $2::text IS NOT NULL AND EXISTS (
                 SELECT FROM bookmarks AS o
                 WHERE o.{OWN} AND o.id <> b.id AND o.id = ANY (ARRAY(SELECT bookmarks_of_url($2)))
                   AND o.url = $2
                 UNION ALL
                 SELECT FROM bookmarks AS o
                 WHERE o.{OWN} AND o.id <> b.id AND o.project_id IS NOT DISTINCT FROM b.project_id
                   AND o.url_key = $12) AS is_taken
             FROM bookmarks AS b WHERE b.{OWN} AND b.number = $1
             FOR UPDATE
         ), changed AS (
             UPDATE bookmarks AS b
             SET url = coalesce($2, b.url), url_key = coalesce($12, b.url_key),
                 domain = CASE WHEN $2 IS NULL THEN b.domain ELSE $13 END,
                 title = coalesce($3, b.title),
                 description = CASE WHEN $4 IS NULL THEN b.description ELSE nullif($4, '') END,
                 notes = CASE WHEN $5 IS NULL THEN b.notes ELSE nullif($5, '') END,
                 is_archived = coalesce($6, b.is_archived), unread = coalesce($7, b.unread),
                 shared = coalesce($8, b.shared),
                 tags = CASE WHEN $9 IS NULL THEN b.tags ELSE nullif(spelt.names, '{{}}') END,
                 add_date = coalesce($10, b.add_date), updated_at = {NOW},
                 edited = ARRAY(SELECT DISTINCT unnest(b.edited || $14))
             FROM found, spelt WHERE b.{OWN} AND b.id = found.id AND NOT is_taken
             RETURNING b.*
         ), renamed AS (
             UPDATE import_entries AS e SET url_key = $12
             FROM found AS f, import_jobs AS j
             WHERE NOT f.is_taken AND f.url_key <> $12
               AND e.{OWN} AND e.url_key = f.url_key AND e.outcome = 'merged'
               AND j.id = e.import_job_id AND j.project_id IS NOT DISTINCT FROM f.project_id
         )
         SELECT found.is_taken, {} FROM found LEFT JOIN changed AS b ON true",
        Bookmark::columns()
    );
    let lock = &flight::lock(&format!("SELECT project_id FROM bookmarks WHERE {OWN} AND number = $1"));
    let change = |connection: Connection| async move {
        let params = params((&number, Type::INT8), fields, edited);
        let mut statements: Vec<Statement<'_>> = vec![(write, &params)];
        if has_address {
            statements.insert(0, (lock, &params[..1]));
        }
        Ok(last(flight::transaction(connection, &statements).await?))
    };
    let row = written(app, request, change).await?.ok_or_else(|| no_such("Bookmark"))?;
    if row.try_get(0)? {
        return Err(fault("url", "A bookmark with this URL already exists."));
    }
    json(StatusCode::OK, &Bookmark::from_row(&row, 1)?)
}

/// `DELETE api/bookmarks/ID/`: moves it to the trash.
pub(super) async fn delete(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let number = number_of(&params)?;
    let lock = &flight::lock(&format!("SELECT project_id FROM bookmarks WHERE {OWN} AND number = $1"));
    let trash = &trash_statement("number = $1");
    let delete = |connection: Connection| async move {
        let params: [Param<'_>; 1] = [(&number, Type::INT8)];
        let statements: [Statement<'_>; 2] = [(lock, &params), (trash, &params)];
        let row = last(flight::transaction(connection, &statements).await?);
        Ok(row.map(|row| row.try_get::<_, i64>(0)).transpose()?)
    };
    // A first attempt whose answer was lost may have deleted it.
    match written(&app, &request, delete).await? {
        Some(1..) => Ok(no_content()),
        _ if budget_of(&request).cost().retries > 0 => Ok(no_content()),
        _ => Err(no_such("Bookmark")),
    }
}

/// `POST api/bookmarks/ID/archive/`.
pub(super) async fn archive(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    put_away(&app, &request, number_of(&params)?, true).await
}

/// `POST api/bookmarks/ID/unarchive/`.
pub(super) async fn unarchive(
    app: Arc<App>,
    request: Request,
    params: PathParams,
) -> Result<Response, Error> {
    put_away(&app, &request, number_of(&params)?, false).await
}

async fn put_away(app: &Arc<App>, request: &Request, number: i64, away: bool) -> Result<Response, Error> {
    let sql = &format!(
        "UPDATE bookmarks AS b
         SET is_archived = $2, updated_at = {NOW},
             edited = ARRAY(SELECT DISTINCT unnest(b.edited || '{{is_archived}}'::text[]))
         WHERE b.{OWN} AND b.number = $1 RETURNING 1"
    );
    let change = |connection: Connection| async move {
        Ok(connection.query_opt(sql, &[(&number, Type::INT8), (&away, Type::BOOL)]).await?)
    };
    written(app, request, change).await?.ok_or_else(|| no_such("Bookmark"))?;
    Ok(no_content())
}

/// Writes, and brings the index of the search up to date after the response.
async fn written<T, F>(app: &Arc<App>, request: &Request, work: impl Fn(Connection) -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let claims = app.claims(request);
    let outcome = app.write_idempotent(claims.clone(), &budget_of(request), work).await?;
    search_index::catch_up_after_response(app, claims, &AfterResponse::from_request(request));
    Ok(outcome)
}

/// The parameters of [`create`] and [`change`], `$1` to `$14`.
fn params<'a>(first: Param<'a>, fields: &'a Fields, edited: &'a Vec<&'static str>) -> Vec<Param<'a>> {
    const NONE: &Option<String> = &None;
    const NO_KEY: &Option<Uuid> = &None;
    let address = fields.address.as_ref();
    vec![
        first,
        (address.map_or(NONE as _, |address| &address.url as _), Type::TEXT),
        (&fields.title, Type::TEXT),
        (&fields.description, Type::TEXT),
        (&fields.notes, Type::TEXT),
        (&fields.is_archived, Type::BOOL),
        (&fields.unread, Type::BOOL),
        (&fields.shared, Type::BOOL),
        (&fields.tag_names, Type::TEXT_ARRAY),
        (&fields.date_added, Type::TIMESTAMPTZ),
        (&fields.date_modified, Type::TIMESTAMPTZ),
        (address.map_or(NO_KEY as _, |address| &address.key as _), Type::UUID),
        (address.map_or(NONE as _, |address| &address.domain as _), Type::VARCHAR),
        (edited, Type::TEXT_ARRAY),
    ]
}

/// The row of the last statement of a flight.
fn last(rows: Vec<Vec<Row>>) -> Option<Row> {
    rows.into_iter().next_back()?.into_iter().next()
}
