//! A library to look at, and its functions as a browser reaches them.

use std::sync::Arc;

use harness::{Bridge, Browser, Fixture, app};
use lambda_http::RequestExt;
use store::App;
use support::Event;
use web::{Error, Request, Response};

/// A person's bookmarks, as a browser exported them.
pub(super) const FILE: &str = include_str!("library.html");

pub(super) fn is_for_import(request: &Request) -> bool {
    request.raw_http_path().starts_with("/lambda-url/import")
}

/// The function and the one beside it.
async fn handle(app: Arc<App>, request: Request) -> Result<Response, Error> {
    if is_for_import(&request) {
        import::handle(app, request).await
    } else {
        bookmarks::handle(app, request).await
    }
}

fn is_public(request: &Request) -> bool {
    !is_for_import(request) && bookmarks::is_public(request)
}

pub(super) async fn bridge(fixture: &Fixture, variables: &[(&str, &str)]) -> Bridge {
    Bridge::start(app(&fixture.database.url(), variables), handle, is_public, "bookmarks").await
}

/// Imports [`FILE`].
pub(super) async fn fill(fixture: &Fixture) {
    let seen = fixture.call(import::handle, Event::post("/?filename=bookmarks.html").text(FILE)).await;
    assert_eq!(seen.status, 201, "{}", seen.body);
}

/// Writes so many bookmarks, the last one first in the list.
pub(crate) async fn write(fixture: &Fixture, count: u32) {
    fixture
        .execute(&format!(
            "INSERT INTO bookmarks (id, url_key, url, title, domain, tags, add_date)
             SELECT ('0198c5a0-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, gen_random_uuid(),
                    'https://site' || n % 100 || '.example/' || n, 'bookmark ' || n,
                    'site' || n % 100 || '.example', ARRAY['tag' || n % 10],
                    timestamptz '2024-01-01' + n * interval '1 minute'
             FROM generate_series(1, {count}) AS n"
        ))
        .await;
}

/// Opens the page at a state, and waits for its list.
pub(super) async fn open(browser: &Browser, bridge: &Bridge, state: &str) {
    // A page whose address differs behind the # alone would not be opened again.
    browser.open("about:blank").await;
    browser.open(&format!("{}{state}", bridge.url())).await;
    browser
        .wait_for("document.querySelectorAll('.bookmark:not(.waiting), #empty:not([hidden])').length > 0")
        .await;
}

/// How many rows are drawn.
pub(super) async fn rows(browser: &Browser) -> u64 {
    browser.value("document.querySelectorAll('.bookmark').length").await.as_u64().unwrap()
}

/// Waits until the first row has this title.
pub(super) async fn wait_for_first(browser: &Browser, title: &str) {
    browser.wait_for(&format!("document.querySelector('.bookmark .title')?.innerText === '{title}'")).await;
}

/// Waits until the message about what was done last has this in it.
pub(super) async fn wait_for_toast(browser: &Browser, text: &str) {
    browser
        .wait_for(&format!(
            "!document.getElementById('toast').hidden && document.getElementById('toast').innerText.includes('{text}')"
        ))
        .await;
}
