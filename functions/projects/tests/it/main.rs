//! `projects` against the real Postgres.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod access;
mod deleting;
mod page;
mod tokens;
mod tools;
mod writing;

use harness::{Fixture, Seen};
use support::Event;

/// Calls the function with a JSON body.
async fn send(fixture: &Fixture, method: &str, target: &str, body: &str) -> Seen {
    let event = Event::new(method.parse().unwrap(), target);
    let event = if body.is_empty() { event } else { event.text(body) };
    fixture.call(projects::handle, event).await
}

/// Makes a project, and returns its id.
async fn create(fixture: &Fixture, name: &str) -> i64 {
    let seen = send(fixture, "POST", "/", &format!(r#"{{"name": "{name}"}}"#)).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen.body["id"].as_i64().unwrap()
}

/// The entity tag of an answer, with its quotation marks.
fn etag(seen: &Seen) -> String {
    seen.headers["etag"].to_str().unwrap().to_owned()
}
