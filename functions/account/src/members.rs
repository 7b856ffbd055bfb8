//! `GET account/members`: who belongs to the organization, a page at a time.

use std::sync::Arc;

use db::Timestamptz;
use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::App;
use store::scope::OWN;
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{Error, PageRequest, PathParams, Query, Request, Response, budget_of, json};

#[derive(Serialize)]
struct Answer {
    members: Vec<Box<RawValue>>,
    /// Value of `cursor=` for the next page; null on the last one.
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct Member {
    user_id: Uuid,
    email: Option<String>,
    name: Option<String>,
    role: String,
    created_at: Timestamptz,
    last_seen_at: Option<Timestamptz>,
}

pub(crate) async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let query = Query::read(&request, &["limit", "cursor"])?;
    let wanted = &PageRequest::<Uuid>::read(&query)?;
    let after = wanted.after.unwrap_or_default();
    let sql = &format!(
        "SELECT m.user_id, u.email, u.name, m.role, m.created_at, u.last_seen_at
         FROM memberships AS m JOIN users AS u ON u.id = m.user_id
         WHERE m.{OWN} AND m.user_id > $1
         ORDER BY m.user_id
         LIMIT $2"
    );
    let find = |connection: db::Connection| async move {
        let params = [(&after as _, Type::UUID), (&wanted.rows() as _, Type::INT8)];
        Ok(connection.query(sql, &params).await?)
    };
    let rows = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let member = |row: &db::Row| {
        Ok(Member {
            user_id: row.try_get(0)?,
            email: row.try_get(1)?,
            name: row.try_get(2)?,
            role: row.try_get(3)?,
            created_at: row.try_get(4)?,
            last_seen_at: row.try_get(5)?,
        })
    };
    let found = rows.iter().map(member).collect::<Result<Vec<_>, Error>>()?;
    let (members, next_cursor) = wanted.cut(&found, |last| last.user_id)?;
    json(StatusCode::OK, &Answer { members, next_cursor })
}
