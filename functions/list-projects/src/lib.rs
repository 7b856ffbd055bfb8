//! `GET list-projects/`: the projects with their counts, a page at a time.

mod cursor;
mod queries;

use std::sync::Arc;

use db::Timestamptz;
use lambda_http::http::{Method, StatusCode};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use store::App;
use web::{Error, Query, Request, Response, budget_of, json, paginate, segments};

/// A project as a client sees it.
#[derive(Serialize)]
pub struct Project {
    id: i32,
    name: String,
    /// At most [`DESCRIPTION_CHARACTERS`].
    description: Option<String>,
    created_at: Timestamptz,
    updated_at: Timestamptz,
    /// How many bookmarks it has.
    bookmarks: i64,
    /// How many extraction jobs it has.
    extraction_jobs: i64,
    /// The names of the fields that are longer than shown; left out where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shortened: Vec<&'static str>,
}

#[derive(Serialize)]
struct Page {
    projects: Vec<Box<RawValue>>,
    /// What `cursor=` takes for the next page; null on the last one.
    next_cursor: Option<String>,
}

/// The old project store's shape.
#[derive(Serialize)]
struct Names {
    projects: Vec<Box<RawValue>>,
    /// Only where one answer does not hold all of them, which the old clients never saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A project's name, and what leads on from it.
struct Name {
    id: i32,
    name: String,
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.name.serialize(serializer)
    }
}

/// A longer description is shortened, so that a page stays in proportion to its rows.
const DESCRIPTION_CHARACTERS: usize = 4_096;

const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 1_000;

/// Answers a request.
///
/// # Errors
/// 400 for a parameter that is wrong, 404, 405; 503 where the database cannot be reached.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    if !segments(&request).is_empty() {
        return Err(Error::not_found("There is nothing at this path."));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Error::method_not_allowed("GET, HEAD"));
    }
    let query = Query::read(&request, &["limit", "cursor", "fields"])?;
    let must = "a number from 1 to 1000";
    let limit = query.value::<i64>("limit", must)?;
    if limit.is_some_and(|limit| !(1..=MAX_LIMIT).contains(&limit)) {
        return Err(Error::bad_request(format!("The parameter limit must be {must}.")));
    }
    let after = query.text("cursor").map(cursor::read).transpose()?.unwrap_or(i32::MIN);
    let budget = budget_of(&request);

    match query.text("fields") {
        Some("name") => {
            // The old clients know no pages, so they get every name unless they ask for fewer.
            let names = |connection| async move { queries::names(&connection, after, limit).await };
            let names = app.read(&budget, names).await?;
            let page = paginate(&names, usize::MAX)?;
            let next_cursor = page.last.map(|last| cursor::write(last.id));
            json(StatusCode::OK, &Names { projects: page.rows, next_cursor })
        }
        Some(_) => Err(Error::bad_request("The parameter fields must be name, or be left out.")),
        None => {
            let limit = limit.unwrap_or(DEFAULT_LIMIT);
            // One more than asked for tells whether there is a next page.
            let page = |connection| async move { queries::page(&connection, after, limit + 1).await };
            let projects = app.read(&budget, page).await?;
            let page = paginate(&projects, usize::try_from(limit).unwrap_or(usize::MAX))?;
            let next_cursor = page.last.map(|last| cursor::write(last.id));
            json(StatusCode::OK, &Page { projects: page.rows, next_cursor })
        }
    }
}
