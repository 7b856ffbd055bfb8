//! The trash: `DELETE bookmarks/<id>` moves a bookmark there, and from there it is restored whole.

use std::sync::Arc;

use db::{Connection, Param, Row, Timestamptz};
use lambda_http::Body;
use lambda_http::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use store::folder_paths::{self, SHOWN};
use store::scope::{IN_INDEX_ORDER, OWN};
use store::search::BookmarkRow;
use store::{App, search_index};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{
    AfterResponse, Error, PageRequest, PathParams, Query, Request, Response, budget_of, if_match,
    json as answer, with_etag,
};

use crate::bookmark::{Bookmark, ETAG};
use crate::{NO_BOOKMARK, flight, id_of, stale};

/// The statement that moves bookmarks of the caller's organization to the trash, those of a condition on
/// `bookmarks`. It returns their number.
pub(crate) fn trash_statement(which: &str) -> String {
    include_str!("trash.sql").replace("{which}", which)
}

const RESTORE_FOLDERS: &str = include_str!("restore_folders.sql");
const RESTORE: &str = include_str!("restore.sql");

const NOT_IN_TRASH: &str = "There is no bookmark of this id in the trash.";

/// `DELETE bookmarks/<id>`.
pub(crate) async fn delete(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    Query::read(&request, &[])?;
    let seen = &if_match(&request);
    let (claims, budget) = (app.claims(&request), budget_of(&request));
    let lock = &flight::lock(&format!("SELECT project_id FROM bookmarks WHERE {OWN} AND id = $1"));
    let find = &format!(
        "SELECT $2::text[] IS NULL OR {ETAG} = ANY ($2) FROM bookmarks AS b WHERE b.{OWN} AND b.id = $1
         FOR UPDATE"
    );
    // Those of the version that was seen: the statement before has locked it.
    let etag = ETAG.replace("b.", "bookmarks.");
    let trash = &trash_statement(&format!("id = $1 AND ($2::text[] IS NULL OR {etag} = ANY ($2))"));
    let delete = |connection: Connection| async move {
        let params: [Param<'_>; 2] = [(&id, Type::UUID), (seen, Type::TEXT_ARRAY)];
        let statements = [(&**lock, &params[..1]), (&**find, &params[..]), (&**trash, &params[..])];
        let rows = flight::transaction(connection, &statements).await?;
        let is_seen = rows.get(1).and_then(|rows| rows.first()).map(|row| row.try_get::<_, bool>(0));
        Ok(is_seen.transpose()?)
    };
    match app.write_idempotent(claims.clone(), &budget, delete).await? {
        Some(true) => {
            search_index::catch_up_after_response(&app, claims, &AfterResponse::from_request(&request));
        }
        Some(false) => return Err(stale()),
        // A first attempt whose answer was lost may have deleted it.
        None if budget.cost().retries > 0 => {}
        None => return Err(Error::not_found(NO_BOOKMARK)),
    }
    Ok(no_content())
}

fn no_content() -> Response {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// A bookmark of the trash.
#[derive(Serialize)]
struct Trashed {
    #[serde(flatten)]
    bookmark: Bookmark,
    deleted_at: Timestamptz,
}

/// The last bookmark that was seen.
#[derive(Serialize, Deserialize)]
struct Place {
    deleted_at: i64,
    id: Uuid,
}

/// `GET bookmarks/trash`: what was deleted last comes first.
pub(crate) async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    #[derive(Serialize)]
    struct Page {
        bookmarks: Vec<Box<RawValue>>,
        next_cursor: Option<String>,
    }
    let page = &PageRequest::<Place>::read(&Query::read(&request, &["limit", "cursor"])?)?;
    let columns = Bookmark::columns();
    // No bookmark is deleted at a time that a number of microseconds does not hold exactly.
    let after = "'epoch'::timestamptz + $1 * interval '1 microsecond'";
    let sql = &format!(
        "WITH {SHOWN} AS MATERIALIZED (
             SELECT b.*, t.deleted_at
             FROM trashed_bookmarks AS t
             CROSS JOIN LATERAL jsonb_populate_record(
                 NULL::bookmarks,
                 '{{\"is_archived\": false, \"unread\": false, \"suggested_tags\": []}}' || t.bookmark) AS b
             WHERE t.{OWN} AND ($1::int8 IS NULL OR (t.deleted_at, t.id) < ({after}, $2))
             ORDER BY t.deleted_at DESC, t.id DESC LIMIT $3
         ), {}
         SELECT {columns}, b.deleted_at FROM {SHOWN} AS b ORDER BY b.deleted_at DESC, b.id DESC",
        folder_paths::paths()
    );
    let find = |connection: Connection| async move {
        let after = page.after.as_ref();
        let (deleted_at, id) = (after.map(|after| after.deleted_at), after.map(|after| after.id));
        let params: [Param<'_>; 3] =
            [(&deleted_at, Type::INT8), (&id, Type::UUID), (&page.rows(), Type::INT8)];
        Ok(connection.query_with_settings(IN_INDEX_ORDER, sql, &params).await?)
    };
    let rows = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let trashed = |row: &Row| {
        let deleted_at = row.try_get(Bookmark::WIDTH)?;
        Ok(Trashed { bookmark: Bookmark::from_row(row)?, deleted_at })
    };
    let found = rows.iter().map(trashed).collect::<Result<Vec<_>, Error>>()?;
    let place = |last: &Trashed| Place { deleted_at: last.deleted_at.unix_micros(), id: last.bookmark.id };
    let (bookmarks, next_cursor) = page.cut(&found, place)?;
    answer(StatusCode::OK, &Page { bookmarks, next_cursor })
}

/// `POST bookmarks/trash/<id>/restore`: the bookmark, and whether it was merged with one that has its
/// address.
pub(crate) async fn restore(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    #[derive(Serialize)]
    struct Restored {
        #[serde(flatten)]
        bookmark: Bookmark,
        /// True if its address was there again: this is the bookmark that it was merged with.
        merged: bool,
    }
    let id = id_of(&params)?;
    Query::read(&request, &[])?;
    let (claims, budget) = (app.claims(&request), budget_of(&request));
    let lock = &flight::lock(&format!("SELECT project_id FROM trashed_bookmarks WHERE {OWN} AND id = $1"));
    let whole = Bookmark::whole();
    // Whichever bookmark has its address, which the trash knows no more once it is restored.
    let note = &format!(
        "SELECT set_config('app.restored', coalesce((
             SELECT b.id::text FROM trashed_bookmarks AS t
             JOIN bookmarks AS b ON b.organization_id = t.organization_id
              AND b.project_id IS NOT DISTINCT FROM t.project_id
              AND b.url_key = (t.bookmark ->> 'url_key')::uuid
             WHERE t.{OWN} AND t.id = $1), $1::text), true)"
    );
    let read = &format!(
        "SELECT {whole} FROM bookmarks AS b
         WHERE b.{OWN} AND b.id = current_setting('app.restored')::uuid"
    );
    let restore = |connection: Connection| async move {
        let params: [Param<'_>; 1] = [(&id, Type::UUID)];
        let statements = [
            (&**lock, &params[..]),
            (RESTORE_FOLDERS, &params[..]),
            (&**note, &params[..]),
            (RESTORE, &params[..]),
            (&**read, &[][..]),
        ];
        let mut rows = flight::transaction(connection, &statements).await?;
        let (read, restored) = (rows.pop().unwrap_or_default(), rows.pop().unwrap_or_default());
        Ok((restored.into_iter().next(), read.into_iter().next()))
    };
    let (restored, read) = app.write_idempotent(claims.clone(), &budget, restore).await?;
    let (Some(read), true) = (read, restored.is_some() || budget.cost().retries > 0) else {
        return Err(Error::not_found(NOT_IN_TRASH));
    };
    search_index::catch_up_after_response(&app, claims, &AfterResponse::from_request(&request));
    let bookmark = Bookmark::from_row(&read)?;
    let merged = bookmark.id != id;
    let response = answer(StatusCode::OK, &Restored { bookmark, merged })?;
    with_etag(response, read.try_get(Bookmark::WIDTH)?)
}

/// `DELETE bookmarks/trash/<id>`: for good.
pub(crate) async fn remove(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = id_of(&params)?;
    Query::read(&request, &[])?;
    let budget = budget_of(&request);
    let sql = &format!("DELETE FROM trashed_bookmarks WHERE {OWN} AND id = $1 RETURNING 1");
    let remove = |connection: Connection| async move {
        Ok(connection.query_opt(sql, &[(&id, Type::UUID)]).await?.is_some())
    };
    let is_removed = app.write_idempotent(app.claims(&request), &budget, remove).await?;
    if is_removed || budget.cost().retries > 0 {
        Ok(no_content())
    } else {
        Err(Error::not_found(NOT_IN_TRASH))
    }
}

/// `DELETE bookmarks/trash`: all of it, for good.
pub(crate) async fn empty(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    Query::read(&request, &[])?;
    let sql = &format!(
        "WITH gone AS (DELETE FROM trashed_bookmarks WHERE {OWN} RETURNING 1) SELECT count(*) FROM gone"
    );
    let empty = |connection: Connection| async move {
        Ok(connection.query_one(sql, &[]).await?.try_get::<_, i64>(0)?)
    };
    let deleted = app.write_idempotent(app.claims(&request), &budget_of(&request), empty).await?;
    answer(StatusCode::OK, &json!({ "deleted": deleted }))
}
