//! The queries of `db-test`.

use db::Connection;
use web::Error;

pub(crate) struct Details {
    pub projects_count: i64,
    pub server_version: String,
    pub schema_version: Option<i32>,
    pub row_security: bool,
}

/// Returns the number of projects.
pub(crate) async fn projects_count(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.query_one("SELECT count(*) FROM projects", &[]).await?.try_get(0)?)
}

/// The same with what the server says of itself, in one round trip.
pub(crate) async fn details(connection: &Connection) -> Result<Details, Error> {
    let row = connection
        .query_one(
            "SELECT (SELECT count(*) FROM projects),
                    current_setting('server_version'),
                    schema_version(),
                    row_security_active('projects')",
            &[],
        )
        .await?;
    Ok(Details {
        projects_count: row.try_get(0)?,
        server_version: row.try_get(1)?,
        schema_version: row.try_get(2)?,
        row_security: row.try_get(3)?,
    })
}
