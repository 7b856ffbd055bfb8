//! The statement of a search. Its shape depends on what is asked for, so that nothing is planned for what is
//! not.
//!
//! Parameters: $1 words, $2 phrases, $3 what is excluded, $4 misspelt words, $5 what is searched in the place
//! of each, $6 the nearest of these, $7 tags, $8 excluded tags, $9 untagged, $10 domain, $11 project, $12
//! folder, $13 whether the last word may go on, $14 the id of the last bookmark seen, $15 its score, $16 its
//! date, $17 its title, $18 the limit.

use super::params::{Folder, SearchParams, Sort};
use crate::scope::OWN;

// The functions are immutable, so the planner runs them, with the parameters' values, and knows from the
// statistics of the index how many bookmarks to expect.
const FILTER: &str = "search_filter($7, $8, $9, $10, $11)";
/// All that is asked for: whole words, the last of which may go on.
const STRICT: &str = "(search_query($1, $2, $3, search_filter($7, $8, $9, $10, $11), $4, $5, $13)
     && search_scope())";
/// The same where each word may be the beginning or the middle of one.
const RELAXED: &str =
    "(SELECT search_query($1, $2, $3, search_filter($7, $8, $9, $10, $11), i.keys, i.instead, $13)
                    && search_scope()
                        FROM search_inside($1) AS i)";
/// The same for what is not indexed yet, whose text is known to hold each word somewhere.
const RELAXED_PENDING: &str = "(SELECT search_query(
        $1, $2, $3, search_filter($7, $8, $9, $10, $11), i.keys, array_fill(''::text, \
            ARRAY[cardinality(i.keys)]), $13)
    FROM search_inside($1) AS i)";
/// The query by which documents are ranked.
const WORDS: &str = "search_query($1, $2, '{}', NULL, $4, $5, $13)";
const WHOLE_WORDS: &str = "search_query($1, $2, '{}', NULL, $4, $6, false)";

/// Single bookmarks may be many, hence NOT IN, which the planner always hashes; ranges are few.
const IS_INDEXED: &str = "d.bookmark_id NOT IN (
        SELECT first_id FROM search_pending
        WHERE organization_id = current_organization() AND first_id = last_id)
    AND NOT EXISTS (SELECT FROM ranges AS r WHERE d.bookmark_id BETWEEN r.first_id AND r.last_id)";

/// All ids of a folder and what is in it; its id is a parameter. Folders are looked up one by one, which
/// OFFSET 0 says: the planner takes the folder for a tree of thousands, and would read all bookmarks.
const INSIDE: &str = "WITH RECURSIVE below (id) AS (
        SELECT $12::uuid
        UNION
        SELECT f.id FROM below AS b
        CROSS JOIN LATERAL (
            SELECT id FROM folders
            WHERE organization_id = current_organization() AND parent_id = b.id
            OFFSET 0
        ) AS f
    )
    SELECT b.id
    FROM below
    CROSS JOIN LATERAL (
        SELECT id FROM bookmarks
        WHERE organization_id = current_organization() AND folder_id = below.id
        OFFSET 0
    ) AS b
    UNION ALL
    SELECT b.id
    FROM bookmarks AS b, unnest(b.further_folder_ids) AS further (id)
    JOIN below ON below.id = further.id
    WHERE b.organization_id = current_organization() AND b.further_folder_ids IS NOT NULL";

/// The statement for a search. Its rows are bookmarks, or words that nothing has.
pub(crate) fn sql(params: &SearchParams, columns: &str) -> String {
    let mut tables = Vec::new();
    let page = if params.sort == Sort::Relevance && has_documents(params) {
        begin(params, &mut tables);
        ranked(params, &mut tables)
    } else {
        sorted(params, &mut tables)
    };
    tables.push(format!("page AS MATERIALIZED ({page})"));
    // A page with nothing on it is the reason to look for words like those typed.
    let near = if params.page.after.is_none() && may_relax(params) {
        format!("SELECT misspelt, near FROM search_near($1, {FILTER}) WHERE NOT EXISTS (SELECT FROM page)")
    } else {
        "SELECT NULL::text AS misspelt, NULL::text[] AS near WHERE false".to_owned()
    };
    // Columns are looked up for the page alone. On one snapshot, no bookmark of it is missing.
    format!(
        "WITH {}, near AS ({near})
         SELECT {columns}, page.id, page.score, page.date, page.title, near.misspelt, near.near
         FROM (page CROSS JOIN LATERAL (SELECT * FROM bookmarks WHERE {OWN} AND id = page.id OFFSET 0) AS b)
              FULL JOIN near ON false
         ORDER BY {}",
        tables.join(", "),
        order(params.sort, "page.")
    )
}

/// The statement of all ids that a search finds, in no order. It has the parameters of [`sql`].
pub(crate) fn ids(params: &SearchParams) -> String {
    let mut tables = Vec::new();
    let found = found(params, &mut tables);
    let with = if tables.is_empty() { String::new() } else { format!("WITH {}", tables.join(", ")) };
    format!("{with} SELECT b.id FROM {found}")
}

/// Adds the tables that documents are looked up with.
fn begin(params: &SearchParams, tables: &mut Vec<String>) {
    if has_documents(params) {
        tables.push(format!(
            "ranges AS MATERIALIZED (
                 SELECT first_id, last_id FROM search_pending WHERE {OWN} AND first_id < last_id)"
        ));
        tables.push(pending(params));
    }
    match &params.folder {
        Some(Folder::Path(_)) => {
            tables.push("inside AS MATERIALIZED (SELECT id FROM search_in_folder($12) AS id)".to_owned());
        }
        Some(Folder::Id(_)) => tables.push(format!("inside AS MATERIALIZED ({INSIDE})")),
        None => {}
    }
}

/// The bookmarks that are found, as `b` of `listed_bookmarks`, for FROM.
fn found(params: &SearchParams, tables: &mut Vec<String>) -> String {
    let states = states(params);
    match found_ids(params, tables) {
        Some(ids) => format!(
            "({ids}) AS found
             CROSS JOIN LATERAL (SELECT * FROM listed_bookmarks WHERE {OWN} AND id = found.id{states}) AS b"
        ),
        None => format!("(SELECT * FROM listed_bookmarks WHERE {OWN}{states}) AS b"),
    }
}

/// The ids that documents or a folder give, before what columns of bookmarks say; none where these alone
/// decide.
fn found_ids(params: &SearchParams, tables: &mut Vec<String>) -> Option<String> {
    begin(params, tables);
    if !has_documents(params) {
        return params.folder.as_ref().map(|_| "SELECT DISTINCT id FROM inside".to_owned());
    }
    Some(if may_relax(params) {
        documents(params, &format!("({STRICT} || {RELAXED})"), &format!("({STRICT} || {RELAXED_PENDING})"))
    } else {
        documents(params, STRICT, STRICT)
    })
}

/// Returns whether documents say what is found, and not bookmarks alone.
fn has_documents(params: &SearchParams) -> bool {
    params.terms.has_words() || !params.terms.excluded.is_empty() || params.has_labels()
}

/// The conditions that columns of bookmarks answer.
fn states(params: &SearchParams) -> String {
    let mut conditions = String::new();
    for (column, state) in [("is_archived", params.archived), ("unread", params.unread)] {
        match state {
            Some(true) => conditions += &format!(" AND {column}"),
            Some(false) => conditions += &format!(" AND NOT {column}"),
            None => {}
        }
    }
    if params.project_id.is_some() {
        conditions += " AND project_id = $11";
    }
    conditions
}

/// Returns whether words may be the middle of others, or misspelt.
fn may_relax(params: &SearchParams) -> bool {
    !params.terms.words.is_empty() && params.corrected.is_empty()
}

/// The documents of what is not indexed yet. What takes a misspelt word's place is not looked for ahead of
/// them.
fn pending(params: &SearchParams) -> String {
    let words = if params.corrected.is_empty() { "$1 || $2" } else { "'{}'" };
    let labels_only = !params.terms.has_words() && params.terms.excluded.is_empty();
    format!(
        "pending AS MATERIALIZED (SELECT id, words FROM search_pending_documents({words}, {labels_only}))"
    )
}

/// Returns the union of what a query finds in the index, and what another one finds among the bookmarks that
/// are pending.
fn documents(params: &SearchParams, query: &str, of_pending: &str) -> String {
    let narrowed = |id: &str, words: &str| {
        let mut conditions = String::new();
        if params.folder.is_some() {
            // IS TRUE keeps it from being a join, which is a loop within a loop where the planner takes the
            // documents for a few.
            conditions += &format!(" AND ({id} IN (SELECT i.id FROM inside AS i)) IS TRUE");
        }
        if params.names_tags() {
            conditions += &format!(
                " AND (NOT {words} @@ '''=m''' OR (
                     SELECT search_has_tags(t.tags, $7, $8) FROM bookmarks AS t
                     WHERE t.{OWN} AND t.id = {id}))"
            );
        }
        conditions
    };
    format!(
        "SELECT d.bookmark_id AS id, d.words FROM searchable_documents AS d
         WHERE d.words @@ {query} AND {IS_INDEXED}{}
         UNION ALL
         SELECT p.id, p.words FROM pending AS p WHERE p.words @@ {of_pending}{}",
        narrowed("d.bookmark_id", "d.words"),
        narrowed("p.id", "p.words")
    )
}

/// A page in the order of the ranks: whole words and beginnings, whose scores are 1 and more, and then, where
/// these do not fill it, the middles of words, which are all equal.
fn ranked(params: &SearchParams, tables: &mut Vec<String>) -> String {
    let strict = documents(params, STRICT, STRICT);
    let score = format!("(1 + ts_rank(words, {WORDS}) + ts_rank(words, {WHOLE_WORDS}))::float4");
    let strict = best(params, &format!("SELECT id, {score} AS score FROM ({strict}) AS d"));
    if !may_relax(params) {
        return strict;
    }
    tables.push(format!("strict AS MATERIALIZED ({strict})"));
    let relaxed = documents(params, RELAXED, RELAXED_PENDING);
    let relaxed = best(
        params,
        &format!(
            "SELECT id, 0::float4 AS score FROM ({relaxed}) AS d
             WHERE (SELECT count(*) FROM strict) < $18 AND NOT words @@ {STRICT}"
        ),
    );
    format!("(SELECT * FROM strict) UNION ALL ({relaxed}) ORDER BY {} LIMIT $18", order(params.sort, ""))
}

/// The best of what was found, of ids and scores.
///
/// They are ordered first and looked up then, one by one, as many as the page takes: OFFSET 0 keeps the
/// planner from joining all of them. Before the limit all the same, since a document whose bookmark was
/// deleted while it was indexed has none.
fn best(params: &SearchParams, found: &str) -> String {
    let after = if params.page.after.is_some() { "WHERE (score, id) < ($15, $14)" } else { "" };
    format!(
        "SELECT hit.id, hit.score, NULL::timestamptz AS date, NULL::text AS title
         FROM (SELECT id, score FROM ({found}) AS found {after} ORDER BY score DESC, id DESC) AS hit
         CROSS JOIN LATERAL (SELECT FROM bookmarks WHERE {OWN} AND id = hit.id{} OFFSET 0) AS b
         ORDER BY {} LIMIT $18",
        states(params),
        order(params.sort, "hit.")
    )
}

/// A page in another order than that of the ranks.
fn sorted(params: &SearchParams, tables: &mut Vec<String>) -> String {
    if params.sort == Sort::Stored
        && let Some(ids) = found_ids(params, tables)
    {
        return stored(params, &ids);
    }
    let (date, title, after) = match params.sort {
        Sort::Stored | Sort::Relevance => ("NULL::timestamptz", "NULL::text", "b.id < $14"),
        Sort::Newest => ("b.added", "NULL::text", "(b.date, b.id) < ($16, $14)"),
        Sort::Oldest => ("b.added", "NULL::text", "(b.date, b.id) > ($16, $14)"),
        Sort::Modified => ("b.modified", "NULL::text", "(b.date, b.id) < ($16, $14)"),
        Sort::Title => ("NULL::timestamptz", "b.title_key", "(b.title, b.id) > ($17 COLLATE \"C\", $14)"),
    };
    let after = if params.page.after.is_some() { format!("WHERE {after}") } else { String::new() };
    format!(
        "SELECT b.id, NULL::float4 AS score, b.date, b.title
         FROM (
             SELECT b.id, {date} AS date, {title} AS title
             FROM {}
         ) AS b
         {after}
         ORDER BY {} LIMIT $18",
        found(params, tables),
        order(params.sort, "b.")
    )
}

/// A page in the order of ids: they are ordered first and looked up then, as in [`best`].
fn stored(params: &SearchParams, ids: &str) -> String {
    let after = if params.page.after.is_some() { "WHERE id < $14" } else { "" };
    let order = order(params.sort, "hit.");
    format!(
        "SELECT hit.id, NULL::float4 AS score, NULL::timestamptz AS date, NULL::text AS title
         FROM (SELECT id FROM ({ids}) AS found {after} ORDER BY id DESC) AS hit
         CROSS JOIN LATERAL (SELECT FROM bookmarks WHERE {OWN} AND id = hit.id{} OFFSET 0) AS b
         ORDER BY {order} LIMIT $18",
        states(params)
    )
}

/// The order of the result, of the columns of a table.
fn order(sort: Sort, table: &str) -> String {
    match sort {
        Sort::Stored => format!("{table}id DESC"),
        Sort::Relevance => format!("{table}score DESC, {table}id DESC"),
        Sort::Newest | Sort::Modified => format!("{table}date DESC, {table}id DESC"),
        Sort::Oldest => format!("{table}date, {table}id"),
        Sort::Title => format!("{table}title COLLATE \"C\", {table}id"),
    }
}
