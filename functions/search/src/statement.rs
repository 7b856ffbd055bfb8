//! The statement of a search. Its shape depends on what is wished, so that nothing is planned for what is not.
//!
//! Parameters: $1 what was typed, $2 its misspelt words, $3 what is searched in the place of each, $4 the nearest of
//! these, $5 tags, $6 domain, $7 folder, $8 project, $9 and $10 id and score of the last bookmark seen, $11 the limit.

use crate::hit::Hit;
use crate::wish::Wish;

// The functions are immutable, so the planner runs them, with the parameters' values, and knows from the statistics of
// the index how many bookmarks to expect.
const WORDS: &str = "search_query($1, $2, $3, true)";
const WHOLE_WORDS: &str = "search_query($1, $2, $4, false)";
const FILTER: &str = "search_filter($5, $6, $7, $8)";

/// Single bookmarks may be many, hence NOT IN, which the planner always hashes; ranges are few.
const IS_INDEXED: &str = "d.bookmark_id NOT IN (SELECT p.bookmark_id FROM search_pending_bookmarks p)
    AND NOT EXISTS (
        SELECT FROM search_pending_ranges p WHERE d.bookmark_id BETWEEN p.first_id AND p.last_id
    )";

/// The statement for a wish. Its rows are bookmarks, or words that nothing has.
pub(crate) fn of(wish: &Wish) -> String {
    let page = if wish.q.is_none() && !wish.has_filter() {
        everything(wish)
    } else {
        let (indexed, pending) = (best(wish, &indexed(wish)), best(wish, &pending(wish)));
        format!("({indexed}) UNION ALL ({pending}) ORDER BY {} LIMIT $11", order(wish, ""))
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
        order(wish, "page.")
    )
}

/// The newest of all.
fn everything(wish: &Wish) -> String {
    let after = if wish.after.is_some() { "WHERE b.id < $9" } else { "" };
    format!(
        "SELECT {}, NULL::float4 AS score FROM bookmarks b {after} ORDER BY b.id DESC LIMIT $11",
        Hit::columns()
    )
}

/// The bookmarks of a page, of ids and scores that were found.
///
/// They are ordered first and looked up then, one by one, as many as the page takes: OFFSET 0 keeps the planner from
/// joining all of them. Before the limit all the same, since a document whose bookmark was deleted while it was indexed
/// has none.
fn best(wish: &Wish, found: &str) -> String {
    // Ids alone come in order from the index where many match, which an ORDER BY in here would keep from the planner.
    let (after, sorted) = match (&wish.q, &wish.after) {
        (Some(_), Some(_)) => ("WHERE (score, id) < ($10, $9)", "ORDER BY score DESC, id DESC"),
        (Some(_), None) => ("", "ORDER BY score DESC, id DESC"),
        (None, Some(_)) => ("WHERE id < $9", ""),
        (None, None) => ("", ""),
    };
    format!(
        "SELECT {}, hit.score
         FROM (SELECT id, score FROM ({found}) AS found {after} {sorted}) AS hit
         CROSS JOIN LATERAL (SELECT * FROM bookmarks WHERE id = hit.id OFFSET 0) AS b
         ORDER BY {} LIMIT $11",
        Hit::columns(),
        order(wish, "hit.")
    )
}

/// What the index finds.
fn indexed(wish: &Wish) -> String {
    let wanted = match (&wish.q, wish.has_filter()) {
        (Some(_), true) => format!("({WORDS} && {FILTER})"),
        (Some(_), false) => WORDS.to_owned(),
        (None, _) => FILTER.to_owned(),
    };
    format!(
        "SELECT d.bookmark_id AS id, {} AS score
         FROM search_documents d
         WHERE d.words @@ {wanted} AND {IS_INDEXED}",
        score(wish, "d.words")
    )
}

/// What the index does not know yet. Its ranges may overlap, hence DISTINCT.
fn pending(wish: &Wish) -> String {
    let mut conditions = Vec::new();
    // That the folded text holds every word somewhere decides most bookmarks, for a tenth of what documents would cost.
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
    if wish.q.is_some() {
        document = "CROSS JOIN LATERAL (
                        SELECT search_words(b.title, b.tags, b.url, b.description) AS words OFFSET 0
                    ) AS document";
        conditions.push(format!("document.words @@ {WORDS}"));
    }
    format!(
        "SELECT DISTINCT b.id, {} AS score
         FROM search_pending() AS pending
         CROSS JOIN LATERAL (
             SELECT id, title, tags, url, description, domain, folder_path, further_folders, project_id,
                    concat_ws(' ', title, array_to_string(tags, ' '), url, description) AS text
             FROM bookmarks WHERE id BETWEEN pending.first_id AND pending.last_id OFFSET 0
         ) AS b
         {document}
         WHERE {}",
        score(wish, "document.words"),
        conditions.join(" AND ")
    )
}

/// Titles before tags, addresses and descriptions by `ts_rank`'s own weights; whole words count twice.
fn score(wish: &Wish, words: &str) -> String {
    if wish.q.is_some() {
        format!("ts_rank({words}, {WORDS}) + ts_rank({words}, {WHOLE_WORDS})")
    } else {
        "NULL::float4".to_owned()
    }
}

/// The order of the result, of the columns of a table.
fn order(wish: &Wish, table: &str) -> String {
    let score = if wish.q.is_some() { format!("{table}score DESC, ") } else { String::new() };
    format!("{score}{table}id DESC")
}
