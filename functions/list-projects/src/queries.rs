//! The queries of `list-projects`: one for a page, whatever its length.

use db::Connection;
use store::Project;
use store::scope::OWN;
use tokio_postgres::types::Type;
use web::Error;

use crate::{DESCRIPTION_CHARACTERS, Name};

/// The projects after an id, in the order of their ids.
pub(crate) async fn page(connection: &Connection, after: i32, limit: i64) -> Result<Vec<Project>, Error> {
    let sql = format!(
        "SELECT {} FROM listed_projects p WHERE p.id > $1 ORDER BY p.id LIMIT $2",
        Project::listed_columns(DESCRIPTION_CHARACTERS)
    );
    let rows = connection.query(&sql, &[(&after, Type::INT4), (&limit, Type::INT8)]).await?;
    Ok(rows.iter().map(Project::from_row).collect::<Result<_, _>>()?)
}

/// The names of the projects after an id, all of them where there is no limit.
pub(crate) async fn names(
    connection: &Connection,
    after: i32,
    limit: Option<usize>,
) -> Result<Vec<Name>, Error> {
    let limit = limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = connection
        .query(
            &format!("SELECT id, name FROM projects WHERE {OWN} AND id > $1 ORDER BY id LIMIT $2"),
            &[(&after, Type::INT4), (&limit, Type::INT8)],
        )
        .await?;
    rows.iter().map(|row| Ok(Name { id: row.try_get(0)?, name: row.try_get(1)? })).collect()
}
