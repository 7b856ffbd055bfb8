//! `GET jobs/`: the jobs, newest first, a page at a time.

use std::sync::Arc;

use db::{Connection, Param};
use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::App;
use store::scope::{IN_INDEX_ORDER, OWN};
use tokio_postgres::types::Type;
use web::{Error, PageRequest, PathParams, Query, Request, Response, budget_of, json};

use crate::job::{Job, SPENT, STATUSES, listed_columns};

#[derive(Serialize)]
struct Page {
    jobs: Vec<Box<RawValue>>,
    /// The next page's `cursor=`; null on the last page.
    next_cursor: Option<String>,
}

pub(crate) async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let query = Query::read(&request, &["project_id", "status", "limit", "cursor"])?;
    let project_id: Option<i32> = query.value("project_id", "the id of a project")?;
    let status = query.text("status").map(|text| {
        STATUSES.into_iter().find(|status| *status == text).ok_or_else(|| {
            Error::bad_request("The parameter status must be pending, processing, completed or failed.")
        })
    });
    let status = status.transpose()?;
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
    // Each part has an index that is in the order of the page.
    let parts: Vec<String> = with_status(status)
        .iter()
        .map(|is_listed| {
            format!(
                "(SELECT * FROM extraction_jobs AS j WHERE {conditions} AND {is_listed}
                  ORDER BY j.id DESC LIMIT $2)"
            )
        })
        .collect();
    let sql = &format!(
        "SELECT {} FROM ({}) AS j ORDER BY j.id DESC LIMIT $2",
        listed_columns(),
        parts.join(" UNION ALL ")
    );
    let params = &params;
    let find = |connection: Connection| async move {
        // Of a status there may be a few among many, which another index has than that of the page's order.
        Ok(match status {
            None => connection.query_with_settings(IN_INDEX_ORDER, sql, params).await?,
            Some(_) => connection.query(sql, params).await?,
        })
    };
    let rows = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let found = rows.iter().map(Job::from_row).collect::<Result<Vec<_>, _>>()?;
    let (jobs, next_cursor) = wanted.cut(&found, |last| last.id)?;
    json(StatusCode::OK, &Page { jobs, next_cursor })
}

/// The conditions of jobs with a status, of which a job meets one at most.
fn with_status(status: Option<&str>) -> Vec<String> {
    match status {
        None => vec!["true".to_owned()],
        Some("failed") => vec!["status = 'failed'".to_owned(), SPENT.to_owned()],
        Some(status) => vec![format!("status = '{status}' AND NOT ({SPENT})")],
    }
}
