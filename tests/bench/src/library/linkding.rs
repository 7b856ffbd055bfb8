//! What linkding asks its database, as Django's ORM writes it on Postgres.
//!
//! The statements are those that linkding 1.46.2 logged when its API was called (`bookmarks/queries.py`,
//! `api/routes.py`, `api/serializers.py`, `services/bookmarks.py`, MIT), with Django 5.2's values in them.
//! Left out: those of its session and settings.

use anyhow::{Context, Result};
use tokio_postgres::{Client, SimpleQueryMessage};

/// The user whose bookmarks are those of the organization that is measured.
const OWNER: &str = "\"bookmarks_bookmark\".\"owner_id\" = 1";

const COLUMNS: &str = r#""bookmarks_bookmark"."id", "bookmarks_bookmark"."url",
    "bookmarks_bookmark"."url_normalized", "bookmarks_bookmark"."title", "bookmarks_bookmark"."description",
    "bookmarks_bookmark"."notes", "bookmarks_bookmark"."website_title",
    "bookmarks_bookmark"."website_description", "bookmarks_bookmark"."web_archive_snapshot_url",
    "bookmarks_bookmark"."favicon_file", "bookmarks_bookmark"."preview_image_file",
    "bookmarks_bookmark"."unread", "bookmarks_bookmark"."is_archived", "bookmarks_bookmark"."shared",
    "bookmarks_bookmark"."date_added", "bookmarks_bookmark"."date_modified",
    "bookmarks_bookmark"."date_accessed", "bookmarks_bookmark"."owner_id",
    "bookmarks_bookmark"."latest_snapshot_id""#;

const TAG_COLUMNS: &str = r#""bookmarks_tag"."id", "bookmarks_tag"."name", "bookmarks_tag"."date_added",
    "bookmarks_tag"."owner_id""#;

const TAGS_OF: &str = r#"FROM "bookmarks_tag"
    INNER JOIN "bookmarks_bookmark_tags" ON ("bookmarks_tag"."id" = "bookmarks_bookmark_tags"."tag_id")
    WHERE "bookmarks_bookmark_tags"."bookmark_id""#;

/// A request to linkding.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    List(List),
    /// `GET api/tags/`.
    Tags,
    /// `PATCH api/bookmarks/ID/` of a title, without scraping.
    Edit,
    /// A tag for as many bookmarks, by the page of its lists.
    Bulk(u32),
}

/// `GET api/bookmarks/` with 100 bookmarks a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    /// A further condition.
    pub(crate) condition: String,
    pub(crate) is_archived: bool,
    /// By date added if empty.
    pub(crate) order: &'static str,
    pub(crate) offset: u32,
}

/// The condition of a word, wherever it is.
pub(crate) fn word(word: &str) -> String {
    let column =
        |name: &str| format!("UPPER(\"bookmarks_bookmark\".\"{name}\"::text) LIKE UPPER('%{word}%')");
    format!("AND ({})", ["title", "description", "notes", "url"].map(column).join(" OR "))
}

/// The condition of a tag.
pub(crate) fn tag(name: &str) -> String {
    format!(
        r#"AND EXISTS(SELECT 1 AS "a" FROM "bookmarks_bookmark" U0
               INNER JOIN "bookmarks_bookmark_tags" U1 ON (U0."id" = U1."bookmark_id")
               INNER JOIN "bookmarks_tag" U2 ON (U1."tag_id" = U2."id")
               WHERE (U0."id" = ("bookmarks_bookmark"."id") AND UPPER(U2."name"::text) = UPPER('{name}'))
               LIMIT 1)"#
    )
}

/// The order by title, of which linkding adds the expression as a column.
pub(crate) const BY_TITLE: &str = r#"CASE WHEN ("bookmarks_bookmark"."title" IS NOT NULL
    AND NOT ("bookmarks_bookmark"."title" = '')) THEN LOWER("bookmarks_bookmark"."title")
    ELSE LOWER("bookmarks_bookmark"."url") END ASC"#;

/// The order by the last change.
pub(crate) const BY_CHANGE: &str = r#""bookmarks_bookmark"."date_modified" DESC"#;

/// Sends what linkding sends for a request, in the given round.
pub(crate) async fn run(client: &Client, request: &Request, round: usize) -> Result<()> {
    match request {
        Request::List(list) => page(client, list).await,
        Request::Tags => {
            ask(client, r#"SELECT COUNT(*) AS "__count" FROM "bookmarks_tag" WHERE "owner_id" = 1"#).await?;
            let tags =
                format!(r#"SELECT {TAG_COLUMNS} FROM "bookmarks_tag" WHERE "owner_id" = 1 LIMIT 5000"#);
            ask(client, &tags).await.map(drop)
        }
        Request::Edit => edit(client, round).await,
        Request::Bulk(bookmarks) => bulk(client, *bookmarks, round).await,
    }
}

async fn page(client: &Client, list: &List) -> Result<()> {
    let List { condition, is_archived, order, offset } = list;
    let order = if order.is_empty() { r#""bookmarks_bookmark"."date_added" DESC"# } else { order };
    let archived = if *is_archived { "" } else { "NOT " };
    let wanted = format!(
        r#"FROM "bookmarks_bookmark"
           WHERE ({OWNER} {condition} AND {archived}"bookmarks_bookmark"."is_archived")"#
    );
    ask(client, &format!(r#"SELECT COUNT(*) AS "__count" {wanted}"#)).await?;
    let ids =
        ask(client, &format!("SELECT {COLUMNS} {wanted} ORDER BY {order} LIMIT 100 OFFSET {offset}")).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let tags = format!(
        r#"SELECT ("bookmarks_bookmark_tags"."bookmark_id") AS "_prefetch_related_val_bookmark_id",
           {TAG_COLUMNS} {TAGS_OF} IN ({})"#,
        ids.join(", ")
    );
    ask(client, &tags).await.map(drop)
}

async fn edit(client: &Client, round: usize) -> Result<()> {
    let id = 1_000 + round;
    let one = format!(r#"SELECT {COLUMNS} FROM "bookmarks_bookmark" WHERE "bookmarks_bookmark"."id" = {id}"#);
    let tags = format!("SELECT {TAG_COLUMNS} {TAGS_OF} = {id}");
    ask(client, &format!("{one} AND {OWNER} LIMIT 21")).await?;
    let names = values(client, &tags, 1).await?;
    ask(client, &format!("{one} LIMIT 21")).await?;
    for name in names {
        find_tag(client, &name).await?;
    }
    ask(client, "BEGIN").await?;
    ask(client, &format!(r#"SELECT "bookmarks_tag"."id" AS "id" {TAGS_OF} = {id}"#)).await?;
    ask(client, "COMMIT").await?;
    let update = format!(
        r#"UPDATE "bookmarks_bookmark" SET "url" = "url", "url_normalized" = "url_normalized",
           "title" = 'Edited {round}', "description" = "description", "notes" = "notes",
           "website_title" = NULL, "website_description" = NULL,
           "web_archive_snapshot_url" = '', "favicon_file" = '',
           "preview_image_file" = '', "unread" = "unread", "is_archived" = "is_archived", "shared" = false,
           "date_added" = "date_added", "date_modified" = now(), "date_accessed" = NULL, "owner_id" = 1,
           "latest_snapshot_id" = NULL WHERE "bookmarks_bookmark"."id" = {id}"#
    );
    ask(client, &update).await?;
    ask(client, &tags).await.map(drop)
}

async fn bulk(client: &Client, bookmarks: u32, round: usize) -> Result<()> {
    let name = format!("bulk-{round}");
    find_tag(client, &name).await?;
    let tag = ask(
        client,
        &format!(
            r#"INSERT INTO "bookmarks_tag" ("name", "date_added", "owner_id") VALUES ('{name}', now(), 1)
               RETURNING "bookmarks_tag"."id""#
        ),
    )
    .await?;
    let tag = tag.first().context("no tag")?;
    let ids = (1..=bookmarks).map(|id| id.to_string()).collect::<Vec<_>>();
    let listed = ids.join(", ");
    ask(
        client,
        &format!(
            r#"SELECT "bookmarks_bookmark"."id" AS "id" FROM "bookmarks_bookmark"
               WHERE ("bookmarks_bookmark"."id" IN ({listed}) AND {OWNER})"#
        ),
    )
    .await?;
    ask(client, "BEGIN").await?;
    let tags = vec![tag.as_str(); ids.len()].join(",");
    ask(
        client,
        &format!(
            r#"INSERT INTO "bookmarks_bookmark_tags" ("bookmark_id", "tag_id")
               SELECT * FROM UNNEST(('{{{}}}'::int4[])::integer[], ('{{{tags}}}'::int4[])::integer[])
               ON CONFLICT DO NOTHING"#,
            ids.join(",")
        ),
    )
    .await?;
    ask(client, "COMMIT").await?;
    let update = format!(
        r#"UPDATE "bookmarks_bookmark" SET "date_modified" = now() WHERE "bookmarks_bookmark"."id" IN (
               SELECT U0."id" AS "id" FROM "bookmarks_bookmark" U0
               WHERE (U0."id" IN ({listed}) AND U0."owner_id" = 1))"#
    );
    ask(client, &update).await.map(drop)
}

async fn find_tag(client: &Client, name: &str) -> Result<()> {
    let find = format!(
        r#"SELECT {TAG_COLUMNS} FROM "bookmarks_tag"
           WHERE (UPPER("bookmarks_tag"."name"::text) = UPPER('{name}') AND "bookmarks_tag"."owner_id" = 1)
           LIMIT 21"#
    );
    ask(client, &find).await.map(drop)
}

/// Sends a statement with its values in it, as psycopg does, and gives its rows' first values.
async fn ask(client: &Client, sql: &str) -> Result<Vec<String>> {
    values(client, sql, 0).await
}

/// The same with the values of another column.
async fn values(client: &Client, sql: &str, column: usize) -> Result<Vec<String>> {
    let messages = client.simple_query(sql).await.with_context(|| sql.to_owned())?;
    let value = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(column).map(str::to_owned),
        _ => None,
    };
    Ok(messages.iter().filter_map(value).collect())
}
