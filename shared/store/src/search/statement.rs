//! The statement of a search. Its shape depends on what is asked for, so that nothing is planned for what is
//! not.
//!
//! Parameters: $1 words, $2 phrases, $3 what is excluded, $4 misspelt words, $5 what is searched in the place
//! of each, $6 the nearest of these, $7 tags, $8 excluded tags, $9 untagged, $10 domain, $11 project, $12
//! folder, $13 whether the last word may go on, $14 the id of the last bookmark seen, $15 its score, $16 its
//! date, $17 its title, $18 the limit.

use super::looked::{Columns, Looked};
use super::params::{Folder, SearchParams, Sort};
use crate::folder_paths::{SHOWN, paths};
use crate::scope::OWN;

/// The places of words that may be the beginning or the middle of others, and what is searched there.
const RELAXED: &str = "i.keys, i.instead";
/// The same for what is not indexed yet, whose text is known to hold each word somewhere.
const RELAXED_PENDING: &str = "i.keys, array_fill(''::text, ARRAY[cardinality(i.keys)])";
/// What labels say where none are asked for.
const NO_FILTER: &str = "NULL::tsquery";
/// The query by which documents are ranked.
const WORDS: &str = "search_query($1, $2, '{}', NULL, $4, $5, $13)";
const WHOLE_WORDS: &str = "search_query($1, $2, '{}', NULL, $4, $6, false)";

/// So many of the bookmarks that are found are ranked, those that were stored last. To rank is to read a
/// whole document. The library's page says this number.
const MOST_RANKED: usize = 1_000;

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
    SELECT in_further_folders(ARRAY(SELECT id FROM below))";

/// The statement for a search. Its rows are bookmarks, or words that nothing has.
pub(crate) fn sql(params: &SearchParams, columns: &str) -> String {
    let mut tables = Vec::new();
    let shown = if is_ranked(params) {
        begin(params, &mut tables);
        let page = ranked(params, &mut tables);
        looked_up(&page, &mut tables)
    } else {
        sorted(params, &mut tables)
    };
    tables.push(format!("{SHOWN} AS MATERIALIZED ({shown})"));
    // A page with nothing on it is the reason to look for words like those typed.
    let near = if params.page.after.is_none() && may_relax(params) {
        let filter = filter(params);
        format!("SELECT misspelt, near FROM search_near($1, {filter}) WHERE NOT EXISTS (SELECT FROM {SHOWN})")
    } else {
        "SELECT NULL::text AS misspelt, NULL::text[] AS near WHERE false".to_owned()
    };
    let in_part = if is_ranked(params) {
        format!("EXISTS (SELECT FROM matched OFFSET {MOST_RANKED})")
    } else {
        "false".to_owned()
    };
    format!(
        "WITH {}, {}, near AS ({near})
         SELECT {columns}, b.id, b.page_score, b.page_date, b.page_title, near.misspelt, near.near,
                {in_part} AS ranked_in_part
         FROM {SHOWN} AS b FULL JOIN near ON false
         ORDER BY {}",
        tables.join(", "),
        paths(),
        order(params.sort, "b.page_", "b.")
    )
}

/// The bookmarks of a page. Columns are looked up for the page alone. On one snapshot, no bookmark of it is
/// missing.
fn looked_up(page: &str, tables: &mut Vec<String>) -> String {
    tables.push(format!("page AS MATERIALIZED ({page})"));
    format!(
        "SELECT b.*, page.score AS page_score, page.date AS page_date, page.title AS page_title
         FROM page
         CROSS JOIN LATERAL (SELECT * FROM bookmarks WHERE {OWN} AND id = page.id OFFSET 0) AS b"
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
        let filter = filter(params);
        if filter != NO_FILTER {
            tables.push(
                "filtered AS MATERIALIZED (SELECT search_filter($7, $8, $9, $10, $11) AS filter)".to_owned(),
            );
        }
        let query = |instead: &str| format!("search_query($1, $2, $3, {filter}, {instead}, $13)");
        tables.push(pending(params));
        tables.push(Looked::Strict.table(&format!(
            "SELECT q AS query, q AS of_pending FROM (SELECT {} AS q OFFSET 0) AS asked",
            query("$4, $5")
        )));
        if may_relax(params) {
            tables.push(Looked::Relaxed.table(&format!(
                "SELECT {} AS query, {} AS of_pending FROM search_inside($1) AS i",
                query(RELAXED),
                query(RELAXED_PENDING)
            )));
        }
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
    let states = states(params, "is_untagged");
    match found_ids(params, tables, Columns::Ids) {
        Some(ids) => format!(
            "({ids}) AS found
             CROSS JOIN LATERAL (SELECT * FROM listed_bookmarks WHERE {OWN} AND id = found.id{states}) AS b"
        ),
        None => format!("(SELECT * FROM listed_bookmarks WHERE {OWN}{states}) AS b"),
    }
}

/// The ids that documents or a folder give, before what columns of bookmarks say; none where these alone
/// decide.
fn found_ids(params: &SearchParams, tables: &mut Vec<String>, columns: Columns) -> Option<String> {
    begin(params, tables);
    if !has_documents(params) {
        return params.folder.as_ref().map(|_| "SELECT DISTINCT id FROM inside".to_owned());
    }
    if !may_relax(params) {
        return Some(documents(params, Looked::Strict, columns));
    }
    tables.push(Looked::Either.table(
        "SELECT s.query || r.query AS query, s.query || r.of_pending AS of_pending
         FROM strict AS s, relaxed AS r",
    ));
    Some(documents(params, Looked::Either, columns))
}

/// What labels say, as a query. Each time it is written, the planner itself calls the function that makes it,
/// which takes a quarter of a millisecond. So it is written once, and only where there is something to say.
fn filter(params: &SearchParams) -> &'static str {
    match params.has_labels() || params.untagged || params.project_id.is_some() {
        true => "(SELECT filter FROM filtered)",
        false => NO_FILTER,
    }
}

/// Returns whether the result is in the order of ranks.
fn is_ranked(params: &SearchParams) -> bool {
    params.sort == Sort::Relevance && has_documents(params)
}

/// Returns whether documents say what is found, and not bookmarks alone.
fn has_documents(params: &SearchParams) -> bool {
    params.terms.has_words() || !params.terms.excluded.is_empty() || params.has_labels()
}

/// Returns whether nearly all bookmarks are taken to be listed, so that a page is best read in the order of
/// an index. Of a few in many, an index that finds these is better, and a sort. Most bookmarks are neither
/// archived nor unread; where they are, the index is read to its end.
pub(crate) fn is_of_nearly_all(params: &SearchParams) -> bool {
    let is_narrowed = params.archived == Some(true)
        || params.unread == Some(true)
        || params.untagged
        || params.project_id.is_some()
        || params.folder.is_some();
    !has_documents(params) && !is_narrowed
}

/// The conditions that columns of bookmarks answer, with the expression of whether one is untagged.
fn states(params: &SearchParams, is_untagged: &str) -> String {
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
    if params.untagged {
        conditions += &format!(" AND {is_untagged}");
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

/// Returns the union of what is found in the index, and among the bookmarks that are pending.
fn documents(params: &SearchParams, looked: Looked, columns: Columns) -> String {
    let narrowed = |id: &str, is_marked: &str| {
        let mut conditions = String::new();
        if params.folder.is_some() {
            // IS TRUE keeps it from being a join, which is a loop within a loop where the planner takes the
            // documents for a few.
            conditions += &format!(" AND ({id} IN (SELECT i.id FROM inside AS i)) IS TRUE");
        }
        if params.names_tags() && columns != Columns::Marks {
            conditions += &format!(
                " AND (NOT {is_marked} OR (
                     SELECT search_has_tags(t.tags, $7, $8) FROM bookmarks AS t
                     WHERE t.{OWN} AND t.id = {id}))"
            );
        }
        conditions
    };
    let (indexed, pending) = match columns {
        Columns::Ids | Columns::OtherIds => ("", ""),
        Columns::Marks => (", d.is_marked", ", p.words @@ '''=m'''"),
        Columns::Places => (", d.place, NULL::tsvector AS words", ", NULL, p.words"),
    };
    let (but, is_other) = match columns {
        Columns::Ids | Columns::Marks | Columns::Places => ("NULL", ""),
        Columns::OtherIds => ("(SELECT query FROM strict)", " AND NOT p.words @@ (SELECT query FROM strict)"),
    };
    format!(
        "SELECT d.id{indexed}
         FROM {} AS l, search_matches(l.query, l.keys, l.is_rough, {but}, {}) AS d
         WHERE true{}
         UNION ALL
         SELECT p.id{pending} FROM pending AS p WHERE p.words @@ {}{is_other}{}",
        looked.name(),
        params.names_tags(),
        narrowed("d.id", "d.is_marked"),
        looked.of_pending(),
        narrowed("p.id", "p.words @@ '''=m'''")
    )
}

/// A page in the order of the ranks: whole words and beginnings, whose scores are 1 and more, and then, where
/// these do not fill it, what is not ranked, and the middles of words; of these two, all are equal.
fn ranked(params: &SearchParams, tables: &mut Vec<String>) -> String {
    tables.push(format!("matched AS MATERIALIZED ({})", documents(params, Looked::Strict, Columns::Places)));
    tables.push(format!("best AS MATERIALIZED ({})", best(params, &scored(params))));
    let unranked = format!(
        "SELECT id FROM (SELECT id FROM matched ORDER BY id DESC OFFSET {MOST_RANKED}) AS m
         WHERE (SELECT count(*) FROM best) < $18"
    );
    tables.push(format!("unranked AS MATERIALIZED ({})", equal(params, "0.5::float4", &unranked)));
    let strict = "(SELECT * FROM best) UNION ALL (SELECT * FROM unranked)";
    let order = order(params.sort, "", "");
    if !may_relax(params) {
        return format!("{strict} ORDER BY {order} LIMIT $18");
    }
    let relaxed = documents(params, Looked::Relaxed, Columns::OtherIds);
    let relaxed = format!(
        "SELECT id FROM ({relaxed}) AS d
         WHERE (SELECT count(*) FROM best) + (SELECT count(*) FROM unranked) < $18"
    );
    let relaxed = equal(params, "0::float4", &relaxed);
    format!("{strict} UNION ALL ({relaxed}) ORDER BY {order} LIMIT $18")
}

/// What is ranked, of ids and scores. Words are read of these alone.
fn scored(params: &SearchParams) -> String {
    let is_of_words_alone = params.terms.excluded.is_empty()
        && !params.has_labels()
        && !params.untagged
        && params.project_id.is_none();
    let words =
        if is_of_words_alone { "(SELECT query FROM strict)".to_owned() } else { format!("(SELECT {WORDS})") };
    let whole = if params.terms.is_open || !params.corrected.is_empty() {
        format!("(SELECT {WHOLE_WORDS})")
    } else {
        words.clone()
    };
    format!(
        "SELECT m.id, (1 + ts_rank(w.words, {words}) + ts_rank(w.words, {whole}))::float4 AS score
         FROM (SELECT * FROM matched ORDER BY id DESC LIMIT {MOST_RANKED}) AS m
         CROSS JOIN LATERAL (
             SELECT coalesce(m.words, (SELECT d.words FROM keyed_documents AS d WHERE d.place = m.place))
                    AS words OFFSET 0
         ) AS w"
    )
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
         CROSS JOIN LATERAL (SELECT FROM listed_bookmarks WHERE {OWN} AND id = hit.id{} OFFSET 0) AS b
         ORDER BY {} LIMIT $18",
        states(params, "is_untagged"),
        order(params.sort, "hit.", "hit.")
    )
}

/// The same of what was found with one score. They are ordered by their ids alone: Postgres would look up all
/// of them to order them by a constant.
fn equal(params: &SearchParams, score: &str, found: &str) -> String {
    let after =
        if params.page.after.is_some() { format!("WHERE ({score}, id) < ($15, $14)") } else { String::new() };
    format!(
        "SELECT hit.id, {score} AS score, NULL::timestamptz AS date, NULL::text AS title
         FROM (SELECT id FROM ({found}) AS found {after} ORDER BY id DESC) AS hit
         CROSS JOIN LATERAL (SELECT FROM listed_bookmarks WHERE {OWN} AND id = hit.id{} OFFSET 0) AS b
         ORDER BY hit.id DESC LIMIT $18",
        states(params, "is_untagged")
    )
}

/// The bookmarks of a page in another order than that of the ranks.
fn sorted(params: &SearchParams, tables: &mut Vec<String>) -> String {
    if params.sort == Sort::Stored
        && let Some(ids) = found_ids(params, tables, Columns::Marks)
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
    let page = format!(
        "SELECT b.id, NULL::float4 AS score, b.date, b.title
         FROM (
             SELECT b.id, {date} AS date, {title} AS title
             FROM {}
         ) AS b
         {after}
         ORDER BY {} LIMIT $18",
        found(params, tables),
        order(params.sort, "b.", "b.")
    );
    looked_up(&page, tables)
}

/// The bookmarks of a page in the order of ids: they are ordered first and looked up then, as in [`best`].
/// Each is read whole, and its tags are checked, in that one lookup.
fn stored(params: &SearchParams, ids: &str) -> String {
    let after = if params.page.after.is_some() { "WHERE id < $14" } else { "" };
    let tags =
        if params.names_tags() { " AND (NOT hit.is_marked OR search_has_tags(tags, $7, $8))" } else { "" };
    format!(
        "SELECT b.*, NULL::float4 AS page_score, NULL::timestamptz AS page_date, NULL::text AS page_title
         FROM (SELECT * FROM ({ids}) AS found {after} ORDER BY id DESC) AS hit
         CROSS JOIN LATERAL (SELECT * FROM bookmarks WHERE {OWN} AND id = hit.id{}{tags} OFFSET 0) AS b
         ORDER BY hit.id DESC LIMIT $18",
        states(params, "coalesce(cardinality(tags), 0) = 0")
    )
}

/// The order of the result, of what it is sorted by and the ids of a table.
fn order(sort: Sort, key: &str, table: &str) -> String {
    match sort {
        Sort::Stored => format!("{table}id DESC"),
        Sort::Relevance => format!("{key}score DESC, {table}id DESC"),
        Sort::Newest | Sort::Modified => format!("{key}date DESC, {table}id DESC"),
        Sort::Oldest => format!("{key}date, {table}id"),
        Sort::Title => format!("{key}title COLLATE \"C\", {table}id"),
    }
}
