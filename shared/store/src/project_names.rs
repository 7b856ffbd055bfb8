//! The projects that a page lets people choose from, by name.

use db::Connection;
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio_postgres::types::Type;
use web::{Error, Query, Request, Response, budget_of, json, paginate};

use crate::App;
use crate::scope::OWN;

/// More would make a list that nobody reads; the others are reached by their numbers.
const MOST: usize = 1_000;

#[derive(Serialize)]
struct Projects {
    projects: Vec<Box<RawValue>>,
    /// True if there are more than these.
    more: bool,
}

#[derive(Serialize)]
struct Project {
    id: i32,
    name: String,
}

/// Answers with the first thousand by name: `{"projects": [{"id", "name"}], "more"}`.
///
/// # Errors
/// 400 for any parameter; those of [`App::read`].
pub async fn project_names(app: &App, request: &Request) -> Result<Response, Error> {
    Query::read(request, &[])?;
    let most = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let find = |connection: Connection| async move {
        let sql = format!("SELECT id, name FROM projects WHERE {OWN} ORDER BY lower(name), id LIMIT $1");
        Ok(connection.query(&sql, &[(&most, Type::INT8)]).await?)
    };
    let rows = app.read(app.claims(request), &budget_of(request), find).await?;
    let project = |row: &db::Row| Ok(Project { id: row.try_get(0)?, name: row.try_get(1)? });
    let found = rows.iter().map(project).collect::<Result<Vec<_>, Error>>()?;
    let page = paginate(&found, MOST)?;
    json(StatusCode::OK, &Projects { more: page.last.is_some(), projects: page.rows })
}
