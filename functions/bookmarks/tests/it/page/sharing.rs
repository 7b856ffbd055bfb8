//! What other pages and programs hand to the library.

use harness::{Fixture, with_browser};

use super::library::{bridge, wait_for_toast};

#[tokio::test]
async fn what_is_shared_with_the_page_stands_in_its_form_and_is_added_once_it_is_saved() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        let bridge = bridge(&fixture, &[]).await;
        browser
            .open(&format!("{}/?url=https%3A%2F%2Fshared.example%2F&title=Shared%20page", bridge.url()))
            .await;
        browser.wait_for("document.getElementById('editor').open").await;
        assert_eq!(browser.value("location.search").await, "");
        browser.press("\u{e007}").await;
        wait_for_toast(browser, "Added").await;
        let stored = fixture.ask("SELECT url || ' ' || title FROM bookmarks").await;
        assert_eq!(stored, "https://shared.example/ Shared page");

        // A share target's text may hold the address; the same one twice is one bookmark.
        browser.open(&format!("{}/?text=see%20https%3A%2F%2Fshared.example%2F", bridge.url())).await;
        browser.wait_for("document.getElementById('editor').open").await;
        browser.press("\u{e007}").await;
        wait_for_toast(browser, "was here before").await;
        assert_eq!(
            fixture.ask("SELECT count(*) || description FROM bookmarks GROUP BY description").await,
            "1see"
        );

        // The link for the bookmarks bar opens this page, and does nothing here.
        let code = browser.value("decodeURIComponent(document.getElementById('bookmarklet').href)").await;
        let address = format!("javascript:void open(\"{}/?url=\"", bridge.url());
        assert!(code.as_str().unwrap().starts_with(&address), "{code}");
        let manifest = browser.value("document.querySelector('link[rel=manifest]').href").await;
        assert_eq!(manifest, format!("{}/manifest.webmanifest", bridge.url()));
        browser.assert_no_complaints().await;
    })
    .await;
}
