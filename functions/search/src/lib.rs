//! `GET search/`: the bookmarks that match, the best first. `GET search/<id>`: one bookmark, whole.
//!
//! All parameters are optional and narrow the result together:
//! - `q`: what to look for, at most 1,000 characters.
//!   - `word`: it must be in the title, the tags, the URL, the description, what merged duplicates say, or an
//!     attribute. Case and accents make no difference. The last word may be the beginning of one, from two
//!     letters on. Words that are written together (`node.js`, an address, `書籤`) must stand together. Emoji,
//!     `C++`, `C#` and `.NET` are words.
//!   - `"a phrase"`: its words must stand together, in this order.
//!   - `-word`, `-"a phrase"`: a bookmark that has it is left out.
//!   - `#tag`, `-#tag`, `!untagged`: has the tag, has it not, has none. A tag with blanks is for the
//!     parameter `tag`.
//!   - Anything else is text. A quote without its other one goes to the end of `q`.
//! - `tag`, which may be given several times: each must be among the tags, as a whole. Case and accents make
//!   no difference, nor in `folder`.
//! - `untagged=true`: bookmarks without tags.
//! - `domain`: the host without a leading `www.`, and its subdomains.
//! - `folder`: a folder by the names on its path, joined by `/`. Subfolders count, and so do the folders of
//!   merged duplicates. A name may hold `/`, so `A/B` also means a folder of that name.
//! - `project_id`; all bookmarks where it is left out.
//! - `archived`, `unread`: true or false.
//! - `sort`: `relevance`, `newest`, `oldest` (by the date when the bookmark was added), `modified` (the last
//!   change first) or `title`. Without
//!   it, and without words, the bookmarks that were stored last come first; of one import, the last of the
//!   file.
//! - `limit`, 1 to 1,000, default 100, and `cursor`. A page also ends before it is larger than Lambda sends.
//!
//! By relevance, a hit in the title counts more than one in the tags, then follow the URL and the rest. Whole
//! words come before beginnings, and both before words that are found in the middle of others (`6050` in
//! "MPU6050"), from three letters on. Equals are ordered newest first. Of what has the words or their
//! beginnings, the 1,000 bookmarks that were stored last are ranked; where there are more, `ranked_in_part`
//! says so, and the others follow those, the newest first.
//!
//! # Misspelt words
//! Where nothing matches, each word that no bookmark under the filters has is replaced by the stored words
//! nearest to it, and `corrected` says so. This costs a second round trip; everything else takes one. Beyond
//! five misspelt words, or half a second, the search returns nothing instead.
//!
//! # The index
//! A GIN index on `bookmarks` makes an import several times slower, so that documents stand beside it
//! (`search_documents`, migration V0025). Its keys are those of one organization (V0047), so that a search
//! costs what is in the organization, whatever others have. Triggers note which bookmarks are pending. The
//! import indexes them after its response, and a search indexes some of what is left before it looks. It
//! reads the rest itself, so that no search misses a committed change or shows a deleted bookmark, whatever
//! state the index is in.
//!
//! # Limits
//! Indexed are 4,096 characters of a title, 16,384 of the tags, 2,048 of a URL, 65,536 of a description,
//! 16,384 of what duplicates say and 8,192 of attributes. Labels by which tags are found are bounded too;
//! bookmarks with more tags are looked at one by one. Words are looked up in the middle of 100 different
//! words at most.

mod whole;

use std::sync::Arc;

use db::{Connection, Row};
use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::search::{self, BookmarkRow, Corrected, SearchParams};
use store::{App, Bookmark};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::{Error, PathParams, Query, Request, Response, Routes, budget_of, json};

use whole::Whole;

/// A bookmark with what only a list across projects says.
#[derive(Serialize)]
struct Found {
    #[serde(flatten)]
    bookmark: Bookmark,
    project_id: Option<i32>,
}

impl BookmarkRow for Found {
    const WIDTH: usize = Bookmark::WIDTH + 1;

    fn columns() -> String {
        format!("{}, b.project_id", Bookmark::listed_columns())
    }

    fn from_row(row: &Row) -> Result<Self, db::Error> {
        Ok(Self { bookmark: Bookmark::from_row(row)?, project_id: row.try_get(Bookmark::WIDTH)? })
    }
}

#[derive(Serialize)]
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

/// Answers a request.
///
/// # Errors
/// 400 for a parameter that is wrong, 404, 405; 503 where the database cannot be reached.
pub async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    Routes::new().get("/", list).get("/{id:uuid}", one).answer(app, request).await
}

/// One bookmark, whole.
async fn one(app: Arc<App>, request: Request, params: PathParams) -> Result<Response, Error> {
    let id = params.value::<Uuid>("id", "There is nothing at this path.")?;
    Query::read(&request, &[])?;
    let read = |connection: Connection| async move {
        let row = connection.query_opt(&Whole::statement(), &[(&id, Type::UUID)]).await?;
        row.as_ref().map(Whole::from_row).transpose()
    };
    match app.read(app.claims(&request), &budget_of(&request), read).await? {
        Some(whole) => whole.response(),
        None => Err(Error::not_found("There is no bookmark of this id.")),
    }
}

/// A page of a search.
async fn list(app: Arc<App>, request: Request, _: PathParams) -> Result<Response, Error> {
    let params = &SearchParams::read(&request)?;
    let search = |connection| async move { search::search::<Found>(&connection, params).await };
    let (found, corrected) = app.read(app.claims(&request), &budget_of(&request), search).await?;

    let (bookmarks, next_cursor) =
        params.page.cut(&found.bookmarks, |last| last.cursor(params.sort, &corrected))?;
    let ranked_in_part = found.ranked_in_part;
    json(StatusCode::OK, &Page { bookmarks, next_cursor, corrected, ranked_in_part })
}
