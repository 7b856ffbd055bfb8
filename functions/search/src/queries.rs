//! The queries of `search`.

use db::{Connection, Param};
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::Error;

use crate::hit::Hit;
use crate::params::SearchParams;
use crate::spelling::Misspelt;
use crate::statement;
use crate::whole::Whole;

/// The result of a search: bookmarks, or why there are none.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    /// One more than the page holds, where there are more.
    pub(crate) bookmarks: Vec<Hit>,
    /// On a first page without bookmarks, the words that nothing has under the filters.
    pub(crate) misspelt: Vec<Misspelt>,
}

/// Runs a search, in one query. The parameters are what [`statement`] numbers.
pub(crate) async fn page(connection: &Connection, search: &SearchParams) -> Result<Hits, Error> {
    let misspelt: Vec<&str> = search.corrected.keys().map(String::as_str).collect();
    let quoted = |word: &String| format!("'{word}'");
    let any =
        |words: &Vec<String>| format!("( {} )", words.iter().map(quoted).collect::<Vec<_>>().join(" | "));
    let instead: Vec<String> = search.corrected.values().map(any).collect();
    let nearest: Vec<String> =
        search.corrected.values().filter_map(|words| words.first()).map(quoted).collect();
    let limit = search.page.rows();
    let after = search.page.after.as_ref();
    let (after_id, after_score) = (after.map(|after| after.id()), after.and_then(|after| after.score()));
    let (after_date, after_title) =
        (after.and_then(|after| after.date()), after.and_then(|after| after.title()));
    let params: [Param<'_>; 18] = [
        (&search.terms.words, Type::TEXT_ARRAY),
        (&search.terms.phrases, Type::TEXT_ARRAY),
        (&search.terms.excluded, Type::TEXT_ARRAY),
        (&misspelt, Type::TEXT_ARRAY),
        (&instead, Type::TEXT_ARRAY),
        (&nearest, Type::TEXT_ARRAY),
        (&search.tags, Type::TEXT_ARRAY),
        (&search.excluded_tags, Type::TEXT_ARRAY),
        (&search.untagged, Type::BOOL),
        (&search.domain, Type::TEXT),
        (&search.project_id, Type::INT4),
        (&search.folder, Type::TEXT),
        (&search.terms.is_open, Type::BOOL),
        (&after_id, Type::UUID),
        (&after_score, Type::FLOAT4),
        (&after_date, Type::INT8),
        (&after_title, Type::TEXT),
        (&limit, Type::INT8),
    ];
    let mut found = Hits::default();
    for row in connection.query(&statement::sql(search), &params).await? {
        match row.try_get::<_, Option<String>>("misspelt")? {
            Some(word) => found.misspelt.push(Misspelt { word, alike: row.try_get("near")? }),
            None => found.bookmarks.push(Hit::from_row(&row)?),
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

/// A bookmark as it is stored; none where there is none of this id.
pub(crate) async fn whole(connection: &Connection, id: Uuid) -> Result<Option<Whole>, Error> {
    let row = connection.query_opt(&Whole::statement(), &[(&id, Type::UUID)]).await?;
    row.as_ref().map(Whole::from_row).transpose()
}
