//! The queries of `list-projects`: one for a page, whatever its length.

use db::Connection;
use store::scope::OWN;
use tokio_postgres::types::Type;
use web::Error;

use crate::{DESCRIPTION_CHARACTERS, Name, Project};

/// The projects after an id, in the order of their ids.
pub(crate) async fn page(connection: &Connection, after: i32, limit: i64) -> Result<Vec<Project>, Error> {
    let sql = format!(
        "SELECT p.id, p.name, left(p.description, {DESCRIPTION_CHARACTERS}), p.created_at, p.updated_at,
                (SELECT count(*) FROM bookmarks b
                 WHERE b.organization_id = p.organization_id AND b.project_id = p.id),
                (SELECT count(*) FROM extraction_jobs e
                 WHERE e.organization_id = p.organization_id AND e.project_id = p.id),
                coalesce(length(p.description) > {DESCRIPTION_CHARACTERS}, false)
         FROM projects p
         WHERE p.{OWN} AND p.id > $1
         ORDER BY p.id
         LIMIT $2"
    );
    let rows = connection.query(&sql, &[(&after, Type::INT4), (&limit, Type::INT8)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Project {
                id: row.try_get(0)?,
                name: row.try_get(1)?,
                description: row.try_get(2)?,
                created_at: row.try_get(3)?,
                updated_at: row.try_get(4)?,
                bookmarks: row.try_get(5)?,
                extraction_jobs: row.try_get(6)?,
                shortened: if row.try_get(7)? { vec!["description"] } else { Vec::new() },
            })
        })
        .collect()
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
