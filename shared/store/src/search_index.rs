//! The index of the search, which functions bring up to date beside their own work.
//!
//! Triggers note which bookmarks are pending, and `search_catch_up()` indexes those of the organization that
//! is claimed (migration V0032).

use std::sync::Arc;
use std::time::Duration;

use db::{Claims, Connection};
use tokio_postgres::types::Type;
use web::AfterResponse;

use crate::App;

/// The length of a step after a response. What a step has indexed stays where the next one is not done.
const STEP: Duration = Duration::from_secs(1);

/// Indexes bookmarks that are pending, for about `length`; returns whether some are left, and false where
/// another session is indexing.
///
/// # Errors
/// The server's refusal, or a lost connection.
pub async fn catch_up(connection: &Connection, length: Duration) -> Result<bool, db::Error> {
    let statement = "SELECT search_catch_up(make_interval(secs => $1))";
    let row = connection.query_one(statement, &[(&length.as_secs_f64(), Type::FLOAT8)]).await?;
    row.try_get(0)
}

/// Indexes an organization's bookmarks that are pending once the response is sent, so that the first search
/// after a large import is as fast as later ones. What is not done then, searches do.
pub fn catch_up_after_response(app: &Arc<App>, claims: Claims, after: &AfterResponse) {
    let app = Arc::clone(app);
    after.run(move |budget| async move {
        let step = |connection| async move { Ok(catch_up(&connection, STEP).await?) };
        while app.read(claims.clone(), &budget, step).await? {}
        Ok(())
    });
}
