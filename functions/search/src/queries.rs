//! The queries of `search`.

use app::{Connection, Error, Param};
use tokio_postgres::types::Type;

use crate::hit::Hit;
use crate::nearest::Misspelt;
use crate::statement;
use crate::wish::Wish;

/// What a search has found: bookmarks, or why there are none.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// One more than the page holds, where there are more.
    pub(crate) bookmarks: Vec<Hit>,
    /// On a first page without bookmarks, the words that nothing has under the filters.
    pub(crate) misspelt: Vec<Misspelt>,
}

/// Indexes some of what is pending. Half a second is about 10,000 bookmarks, which is what an import usually brings.
pub(crate) async fn catch_up(connection: &Connection) -> Result<(), Error> {
    connection.query("SELECT search_catch_up('0.5 s')", &[]).await?;
    Ok(())
}

/// Runs a search, in one query. The parameters are what [`statement`] numbers.
pub(crate) async fn page(connection: &Connection, wish: &Wish) -> Result<Found, Error> {
    let misspelt: Vec<&str> = wish.corrected.keys().map(String::as_str).collect();
    let quoted = |word: &String| format!("'{word}'");
    let instead: Vec<String> = wish
        .corrected
        .values()
        .map(|words| words.iter().map(quoted).collect::<Vec<_>>().join(" | "))
        .collect();
    let nearest: Vec<String> =
        wish.corrected.values().filter_map(|words| words.first()).map(quoted).collect();
    let limit = i64::try_from(wish.limit).unwrap_or(i64::MAX) + 1;
    let after = wish.after.as_ref().map(|after| after.id());
    let after_score = wish.after.as_ref().and_then(|after| after.score());
    let params: [Param<'_>; 11] = [
        (&wish.q, Type::TEXT),
        (&misspelt, Type::TEXT_ARRAY),
        (&instead, Type::TEXT_ARRAY),
        (&nearest, Type::TEXT_ARRAY),
        (&wish.tags, Type::TEXT_ARRAY),
        (&wish.domain, Type::TEXT),
        (&wish.folder, Type::TEXT),
        (&wish.project_id, Type::INT4),
        (&after, Type::UUID),
        (&after_score, Type::FLOAT4),
        (&limit, Type::INT8),
    ];
    let mut found = Found::default();
    for row in connection.query(&statement::of(wish), &params).await? {
        match row.try_get::<_, Option<String>>("misspelt")? {
            Some(word) => found.misspelt.push(Misspelt { word, alike: row.try_get("near")? }),
            None => found.bookmarks.push(Hit::from_row(&row)?),
        }
    }
    Ok(found)
}
