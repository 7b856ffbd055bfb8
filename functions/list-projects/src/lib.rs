//! `GET list-projects/`: the projects with their counts, a page at a time.

mod queries;

use std::sync::Arc;

use lambda_http::http::StatusCode;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use store::App;
use web::{
    Error, PageRequest, PathParams, Query, Request, Response, Routes, budget_of, encode_cursor, json,
    paginate,
};

#[derive(Serialize)]
struct Page {
    projects: Vec<Box<RawValue>>,
    /// Value of `cursor=` for the next page; null on the last one.
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

/// Answers a request.
///
/// # Errors
/// 400 for a parameter that is wrong, 404, 405; 503 where the database cannot be reached.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    Routes::new().get("/", list).answer(app, request).await
}

async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let query = Query::read(&request, &["limit", "cursor", "fields"])?;
    // The place of a page is the id of the last project before it.
    let wanted = &PageRequest::<i32>::read(&query)?;
    let after = wanted.after.unwrap_or(i32::MIN);
    let (claims, budget) = (app.claims(&request), budget_of(&request));

    match query.text("fields") {
        Some("name") => {
            // The old clients know no pages, so they get every name unless they ask for fewer.
            let names = |connection| async move { queries::names(&connection, after, wanted.limit).await };
            let names = app.read(claims, &budget, names).await?;
            let page = paginate(&names, usize::MAX)?;
            let next_cursor = page.last.map(|last| encode_cursor(&last.id)).transpose()?;
            json(StatusCode::OK, &Names { projects: page.rows, next_cursor })
        }
        Some(_) => Err(Error::bad_request("The parameter fields must be name, or be left out.")),
        None => {
            let page = |connection| async move { queries::page(&connection, after, wanted.rows()).await };
            let found = app.read(claims, &budget, page).await?;
            let (projects, next_cursor) = wanted.cut(&found, |last| last.id)?;
            json(StatusCode::OK, &Page { projects, next_cursor })
        }
    }
}
