//! linkding's API, call by call.

mod access;
mod bookmark;
mod clients;
mod lists;
mod recorded;
mod rest;

use harness::{Fixture, Seen};
use http::Method;
use serde_json::Value;
use support::Event;

/// An answer to a request without a body.
async fn ask(fixture: &Fixture, method: &str, target: &str) -> Seen {
    fixture.call(bookmarks::handle, Event::new(method.parse::<Method>().unwrap(), target)).await
}

async fn get(fixture: &Fixture, target: &str) -> Value {
    let seen = ask(fixture, "GET", target).await;
    assert_eq!(seen.status, 200, "{target}: {}", seen.body);
    assert_eq!(seen.headers["content-type"], "application/json");
    seen.body
}

/// An answer to a request with JSON.
async fn send(fixture: &Fixture, method: &str, target: &str, body: &Value) -> Seen {
    let event = Event::new(method.parse::<Method>().unwrap(), target)
        .without_header("content-type")
        .header("content-type", "application/json");
    fixture.call(bookmarks::handle, event.text(body.to_string())).await
}

/// Makes a bookmark, or changes the one that has the address.
async fn post(fixture: &Fixture, body: &Value) -> Value {
    let seen = send(fixture, "POST", "/api/bookmarks/", body).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
    seen.body
}

/// The members of a list's results.
fn each<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list["results"].as_array().unwrap().iter().map(|row| row[member].as_str().unwrap()).collect()
}
