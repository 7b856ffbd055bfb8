//! The tags: `GET bookmarks/tags` and `POST bookmarks/tags/rename`.

use std::sync::Arc;

use db::{Connection, Param};
use lambda_http::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use store::scope::{OWN, WITHOUT_INDEX_SCANS};
use store::search::{Filter, Ids, SearchParams};
use store::{App, search_index};
use tokio_postgres::types::Type;
use web::{AfterResponse, Error, PathParams, Query, Request, Response, budget_of, json as answer, paginate};

use crate::body::{checked_tags, parse};
use crate::bookmark::NOW;
use crate::flight;

/// So many tags are listed, those of the most bookmarks first.
const MOST: usize = 100_000;

/// A tag, with the number of bookmarks that have it.
#[derive(Serialize)]
struct Tag {
    name: String,
    count: i64,
}

pub(crate) async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    #[derive(Serialize)]
    struct Tags {
        tags: Vec<Box<RawValue>>,
        /// True if there are more than these.
        more: bool,
    }
    let query = Query::read(&request, &["project_id"])?;
    let project_id = &query.value::<i32>("project_id", "a whole number")?;
    let sql = &format!(
        "SELECT left(tag, 255) AS name, count(*)
         FROM bookmarks, unnest(tags) AS tag
         WHERE {OWN} AND ($1::integer IS NULL OR project_id = $1) AND tag <> ''
         GROUP BY tag ORDER BY count(*) DESC, tag COLLATE \"C\" LIMIT $2"
    );
    let most = &i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let find = |connection: Connection| async move {
        let params: [Param<'_>; 2] = [(project_id, Type::INT4), (most, Type::INT8)];
        Ok(connection.query_with_settings(WITHOUT_INDEX_SCANS, sql, &params).await?)
    };
    let rows = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let tag = |row: &db::Row| Ok(Tag { name: row.try_get(0)?, count: row.try_get(1)? });
    let found = rows.iter().map(tag).collect::<Result<Vec<_>, Error>>()?;
    let page = paginate(&found, MOST)?;
    answer(StatusCode::OK, &Tags { more: page.last.is_some(), tags: page.rows })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    from: String,
    to: String,
    project_id: Option<i32>,
}

/// Gives all bookmarks that have one tag another one in its place; where they have both, one is left.
pub(crate) async fn rename(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    Query::read(&request, &[])?;
    let sent: Rename = parse(request.body(), "{\"from\": tag, \"to\": tag, \"project_id\"?: number}")?;
    let to = &checked_tags(vec![sent.to])?.pop().ok_or_else(|| Error::unprocessable("to is empty."))?;
    let from = &sent.from;
    if from.is_empty() || from == to {
        return answer(StatusCode::OK, &json!({ "changed": 0 }));
    }
    let filter = Filter { tags: vec![from.clone()], project_id: sent.project_id, ..Filter::default() };
    let search = &SearchParams::of(filter)?;
    let (claims, budget) = (app.claims(&request), budget_of(&request));
    let rename = |connection: Connection| async move {
        let ids = Ids::new(search);
        let mut params = ids.params();
        let (from_number, to_number) = (params.len() + 1, params.len() + 2);
        params.extend([(from as _, Type::VARCHAR), (to as _, Type::VARCHAR)]);
        // The search takes tags for the same that differ in case or accents.
        let update = format!(
            "WITH target AS MATERIALIZED ({}), changed AS (
                 UPDATE bookmarks AS b
                 SET tags = ARRAY(
                         SELECT name
                         FROM unnest(array_replace(b.tags, ${from_number}, ${to_number}))
                              WITH ORDINALITY AS t (name, nth)
                         GROUP BY name ORDER BY min(nth)),
                     edited = ARRAY(SELECT DISTINCT unnest(b.edited || 'tags'::text)), updated_at = {NOW}
                 FROM target AS t
                 WHERE b.{OWN} AND b.id = t.id AND ${from_number} = ANY (b.tags)
                 RETURNING 1
             )
             SELECT count(*) FROM changed",
            ids.sql
        );
        let rows = flight::transaction(connection, &[(&update, &params)]).await?;
        Ok(rows.last().and_then(|rows| rows.first()).map_or(Ok(0), |row| row.try_get::<_, i64>(0))?)
    };
    let changed = app.write_idempotent(claims.clone(), &budget, rename).await?;
    search_index::catch_up_after_response(&app, claims, &AfterResponse::from_request(&request));
    answer(StatusCode::OK, &json!({ "changed": changed }))
}
