//! `bookmarks` against the real Postgres.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod access;
mod bulk;
mod linkding;
mod listing;
mod model;
mod organizing;
mod page;
mod trash;
mod writing;

use harness::{Fixture, Seen};
use serde_json::Value;
use support::Event;

/// Calls the function with a JSON body.
async fn send(fixture: &Fixture, method: &str, target: &str, body: &str) -> Seen {
    let event = Event::new(method.parse().unwrap(), target);
    let event = if body.is_empty() { event } else { event.text(body) };
    fixture.call(bookmarks::handle, event).await
}

/// Makes a bookmark, and returns it.
async fn create(fixture: &Fixture, body: &Value) -> Value {
    let seen = send(fixture, "POST", "/", &body.to_string()).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen.body
}

/// The list of bookmarks at a target.
async fn list(fixture: &Fixture, target: &str) -> Vec<Value> {
    let seen = send(fixture, "GET", target, "").await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body["bookmarks"].as_array().unwrap().clone()
}

/// The last parts of the addresses of a list.
async fn found(fixture: &Fixture, target: &str) -> Vec<String> {
    let list = list(fixture, target).await;
    list.iter().map(|one| one["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
}

/// The entity tag of an answer, with its quotation marks.
fn etag(seen: &Seen) -> String {
    seen.headers["etag"].to_str().unwrap().to_owned()
}

fn path(bookmark: &Value) -> String {
    format!("/{}", bookmark["id"].as_str().unwrap())
}
