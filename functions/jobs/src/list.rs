//! `GET jobs/`: the jobs, newest first, a page at a time.

use std::sync::Arc;

use db::{Connection, Param};
use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::App;
use store::scope::OWN;
use tokio_postgres::types::Type;
use web::{Error, PageRequest, PathParams, Query, Request, Response, budget_of, json};

use crate::job::{Job, STATUSES, listed_columns};

#[derive(Serialize)]
struct Page {
    jobs: Vec<Box<RawValue>>,
    /// What `cursor=` takes for the next page; null on the last one.
    next_cursor: Option<String>,
}

pub(crate) async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let query = Query::read(&request, &["project_id", "status", "limit", "cursor"])?;
    let project_id: Option<i32> = query.value("project_id", "the id of a project")?;
    let status = query.text("status").map(str::to_owned);
    if status.as_ref().is_some_and(|status| !STATUSES.contains(&status.as_str())) {
        return Err(Error::bad_request(
            "The parameter status must be pending, processing, completed or failed.",
        ));
    }
    // The place of a page is the id of the last job before it.
    let wanted = &PageRequest::<i32>::read(&query)?;
    let (before, rows) = (wanted.after.unwrap_or(i32::MAX), wanted.rows());
    let mut params: Vec<Param<'_>> = vec![(&before, Type::INT4), (&rows, Type::INT8)];
    // A condition that is left out leaves the planner the index of the others.
    let mut conditions = format!("j.{OWN} AND j.id < $1");
    if let Some(project_id) = &project_id {
        params.push((project_id, Type::INT4));
        conditions += &format!(" AND j.project_id = ${}", params.len());
    }
    if let Some(status) = &status {
        params.push((status, Type::TEXT));
        conditions += &format!(" AND j.status = ${}", params.len());
    }
    let sql = &format!(
        "SELECT {} FROM extraction_jobs AS j WHERE {conditions} ORDER BY j.id DESC LIMIT $2",
        listed_columns()
    );
    let params = &params;
    let find = |connection: Connection| async move { Ok(connection.query(sql, params).await?) };
    let rows = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let found = rows.iter().map(Job::from_row).collect::<Result<Vec<_>, _>>()?;
    let (jobs, next_cursor) = wanted.cut(&found, |last| last.id)?;
    json(StatusCode::OK, &Page { jobs, next_cursor })
}
