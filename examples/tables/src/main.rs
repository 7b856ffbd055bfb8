//! The tables of a database and about how many rows each has, as JSON: a function with the pool and nothing
//! else.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use budget::Budget;
use db::{Claims, Config, Connection, Database};
use lambda_http::{Body, Error, Response, run, service_fn};

const TABLES: &str =
    "SELECT coalesce(json_object_agg(relid::regclass, n_live_tup), '{}')::text FROM pg_stat_user_tables";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "the only setting of an example")]
    let url = std::env::var("DATABASE_URL")?;
    let config = Config::new(pg::Url::parse(&url)?);
    let database = Arc::new(Database::new(&config, Arc::new(SystemTime::now))?);
    // The first request takes over the handshake, which is made while Lambda prepares it.
    database.preconnect();
    run(service_fn(|_| tables(database.clone()))).await
}

async fn tables(database: Arc<Database>) -> Result<Response<Body>, Error> {
    // Less than the function's timeout: the statement is cancelled and the connection closed when it is over.
    let budget = Budget::lasting(Duration::from_secs(10));
    let read = |connection: Connection| async move { connection.query_one(TABLES, &[]).await?.try_get(0) };
    let json: String = database.read(Claims::none(), &budget, read).await?;
    Ok(Response::builder().header("content-type", "application/json").body(json.into())?)
}
