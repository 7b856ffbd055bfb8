//! The bookmarks of one organization beside those of others, and the same in linkding's tables.

use anyhow::{Result, ensure};
use tokio_postgres::Client;

use crate::rig::{ORGANIZATION, Rig, Scratch};

/// How many bookmarks an organization has, and how many others have as many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) own: u32,
    pub(crate) others: u32,
}

/// Organizations that one statement fills.
const AT_ONCE: u32 = 5;

/// The indexes that are made again once the tables are filled, which takes a fraction of filling them.
const INDEXES: &str = "FROM pg_indexes
    WHERE tablename IN ('bookmarks', 'search_documents', 'search_vocabulary')
      AND indexname NOT LIKE '%\\_pkey'";

/// Fills the tables of the library and the index of the search.
pub(crate) async fn fill(rig: &Rig, sizes: Sizes) -> Result<()> {
    let own = include_str!("own.sql")
        .replace("{organization}", ORGANIZATION)
        .replace("{rows}", &sizes.own.to_string());
    rig.execute(&own).await?;
    rig.index().await?;
    let pending: i64 = rig.ask("SELECT count(*) FROM search_pending").await?;
    ensure!(pending == 0, "the search's index is behind");
    let made: String = rig.ask(&format!("SELECT string_agg(indexdef, ';') {INDEXES}")).await?;
    let dropped = format!("SELECT string_agg(format('DROP INDEX %I', indexname), ';') {INDEXES}");
    rig.execute(&rig.ask::<String>(&dropped).await?).await?;
    for first in (1..=sizes.others).step_by(AT_ONCE as usize) {
        let last = sizes.others.min(first + AT_ONCE - 1);
        let others = include_str!("others.sql")
            .replace("{organization}", ORGANIZATION)
            .replace("{first}", &first.to_string())
            .replace("{last}", &last.to_string());
        rig.execute(&others).await?;
    }
    rig.execute("SET maintenance_work_mem = '1GB'").await?;
    rig.execute(&made).await?;
    rig.execute("RESET maintenance_work_mem").await?;
    rig.execute("VACUUM ANALYZE").await?;
    rig.checkpoint()
}

/// Empties them.
pub(crate) async fn empty(rig: &Rig) -> Result<()> {
    rig.reset().await?;
    rig.execute("TRUNCATE tags, trashed_bookmarks; DELETE FROM organizations WHERE slug LIKE 'other-%'").await
}

/// Fills linkding's tables with the same bookmarks, each organization as a user.
pub(crate) async fn fill_linkding(rig: &Rig, scratch: &Scratch<'_>, sizes: Sizes) -> Result<Client> {
    let file: String = rig.ask("SELECT current_setting('data_directory') || '/library.copy'").await?;
    rig.execute(&format!(
        "COPY (SELECT row_number() OVER (ORDER BY id), url, title, description, notes, tags, add_date,
                      updated_at, is_archived, unread
               FROM bookmarks WHERE organization_id = '{ORGANIZATION}') TO '{file}'"
    ))
    .await?;
    let (client, connection) = pg::connect(&pg::Url::parse(&scratch.url())?).await?;
    tokio::spawn(connection);
    client.batch_execute("SET maintenance_work_mem = '1GB'").await?;
    client.batch_execute(include_str!("linkding.sql")).await?;
    let filled = include_str!("linkding_fill.sql")
        .replace("{file}", &file)
        .replace("{others}", &sizes.others.to_string());
    client.batch_execute(&filled).await?;
    client.batch_execute(include_str!("linkding_indexes.sql")).await?;
    client.batch_execute("VACUUM ANALYZE").await?;
    rig.checkpoint()?;
    Ok(client)
}
