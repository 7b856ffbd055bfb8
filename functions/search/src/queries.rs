//! The queries of `search`.

use app::{Connection, Error, Param};
use tokio_postgres::types::Type;

use crate::bookmark::{Bookmark, COLUMNS};
use crate::nearest::Misspelt;
use crate::wish::Wish;

/// What a search has found: bookmarks, or why there are none.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// One more than the page holds, where there are more.
    pub(crate) bookmarks: Vec<Bookmark>,
    /// On a first page without bookmarks, the words that nothing has under the filters.
    pub(crate) misspelt: Vec<Misspelt>,
}

/// Indexes some of what is pending. Half a second is about 10,000 bookmarks, which is what an import usually brings.
pub(crate) async fn catch_up(connection: &Connection) -> Result<(), Error> {
    connection.query("SELECT search_catch_up('0.5 s')", &[]).await?;
    Ok(())
}

/// Runs a search, in one query.
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
    for row in connection.query(&sql(wish), &params).await? {
        match row.try_get::<_, Option<String>>("misspelt")? {
            Some(word) => found.misspelt.push(Misspelt { word, alike: row.try_get("near")? }),
            None => found.bookmarks.push(Bookmark::from_row(&row)?),
        }
    }
    Ok(found)
}

// The functions are immutable, so the planner runs them, with the parameters' values, and knows from the statistics of
// the index how many bookmarks to expect.
const WORDS: &str = "search_query($1, $2, $3, true)";
const WHOLE_WORDS: &str = "search_query($1, $2, $4, false)";
const FILTER: &str = "search_filter($5, $6, $7, $8)";

/// The statement for a search. Its shape depends on what is given, so that nothing is planned for what is not.
fn sql(wish: &Wish) -> String {
    let page = if wish.q.is_some() || wish.has_filter() {
        let order = wish.order("");
        format!("({}) UNION ALL ({}) ORDER BY {order} LIMIT $11", indexed(wish), pending(wish))
    } else {
        everything(wish)
    };
    // A page with nothing on it is the reason to look for words like those typed.
    let near = if wish.q.is_some() && wish.after.is_none() && wish.corrected.is_empty() {
        format!("SELECT misspelt, near FROM search_near($1, {FILTER}) WHERE NOT EXISTS (SELECT FROM page)")
    } else {
        "SELECT NULL::text AS misspelt, NULL::text[] AS near WHERE false".to_owned()
    };
    format!(
        "WITH page AS MATERIALIZED ({page}), near AS ({near})
         SELECT page.*, near.misspelt, near.near
         FROM page FULL JOIN near ON false
         ORDER BY {}",
        wish.order("page.")
    )
}

fn everything(wish: &Wish) -> String {
    let after = if wish.after.is_some() { "WHERE b.id < $9" } else { "" };
    format!("SELECT {COLUMNS}, NULL::float4 AS score FROM bookmarks b {after} ORDER BY b.id DESC LIMIT $11")
}

/// What the index finds. A document whose bookmark was deleted while it was indexed has no row, hence the join before
/// the limit; it meets only as many as the page takes, as the documents come in the order of the page.
fn indexed(wish: &Wish) -> String {
    let not_pending =
        "NOT EXISTS (SELECT FROM search_pending p WHERE d.bookmark_id BETWEEN p.first_id AND p.last_id)";
    if wish.q.is_none() {
        let after = if wish.after.is_some() { "AND d.bookmark_id < $9" } else { "" };
        return format!(
            "SELECT {COLUMNS}, NULL::float4 AS score
             FROM search_documents d JOIN bookmarks b ON b.id = d.bookmark_id
             WHERE d.words @@ {FILTER} AND {not_pending} {after}
             ORDER BY d.bookmark_id DESC LIMIT $11"
        );
    }
    let wanted = if wish.has_filter() { format!("({WORDS} && {FILTER})") } else { WORDS.to_owned() };
    let after = if wish.after.is_some() { "WHERE (score, id) < ($10, $9)" } else { "" };
    format!(
        "SELECT {COLUMNS}, hit.score
         FROM (
             SELECT id, score
             FROM (
                 SELECT d.bookmark_id AS id, {} AS score
                 FROM search_documents d
                 WHERE d.words @@ {wanted} AND {not_pending}
             ) AS found
             {after}
             ORDER BY score DESC, id DESC
         ) AS hit
         JOIN bookmarks b ON b.id = hit.id
         ORDER BY hit.score DESC, hit.id DESC LIMIT $11",
        score("d.words"),
    )
}

/// What the index does not know yet. That the folded text holds every word somewhere decides most bookmarks for a tenth
/// of what their documents would cost. Ranges may overlap, hence DISTINCT.
fn pending(wish: &Wish) -> String {
    let mut conditions = Vec::new();
    if wish.q.is_some() && wish.corrected.is_empty() {
        conditions.push(format!(
            "search_fold(b.text) LIKE ALL (ARRAY(
                 SELECT '%' || word[1] || '%'
                 FROM regexp_matches({WHOLE_WORDS}::text, '''([^'']+)''', 'g') AS word))"
        ));
    }
    if wish.has_filter() {
        conditions.push(format!(
            "search_labels(b.domain, b.tags, b.folder_path, b.further_folders, b.project_id) @@ {FILTER}"
        ));
    }
    let mut document = "";
    let mut rank = "NULL::float4".to_owned();
    if wish.q.is_some() {
        document = "CROSS JOIN LATERAL (
                        SELECT search_words(b.title, b.tags, b.url, b.description) AS words OFFSET 0
                    ) AS document";
        rank = score("document.words");
        conditions.push(format!("document.words @@ {WORDS}"));
    }
    let after = match (&wish.after, &wish.q) {
        (Some(_), Some(_)) => "WHERE (hit.score, hit.id) < ($10, $9)",
        (Some(_), None) => "WHERE hit.id < $9",
        (None, _) => "",
    };
    format!(
        "SELECT {COLUMNS}, hit.score
         FROM (
             SELECT DISTINCT b.id, {rank} AS score
             FROM search_pending p
             CROSS JOIN LATERAL (
                 SELECT id, title, tags, url, description, domain, folder_path, further_folders, project_id,
                        concat_ws(' ', title, array_to_string(tags, ' '), url, description) AS text
                 FROM bookmarks WHERE id BETWEEN p.first_id AND p.last_id OFFSET 0
             ) AS b
             {document}
             WHERE {}
         ) AS hit
         JOIN bookmarks b ON b.id = hit.id
         {after}
         ORDER BY {} LIMIT $11",
        conditions.join(" AND "),
        wish.order("hit."),
    )
}

/// Titles before tags, addresses and descriptions by `ts_rank`'s own weights; whole words count twice.
fn score(words: &str) -> String {
    format!("ts_rank({words}, {WORDS}) + ts_rank({words}, {WHOLE_WORDS})")
}

impl Wish {
    /// The order of the result, of the columns of a table.
    fn order(&self, table: &str) -> String {
        if self.q.is_some() {
            format!("{table}score DESC, {table}id DESC")
        } else {
            format!("{table}id DESC")
        }
    }
}
