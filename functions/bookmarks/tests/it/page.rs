//! The page of `GET bookmarks/`: what is served, to whom, and that it works in a browser where there is one.

mod accessibility;
mod browser;
pub(crate) mod library;
mod pictures;
mod scrolling;
mod sharing;

use harness::{BROWSER, accepting, app, assert_isolated, assert_page, call_as};
use support::Event;

/// A database is not asked for the page, so none is needed.
const NOWHERE: &str = "postgresql://me:pass@127.0.0.1:1/app";

#[tokio::test]
async fn a_browser_gets_the_page_wherever_the_function_stands() {
    for target in ["/", "/lambda-url/bookmarks", "/lambda-url/bookmarks/", "/?url=x&title=y&text=z"] {
        let event = accepting(Event::get(target), BROWSER);
        let seen = call_as(&app(NOWHERE, &[]), bookmarks::handle, bookmarks::is_public, event).await;
        assert_page(&seen);
    }
}

#[tokio::test]
async fn a_stranger_gets_the_page_and_its_manifest_but_none_of_what_is_stored() {
    let variables =
        [("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"), ("ACCESS_TOKEN", "correct-horse-battery")];
    let app = app(NOWHERE, &variables);
    let ask = |event: Event| call_as(&app, bookmarks::handle, bookmarks::is_public, event.unsigned());
    assert_eq!(ask(accepting(Event::get("/"), BROWSER)).await.status, 200);
    let manifest = ask(Event::get("/manifest.webmanifest")).await;
    assert_eq!(manifest.status, 200);
    assert_eq!(manifest.headers["content-type"], "application/manifest+json");
    // Addresses relative to its own, so that they hold wherever the function stands.
    assert_eq!(manifest.body["start_url"], "./");
    assert_eq!(manifest.body["share_target"]["action"], "./");
    assert_eq!(manifest.body["share_target"]["method"], "GET");
    ask(Event::get("/")).await.problem(401);
    for target in ["/folders", "/tags", "/trash", "/0198c5a0-0000-7000-8000-000000000000"] {
        ask(accepting(Event::get(target), BROWSER)).await.problem(401);
    }
    ask(accepting(Event::post("/"), BROWSER)).await.problem(401);
}

#[test]
fn the_functions_of_the_page_do_what_they_say() {
    harness::run_scripts(&support::project_root().join("functions/bookmarks/tests/it/page/scripts"));
}

#[test]
fn no_script_of_the_page_shows_a_text_from_outside_that_is_not_isolated() {
    // Texts that can be set as they are: our own words, numbers and dates.
    let own = [
        "`${number(count)} selected`",
        "both ? `${NAMES[field]}: changed by both`",
        "isNew ? 'Add",
        "`Remove the tag ${marked(tag)}`",
        "job.status === 'failed' ? 'Remove' : 'Undo'",
        "the import of ${marked(fileName(job))}",
        "textContent = phase",
        "'Preparing the file'",
        "'The file is saved'",
        "'Nothing found' : count",
        "textContent = isFiltered",
        "textContent = question",
        "textContent = yes",
        "'aria-setsize', total",
        "'aria-posinset', at + 1",
        "`Edit ${marked(bookmark.title || bookmark.url)}`",
        "'aria-expanded', isOpen",
        "`Folders within ${marked(folder.name)}`",
    ];
    let texts = [
        "bookmark.title ||",
        "bookmark.description.slice",
        "folder.name)",
        "`#${tag}`",
        "shownValue(field, mine)",
        "shownValue(field, theirs)",
        "fileName(job))",
        "value.message",
        "error.message)",
    ];
    let folder = support::project_root().join("functions/bookmarks/src/page");
    assert!(assert_isolated(&folder, &own, &texts) >= texts.len());
}
