//! The database that each test gets.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::time::{Duration, Instant};

use support::{TestDatabase, database, empty_database};

async fn exists(observer: &TestDatabase, name: &str) -> bool {
    let query = "select exists (select from pg_database where datname = $1)";
    observer.client().await.query_one(query, &[&name]).await.unwrap().get(0)
}

#[tokio::test]
async fn what_one_test_writes_another_does_not_see() {
    let (one, other) = (database(), database());
    one.client().await.batch_execute("create table mine ()").await.unwrap();
    let error = other.client().await.batch_execute("table mine").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42P01");
}

#[tokio::test]
async fn an_empty_database_has_no_tables() {
    let query = "select count(*) from pg_tables where schemaname = 'public'";
    let row = empty_database().client().await.query_one(query, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0);
}

#[tokio::test]
async fn a_database_goes_with_its_test_even_while_a_session_is_open() {
    let observer = empty_database();
    let database = database();
    let _session = database.client().await;
    let name = database.name().to_owned();
    assert!(exists(&observer, &name).await);
    drop(database);
    let patience = Instant::now() + Duration::from_secs(10);
    while exists(&observer, &name).await && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!exists(&observer, &name).await);
}

#[test]
fn databases_are_made_from_threads_without_a_runtime() {
    let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(database)).collect();
    let mut names: Vec<_> =
        threads.into_iter().map(|thread| thread.join().unwrap().name().to_owned()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 4);
}
