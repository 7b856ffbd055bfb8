//! The queries of a search.

use db::{Connection, Param};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::Error;

use super::Instant;
use super::hit::{BookmarkRow, Hit};
use super::params::{Folder, SearchParams};
use super::spelling::Misspelt;
use super::statement;
use crate::scope::IN_INDEX_ORDER;

/// How many parameters the statement has.
pub(crate) const PARAMS: usize = 18;

/// The result of a search: bookmarks, or why there are none.
#[derive(Debug)]
pub struct Hits<T> {
    /// One more than the page holds, where there are more.
    pub bookmarks: Vec<Hit<T>>,
    /// True if more were found than are ranked: the others follow those, the newest first.
    pub ranked_in_part: bool,
    /// On a first page without bookmarks, the words that nothing has under the filters.
    pub(crate) misspelt: Vec<Misspelt>,
}

/// The values of the parameters that [`statement`] numbers.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    search: &'a SearchParams,
    misspelt: Vec<&'a str>,
    instead: Vec<String>,
    nearest: Vec<String>,
    folder: Option<String>,
    limit: i64,
    after: (Option<Uuid>, Option<f32>, Option<Instant>, Option<&'a str>),
}

impl<'a> Values<'a> {
    pub(crate) fn new(search: &'a SearchParams) -> Self {
        let quoted = |word: &String| format!("'{word}'");
        let any =
            |words: &Vec<String>| format!("( {} )", words.iter().map(quoted).collect::<Vec<_>>().join(" | "));
        let after = search.page.after.as_ref();
        Self {
            search,
            misspelt: search.corrected.keys().map(String::as_str).collect(),
            instead: search.corrected.values().map(any).collect(),
            nearest: search.corrected.values().filter_map(|words| words.first()).map(quoted).collect(),
            folder: search.folder.as_ref().map(Folder::text),
            limit: search.page.rows(),
            after: (
                after.map(|after| after.id()),
                after.and_then(|after| after.score()),
                after.and_then(|after| after.date()),
                after.and_then(|after| after.title()),
            ),
        }
    }

    pub(crate) fn params(&self) -> [Param<'_>; PARAMS] {
        let search = self.search;
        [
            (&search.terms.words, Type::TEXT_ARRAY),
            (&search.terms.phrases, Type::TEXT_ARRAY),
            (&search.terms.excluded, Type::TEXT_ARRAY),
            (&self.misspelt, Type::TEXT_ARRAY),
            (&self.instead, Type::TEXT_ARRAY),
            (&self.nearest, Type::TEXT_ARRAY),
            (&search.tags, Type::TEXT_ARRAY),
            (&search.excluded_tags, Type::TEXT_ARRAY),
            (&search.untagged, Type::BOOL),
            (&search.domain, Type::TEXT),
            (&search.project_id, Type::INT4),
            (&self.folder, Type::TEXT),
            (&search.terms.is_open, Type::BOOL),
            (&self.after.0, Type::UUID),
            (&self.after.1, Type::FLOAT4),
            (&self.after.2, Type::TIMESTAMPTZ),
            (&self.after.3, Type::TEXT),
            (&self.limit, Type::INT8),
        ]
    }
}

/// Runs a search, in one query.
pub(crate) async fn page<T: BookmarkRow>(
    connection: &Connection,
    search: &SearchParams,
) -> Result<Hits<T>, Error> {
    let values = Values::new(search);
    let mut found = Hits { bookmarks: Vec::new(), ranked_in_part: false, misspelt: Vec::new() };
    let sql = statement::sql(search, &T::columns());
    let rows = match statement::is_of_nearly_all(search) {
        true => connection.query_with_settings(IN_INDEX_ORDER, &sql, &values.params()).await?,
        false => connection.query(&sql, &values.params()).await?,
    };
    for row in rows {
        match row.try_get::<_, Option<String>>("misspelt")? {
            Some(word) => found.misspelt.push(Misspelt { word, alike: row.try_get("near")? }),
            None => {
                found.ranked_in_part = row.try_get("ranked_in_part")?;
                found.bookmarks.push(Hit::from_row(&row)?);
            }
        }
    }
    Ok(found)
}

/// Returns whether the words that a cursor corrects are words of its search.
pub(crate) async fn is_of_search(connection: &Connection, search: &SearchParams) -> Result<bool, Error> {
    if search.corrected.is_empty() {
        return Ok(true);
    }
    let misspelt: Vec<&str> = search.corrected.keys().map(String::as_str).collect();
    let params: [Param<'_>; 2] = [(&search.terms.words, Type::TEXT_ARRAY), (&misspelt, Type::TEXT_ARRAY)];
    Ok(connection.query_one("SELECT search_holds($1, $2)", &params).await?.try_get(0)?)
}
