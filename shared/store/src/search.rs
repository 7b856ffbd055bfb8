//! The search of bookmarks, which `search` and `bookmarks` answer with: the language of `q`, its filters and
//! orders as one statement, its pages, and the correction of misspelt words.

mod cursor;
mod hit;
mod instant;
mod looked;
mod params;
mod queries;
mod spelling;
mod statement;
mod terms;

use std::time::Duration;

use db::{Connection, Param};
use tokio::join;
use web::Error;

pub use cursor::Cursor;
pub use hit::{BookmarkRow, Hit};
pub(crate) use instant::Instant;
pub use params::{Filter, SearchParams, Sort};
pub use queries::Hits;
pub use spelling::Corrected;

use crate::search_index;

/// Longest time that a search indexes before it looks: about 5,000 bookmarks, which is the size of a usual
/// import.
const CATCH_UP: Duration = Duration::from_millis(500);

/// Runs the search; where nothing matches, runs it again with spelling corrections. Returns these too.
/// Indexing may be repeated and may happen unnoticed, so that this counts as reading.
///
/// # Errors
/// 400 where the page's cursor is of another search; what [`Connection::query`] fails with.
pub async fn search<T: BookmarkRow>(
    connection: &Connection,
    params: &SearchParams,
) -> Result<(Hits<T>, Corrected), Error> {
    let (caught_up, is_of_search, found) = join!(
        biased;
        search_index::catch_up(connection, CATCH_UP),
        queries::is_of_search(connection, params),
        queries::page::<T>(connection, params),
    );
    if !is_of_search? {
        return Err(Cursor::refused());
    }
    let found = found?;
    if let Err(error) = caught_up {
        // The search does not depend on it: what is pending was searched all the same.
        tracing::warn!(%error, "the search index could not be brought up to date");
    }
    match spelling::correct(&found.misspelt) {
        Some(corrected) => {
            let params = SearchParams { corrected: corrected.clone(), ..params.clone() };
            Ok((queries::page(connection, &params).await?, corrected))
        }
        None => Ok((found, params.corrected.clone())),
    }
}

/// The ids of all bookmarks that a filter lets through, as a statement that others build upon.
#[derive(Debug)]
pub struct Ids<'a> {
    values: queries::Values<'a>,
    /// The statement, a SELECT of one column `id`. Its parameters are the first [`Ids::PARAMS`].
    pub sql: String,
}

impl<'a> Ids<'a> {
    /// How many parameters it has.
    pub const PARAMS: usize = queries::PARAMS;

    /// The statement for these parameters of a search, whose page and order do not count.
    #[must_use]
    pub fn new(params: &'a SearchParams) -> Self {
        Self { values: queries::Values::new(params), sql: statement::ids(params) }
    }

    /// The values of its parameters.
    #[must_use]
    pub fn params(&self) -> Vec<Param<'_>> {
        self.values.params().to_vec()
    }
}
