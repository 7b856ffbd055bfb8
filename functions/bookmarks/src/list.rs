//! `GET bookmarks/`: the bookmarks that match, as `search` finds and orders them.

use std::sync::Arc;

use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::App;
use store::search::{Corrected, SearchParams, search};
use web::{Error, PathParams, Query, Request, Response, budget_of, json};

use crate::bookmark::Bookmark;

#[derive(Default, Serialize)]
struct Page {
    bookmarks: Vec<Box<RawValue>>,
    /// Value of `cursor=` for the next page; null on the last one.
    next_cursor: Option<String>,
    /// The words of `q` that were not found, with what was searched in their place, the nearest first.
    corrected: Corrected,
    /// Said where it is true: more match than are ranked, which are those stored last.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ranked_in_part: bool,
}

pub(crate) async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let (params, query) = &SearchParams::read_with(&request, &["health"])?;
    if !is_of_health(query)? {
        return json(StatusCode::OK, &Page::default());
    }
    let find = |connection| async move { search::<Bookmark>(&connection, params).await };
    let (found, corrected) = app.read(app.claims(&request), &budget_of(&request), find).await?;
    let (bookmarks, next_cursor) =
        params.page.cut(&found.bookmarks, |last| last.cursor(params.sort, &corrected))?;
    let ranked_in_part = found.ranked_in_part;
    json(StatusCode::OK, &Page { bookmarks, next_cursor, corrected, ranked_in_part })
}

/// Returns whether a bookmark can have the health that is asked for: nobody asks addresses yet, so that all
/// are unknown.
fn is_of_health(query: &Query) -> Result<bool, Error> {
    match query.text("health") {
        None | Some("unknown") => Ok(true),
        Some("alive" | "dead") => Ok(false),
        Some(_) => Err(Error::bad_request("The parameter health must be alive, dead or unknown.")),
    }
}
