//! The functions through PgBouncer in transaction mode.

use std::fmt::Write as _;

use support::{Event, PgBouncer, pgbouncer};

use crate::journey::{every_function, through};

/// Before the server of this process. None where the machine has no PgBouncer and cannot get one.
fn pooler(pool_size: u32) -> Option<PgBouncer> {
    match PgBouncer::start(support::empty_database().server(), pool_size) {
        Ok(pooler) => Some(pooler),
        Err(pgbouncer::Error::Absent(reason)) => {
            println!("skipped: {reason}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn file(first: usize, count: usize) -> String {
    let mut file = "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><H3>F</H3><DL><p>\n".to_owned();
    for number in first..first + count {
        writeln!(file, "<DT><A HREF=\"https://example.com/{number}\" TAGS=\"t\">Number {number}</A>")
            .unwrap();
    }
    file + "</DL><p></DL><p>"
}

#[tokio::test]
async fn every_function_passes_through_the_pooler_and_leaves_nothing_on_its_connections() {
    let Some(pooler) = pooler(1) else { return };
    let database = support::database();
    let url = pooler.url(database.name());
    let fixture = through(database, &url);
    every_function(&fixture).await;

    // The next client gets the same connection.
    let (client, connection) = pg::connect(&pg::Url::parse(&url).unwrap()).await.unwrap();
    tokio::spawn(connection);
    // PgBouncer itself sets the application's name.
    let left = "SELECT (SELECT count(*) FROM pg_prepared_statements WHERE name <> ''),
                       (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'),
                       (SELECT string_agg(name, ' ') FROM pg_settings WHERE source = 'session' AND name <> 'application_name')";
    let rows = client.query_typed(left, &[]).await.unwrap();
    assert_eq!((rows[0].get::<_, i64>(0), rows[0].get::<_, i64>(1)), (0, 0));
    assert_eq!(rows[0].get::<_, Option<&str>>(2), None);
}

#[tokio::test]
async fn a_large_import_and_its_progress_pass_through_one_connection() {
    let Some(pooler) = pooler(1) else { return };
    let database = support::database();
    let url = pooler.url(database.name());
    let fixture = through(database, &url);
    let seen = fixture.import(Event::post("/").text(file(0, 30_000))).await;
    assert_eq!((seen.status, &seen.body["import_job"]["imported_count"]), (201, &30_000.into()));
    assert_eq!(fixture.db_test(Event::get("/")).await.status, 200);
}
