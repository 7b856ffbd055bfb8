//! `GET search/?q=&tag=&domain=&folder=&project_id=&limit=&cursor=`: the bookmarks that match, the best first.
//!
//! All parameters are optional and narrow the result together:
//! - `q`: words, each of which must be in the title, tags, URL or description, without regard to case and accents. The
//!   last one may be the beginning of a word. What is written together (`node.js`, an address, `書籤`) must stand
//!   together. Nothing in it is an operator. Without it, the newest bookmarks come first: those stored last, and of one
//!   import those that stand last in the file. At most 1,000 characters, as for each of the following.
//! - `tag`, which may be given several times: each must be among the tags, as a whole. Case and accents make no
//!   difference here either, nor in `folder`.
//! - `domain`: the host without a leading `www.`, as a whole.
//! - `folder`: a folder by the names on its path, joined by `/` as `original_folder` shows them; what lies in its
//!   subfolders counts, and what a merged duplicate stood in. A name may hold `/`, so `A/B` also means a folder of that
//!   name.
//! - `project_id`; all bookmarks where it is left out.
//!
//! A hit in the title counts more than one in the tags, that one more than one in the URL, and the description counts
//! least; whole words count more than beginnings; among equals the newest come first.
//!
//! # Misspelt words
//! Where nothing matches, each word that no bookmark under the filters has is replaced by the stored words nearest to
//! it, and `corrected` says so. This costs a second round trip; everything else takes one.
//!
//! # The index
//! GIN indexes on `bookmarks` would make an import several times slower, so what is searched stands beside it
//! (`search_documents`, migration V0019) and is made by the searches themselves, a slice at a time, before they look.
//! Triggers note what is pending, not indexed yet, in the transaction that writes the bookmarks; a search reads those
//! bookmarks themselves. So no search misses a committed change or shows a deleted bookmark, whatever state the index is
//! in.

mod cursor;
mod hit;
mod nearest;
mod queries;
mod statement;
mod wish;

use std::collections::BTreeMap;
use std::sync::Arc;

use app::http::{json, segments};
use app::{App, Budget, Connection, Error, Request, Response};
use lambda_http::http::{Method, StatusCode};
use serde::Serialize;
use tokio::join;

use cursor::Cursor;
use hit::Hit;
use queries::Found;
use wish::Wish;

#[derive(Serialize)]
struct Page {
    bookmarks: Vec<Hit>,
    /// What `cursor=` gives the next page; null on the last one.
    next_cursor: Option<String>,
    /// The words of `q` that were not found, with what was searched in their place, the nearest first.
    corrected: BTreeMap<String, Vec<String>>,
}

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
    let wish = &Wish::read(&request)?;
    let search = |connection| async move { search(&connection, wish.clone()).await };
    let (mut found, wish) = app.database().read(&Budget::of(&request), search).await?;

    // One more than asked for tells whether there is a next page.
    let has_next = found.bookmarks.len() > wish.limit;
    found.bookmarks.truncate(wish.limit);
    let last = found.bookmarks.last().filter(|_| has_next);
    let next_cursor = last.map(|last| Cursor::after(last, &wish.corrected).write()).transpose()?;
    let page = Page { bookmarks: found.bookmarks, next_cursor, corrected: wish.corrected };
    json(StatusCode::OK, &page)
}

/// Finds what is wished, or else what is nearest to it; gives the wish as it was corrected. Indexing may be repeated and
/// may happen unnoticed, so that this counts as reading.
async fn search(connection: &Connection, mut wish: Wish) -> Result<(Found, Wish), Error> {
    let (caught_up, found) = join!(
        biased;
        queries::catch_up(connection),
        queries::page(connection, &wish),
    );
    let mut found = found?;
    if let Err(error) = caught_up {
        // The search does not depend on it: what is pending was searched all the same.
        tracing::warn!(%error, "the search index could not be brought up to date");
    }
    if let Some(corrected) = nearest::correct(&found.misspelt) {
        wish.corrected = corrected;
        found = queries::page(connection, &wish).await?;
    }
    Ok((found, wish))
}
