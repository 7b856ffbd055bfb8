//! The sessions of functions on their database, as the server sees them.

use std::time::Duration;

use support::TestDatabase;
use tokio_postgres::Client;

/// Counts the statements and transactions of functions that are under way on the database.
pub const BUSY: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                        AND application_name = 'branchline' AND state <> 'idle'";

/// Locks tables against everybody else, until the client rolls back.
pub async fn lock_tables(database: &TestDatabase, tables: &str) -> Client {
    let client = database.client().await;
    let lock = format!("BEGIN; LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE");
    client.batch_execute(&lock).await.unwrap();
    client
}

/// Waits until so many sessions of functions are at work.
pub async fn until_busy(database: &TestDatabase, busy: i64) {
    let watcher = database.client().await;
    for _ in 0..2_000 {
        if watcher.query_one(BUSY, &[]).await.unwrap().get::<_, i64>(0) == busy {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("there are not {busy} busy sessions after 10 s");
}

/// Returns the number of connections that functions have to the database.
pub async fn count_connections(database: &TestDatabase) -> i64 {
    let ours = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'branchline'";
    database.client().await.query_one(ours, &[]).await.unwrap().get(0)
}
