//! The import's process indexes what it has brought, once its response is sent.

use std::time::{Duration, Instant};

use support::lambda::Lambda;
use support::{Event, binary};

use super::file;

/// More than a search indexes in its own time.
fn large() -> String {
    let links: Vec<(String, String)> =
        (0..15_000).map(|n| (format!("https://example.com/{n}"), format!("Page number {n}"))).collect();
    let links: Vec<_> = links.iter().map(|(url, title)| (url.as_str(), "", title.as_str())).collect();
    file(&links)
}

#[tokio::test]
async fn an_import_is_indexed_before_the_next_request_and_an_undo_is_too() {
    let database = support::database();
    let url = database.url();
    let function = Lambda::start(&binary("import"), &[("DATABASE_URL", url.as_str())]).unwrap();
    let client = database.client().await;
    let count = async |sql: &str| client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0);

    let answer = function.invoke(&Event::post("/").text(large())).await.unwrap();
    assert_eq!(answer.status.as_u16(), 201);
    let job = answer.json::<serde_json::Value>()["import_job"]["id"].as_str().unwrap().to_owned();
    // The response came first.
    assert!(count("SELECT count(*) FROM search_pending").await > 0);
    function.invoke(&Event::get(&format!("/{job}"))).await.unwrap();
    assert_eq!(count("SELECT count(*) FROM search_pending").await, 0);
    assert_eq!(count("SELECT count(*) FROM search_documents").await, 15_000);

    assert_eq!(function.invoke(&Event::delete(&format!("/{job}"))).await.unwrap().status.as_u16(), 200);
    function.invoke(&Event::get("/")).await.unwrap();
    assert_eq!(count("SELECT count(*) FROM search_documents").await, 0);
}

#[tokio::test]
async fn the_deadline_ends_the_indexing_and_the_next_search_does_without_it() {
    let database = support::database();
    let url = database.url();
    let env = [("DATABASE_URL", url.as_str())];
    let function = Lambda::start(&binary("import"), &env).unwrap();
    let blocker = database.client().await;
    blocker.batch_execute("BEGIN; LOCK TABLE search_documents IN EXCLUSIVE MODE").await.unwrap();

    let begun = Instant::now();
    let event = Event::post("/").text(file(&[("https://example.com/", "", "Waiting")]));
    let answer = function.invoke(&event.timeout(Duration::from_secs(4))).await.unwrap();
    assert_eq!(answer.status.as_u16(), 201);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let answer = function.invoke(&Event::get("/")).await.unwrap();
    assert_eq!(answer.status.as_u16(), 200);
    assert!(begun.elapsed() > Duration::from_secs(3), "{:?}", begun.elapsed());
    function.logged("work after a response was not done").await;
    let running = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND query LIKE 'SELECT search_catch_up%' AND state = \
                       'active'";
    assert_eq!(blocker.query_one(running, &[]).await.unwrap().get::<_, i64>(0), 0, "it was cancelled");
    blocker.batch_execute("ROLLBACK").await.unwrap();

    let search = Lambda::start(&binary("search"), &env).unwrap();
    let found = search.invoke(&Event::get("/?q=waiting")).await.unwrap().json::<serde_json::Value>();
    assert_eq!(found["bookmarks"][0]["title"], "Waiting");
}

#[tokio::test]
async fn an_import_whose_process_is_killed_while_it_indexes_is_found() {
    let database = support::database();
    let url = database.url();
    let env = [("DATABASE_URL", url.as_str())];
    let function = Lambda::start(&binary("import"), &env).unwrap();
    assert_eq!(function.invoke(&Event::post("/").text(large())).await.unwrap().status.as_u16(), 201);
    function.kill();
    let search = Lambda::start(&binary("search"), &env).unwrap();
    for _ in 0..3 {
        let found = search.invoke(&Event::get("/?q=14999")).await.unwrap().json::<serde_json::Value>();
        assert_eq!(found["bookmarks"][0]["title"], "Page number 14999");
    }
}
