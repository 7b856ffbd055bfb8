//! However many bookmarks there are, and whatever happens on the way.

use std::time::Duration;

use bytes::Bytes;
use harness::{Fixture, Streamed};
use serde_json::Value;
use support::lambda::Lambda;
use support::{Event, InvokeError, binary};
use tokio_postgres::Client;

use super::{answer, get};

/// Bookmarks of about a thousand bytes each, straight into the table.
async fn fill(fixture: &Fixture, count: u32) {
    fixture
        .execute(&format!(
            "INSERT INTO bookmarks (id, url, title, description, folder_path, url_key)
             SELECT gen_random_uuid(), 'https://host.example/' || n, 'Title ' || n, repeat('text ', 180),
                    ARRAY['Folder ' || n / 100], gen_random_uuid()
             FROM generate_series(1, {count}) AS n"
        ))
        .await;
    fixture.execute("CALL fill_folders()").await;
}

#[tokio::test]
async fn twenty_thousand_bookmarks_come_in_chunks_of_one_size() {
    let fixture = Fixture::new();
    fill(&fixture, 20_000).await;
    for format in ["html", "json", "csv"] {
        let sent = get(&fixture, &format!("/?format={format}")).await;
        let sizes: Vec<usize> = sent.chunks.iter().map(Bytes::len).collect();
        let (_, full) = sizes.split_last().unwrap();
        // A chunk goes as soon as it has 64 KiB, and a bookmark has less than 2 KiB.
        assert!(full.iter().all(|size| (65_536..=67_584).contains(size)), "{format}: {sizes:?}");
        assert!(full.len() > 250, "{format}: {}", full.len());
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_up_the_server_and_not_our_memory() {
    let fixture = Fixture::new();
    fill(&fixture, 40_000).await;
    let response = answer(&fixture.app, Event::get("/?format=json")).await;
    // The buffers of both sockets fill up; then the server waits for the client.
    let waiting = "count(*) FILTER (WHERE wait_event = 'ClientWrite') FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = 'branchline'";
    let watcher = fixture.database.client().await;
    let is_waiting = async {
        loop {
            let row = watcher.query_one(&format!("SELECT {waiting}"), &[]).await.unwrap();
            if row.get::<_, i64>(0) == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), is_waiting).await.unwrap();
    assert_eq!(Streamed::read(response).await.json()["bookmarks"].as_array().unwrap().len(), 40_000);
}

#[tokio::test]
async fn a_client_that_leaves_takes_no_connection_with_it() {
    let fixture =
        Fixture::with(support::database(), &[("DATABASE_POOL_SIZE", "1"), ("DATABASE_MAX_OVERFLOW", "0")]);
    fill(&fixture, 5_000).await;
    for _ in 0..3 {
        let mut response = answer(&fixture.app, Event::get("/?format=json")).await;
        assert!(response.body_mut().chunk().await.unwrap().is_some());
    }
    assert_eq!(get(&fixture, "/?format=csv").await.text().lines().count(), 5_001);
}

#[tokio::test]
async fn a_connection_that_is_lost_midway_breaks_the_file_off() {
    let fixture = Fixture::new();
    fill(&fixture, 40_000).await;
    let mut response = answer(&fixture.app, Event::get("/")).await;
    assert_eq!(response.status(), 200);
    fixture
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'branchline'",
        )
        .await;
    let error = loop {
        match response.body_mut().chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the file looks whole"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.status(), 503);
}

#[tokio::test]
async fn the_binary_streams_past_six_megabytes_and_shows_a_torn_file_as_torn() {
    let fixture = Fixture::new();
    fill(&fixture, 20_000).await;
    let url = fixture.database.url();
    let function = Lambda::start(&binary("export"), &[("DATABASE_URL", url.as_str())]).unwrap();
    let sent = function.invoke(&Event::get("/?format=json")).await.unwrap();
    assert_eq!(sent.status, 200);
    assert!(sent.body.len() > 20_000_000, "{}", sent.body.len());
    assert_eq!(sent.json::<Value>()["bookmarks"].as_array().unwrap().len(), 20_000);
    assert_eq!(function.invoke(&Event::get("/?project_id=7")).await.unwrap().status, 404);

    let client = fixture.database.client().await;
    let error = torn(&function, &client).await;
    assert!(matches!(error, InvokeError::BrokenOff(1..)), "{error}");
    while !function.stderr().contains("broken off") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(function.invoke(&Event::get("/?format=csv")).await.unwrap().status, 200);
}

/// Ends the server's session when it waits for the function to take more, which is amid the file, and returns
/// what became of the export. On a busy machine an export may go by before anybody sees its session wait; it
/// is asked for again then.
async fn torn(function: &Lambda, client: &Client) -> InvokeError {
    let ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'branchline'
                   AND wait_event = 'ClientWrite'";
    let end = async || loop {
        client.query_one(ended, &[]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    let event = Event::get("/?format=json");
    for _ in 0..50 {
        tokio::select! {
            export = function.invoke(&event) => if let Err(error) = export {
                return error;
            },
            () = end() => {}
        }
    }
    panic!("none of 50 exports was seen to wait for the function");
}
