//! The lists of bookmarks, and one of them.

use std::sync::Arc;

use db::{Connection, Param};
use lambda_http::http::StatusCode;
use store::App;
use store::scope::{OWN, WITHOUT_INDEX_SCANS};
use tokio_postgres::types::Type;
use web::{Error, PathParams, Request, Response, budget_of, json};

use super::bookmark::{ADDED, Bookmark, MODIFIED};
use super::condition::Filter;
use super::errors::no_such;
use super::paging::{Page, Params};
use super::query::{self, QueryError};
use super::{dates, number_of};

/// Bytes of the texts of a page's bookmarks that are read at once; an answer holds less.
const MAX_BYTES: i64 = 6_000_000;

/// `GET api/bookmarks/`.
pub(super) async fn current(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    list(&app, &request, false).await
}

/// `GET api/bookmarks/archived/`.
pub(super) async fn archived(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    list(&app, &request, true).await
}

/// `GET api/bookmarks/ID/`, archived or not.
pub(super) async fn one(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    json(StatusCode::OK, &find(&app, &request, number_of(&params)?).await?)
}

/// The bookmark of a number.
///
/// # Errors
/// 404 where there is none.
pub(super) async fn find(app: &App, request: &Request, number: i64) -> Result<Bookmark, Error> {
    let sql = &format!("SELECT {} FROM bookmarks AS b WHERE b.{OWN} AND b.number = $1", Bookmark::columns());
    let find = |connection: Connection| async move {
        Ok(connection.query_opt(sql, &[(&number, Type::INT8)]).await?)
    };
    let row = app.read(app.claims(request), &budget_of(request), find).await?;
    Ok(Bookmark::from_row(&row.ok_or_else(|| no_such("Bookmark"))?, 0)?)
}

async fn list(app: &App, request: &Request, is_archived: bool) -> Result<Response, Error> {
    let params = &Params::read(request);
    let page = Page::read(request, params);
    let filter = &filter(params)?;
    let (sql, reads_all) = statement(params, filter, is_archived);
    let sql = &sql;
    let since = |name| params.text(name).and_then(|text| dates::parse(text).ok());
    let (modified, added) = (&since("modified_since"), &since("added_since"));
    let (rows, offset) = (&page.rows(), &page.offset);
    let find = |connection: Connection| async move {
        let params: [Param<'_>; 5] = [
            (&filter.texts, Type::TEXT_ARRAY),
            (rows, Type::INT8),
            (offset, Type::INT8),
            (modified, Type::TIMESTAMPTZ),
            (added, Type::TIMESTAMPTZ),
        ];
        Ok(if reads_all {
            connection.query_with_settings(WITHOUT_INDEX_SCANS, sql, &params).await?
        } else {
            connection.query(sql, &params).await?
        })
    };
    let rows = app.read(app.claims(request), &budget_of(request), find).await?;
    let (mut count, mut bookmarks) = (0, Vec::with_capacity(rows.len()));
    for row in &rows {
        count = row.try_get(0)?;
        // A page beyond the end is one row without a bookmark.
        if row.try_get::<_, Option<i64>>(1)?.is_some() {
            bookmarks.push(Bookmark::from_row(row, 1)?);
        }
    }
    json(StatusCode::OK, &page.answer(&bookmarks, count)?)
}

fn filter(params: &Params) -> Result<Filter, Error> {
    match query::parse(params.text("q").unwrap_or_default()) {
        Ok(condition) => Ok(Filter::new(condition.as_ref())),
        Err(QueryError::Syntax) => Ok(Filter { condition: "false".to_owned(), ..Filter::default() }),
        Err(QueryError::TooLarge) => Err(Error::bad_request("The parameter q is too long or too deep.")),
    }
}

/// The statement of a page: `$1` the texts of the filter, `$2` rows, `$3` those before them, `$4` and
/// `$5` the dates after which bookmarks were modified or added. Each row begins with the count of all. Beside
/// it, whether it looks at all bookmarks.
fn statement(params: &Params, filter: &Filter, is_archived: bool) -> (String, bool) {
    let mut conditions = String::new();
    for (name, column) in [("unread", "b.unread"), ("shared", "b.shared")] {
        match params.text(name) {
            Some("yes") => conditions += &format!(" AND {column}"),
            Some("no") => conditions += &format!(" AND NOT {column}"),
            _ => {}
        }
    }
    for (name, date, parameter) in [("modified_since", MODIFIED, "$4"), ("added_since", ADDED, "$5")] {
        if params.text(name).is_some_and(|text| dates::parse(text).is_ok()) {
            conditions += &format!(" AND {date} > {parameter}");
        }
    }
    if filter.condition != "true" {
        conditions += &format!(" AND {}", filter.condition);
    }
    let (key, direction) = match params.text("sort") {
        Some("added_asc") => (ADDED, "ASC"),
        Some("modified_desc") => (MODIFIED, "DESC"),
        Some("modified_asc") => (MODIFIED, "ASC"),
        Some("title_asc") => ("lower(coalesce(nullif(b.title, ''), b.url))", "ASC"),
        Some("title_desc") => ("lower(coalesce(nullif(b.title, ''), b.url))", "DESC"),
        _ => (ADDED, "DESC"),
    };
    // Without conditions an index counts, and gives the page's rows in their order.
    let archived = format!("(SELECT count(*) FROM bookmarks WHERE {OWN} AND is_archived)");
    let count = match (conditions.is_empty(), is_archived) {
        (true, true) => archived,
        (true, false) => format!("(SELECT count(*) FROM bookmarks WHERE {OWN}) - {archived}"),
        (false, _) => "(SELECT count(*) FROM matching)".to_owned(),
    };
    let is_title = matches!(params.text("sort"), Some("title_asc" | "title_desc"));
    let reads_all = filter.tables.is_empty() && (is_title || !conditions.is_empty());
    let tables: String = filter.tables.iter().map(|table| format!("{table}, ")).collect();
    let is_archived = if is_archived { "b.is_archived" } else { "NOT b.is_archived" };
    let sql = format!(
        "WITH {tables}matching AS (
             SELECT b.id, {key} AS key FROM bookmarks AS b{}
             WHERE b.{OWN} AND {is_archived}{conditions}
         ), page AS MATERIALIZED (
             SELECT id, row_number() OVER () AS nth
             FROM (SELECT id FROM matching ORDER BY key {direction}, id {direction} LIMIT $2 OFFSET $3) AS o
         ), sized AS (
             SELECT b.*, page.nth, sum(octet_length(b.url) + octet_length(b.title)
                    + coalesce(octet_length(b.description), 0) + coalesce(octet_length(b.notes), 0))
                    OVER (ORDER BY page.nth) AS bytes
             FROM page CROSS JOIN LATERAL (SELECT * FROM bookmarks WHERE {OWN} AND id = page.id OFFSET 0) AS b
         )
         SELECT total.count, {}
         FROM (SELECT {count} AS count) AS total
         LEFT JOIN sized AS b ON b.nth = 1 OR b.bytes < {MAX_BYTES}
         ORDER BY b.nth",
        filter.joins,
        Bookmark::columns(),
    );
    (sql, reads_all)
}
