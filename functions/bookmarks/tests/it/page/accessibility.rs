//! What axe, a program that looks for barriers, finds on the page; and that narrow windows hold it.

use harness::{Browser, Fixture, with_browser};
use serde_json::json;

use super::library::{bridge, fill, open, wait_for_toast};

const ESCAPE: &str = "\u{e00c}";

/// The program, where `scripts/tools.sh axe` has put it.
fn axe() -> Option<String> {
    let path = support::project_root().join(".tools/axe/node_modules/axe-core/axe.min.js");
    let script = std::fs::read_to_string(path).ok();
    if script.is_none() {
        support::skipped("axe is not installed: scripts/tools.sh axe");
    }
    script
}

async fn assert_no_barriers(browser: &Browser, axe: &str, state: &str) {
    browser.run(axe).await;
    let found = browser
        .later(
            "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => done(violations.map(
                ({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])])));",
        )
        .await;
    assert_eq!(found, json!([]), "{state}");
}

#[tokio::test]
async fn axe_finds_no_barrier_in_any_state_of_the_page_light_or_dark() {
    let Some(axe) = axe() else { return };
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fill(&fixture).await;
        let bridge = bridge(&fixture, &[]).await;
        // A color that is on its way to another one is neither.
        browser.prefer("prefers-reduced-motion", "reduce").await;
        for theme in ["light", "dark"] {
            open(browser, &bridge, "").await;
            browser.wait_for("document.querySelectorAll('#tags li').length > 3").await;
            browser.run(&format!("localStorage.setItem('theme', '{theme}')")).await;
            open(browser, &bridge, "").await;
            browser.wait_for("document.querySelectorAll('#tags li').length > 3").await;
            assert_eq!(browser.value("getComputedStyle(document.documentElement).colorScheme").await, theme);
            browser.press("jx").await;
            assert_no_barriers(browser, &axe, "a selection").await;
            browser.press("e").await;
            browser.wait_for("document.getElementById('editor').open").await;
            assert_no_barriers(browser, &axe, "the form").await;
            browser.press(ESCAPE).await;
            browser.press("#").await;
            wait_for_toast(browser, "in the trash").await;
            assert_no_barriers(browser, &axe, "a message").await;
            browser.press("u?").await;
            browser.wait_for("document.getElementById('help').open").await;
            assert_no_barriers(browser, &axe, "the help").await;
            for state in ["#view=imports", "#view=trash", "#q=nothing-like-this"] {
                browser.open("about:blank").await;
                browser.open(&format!("{}{state}", bridge.url())).await;
                browser
                    .wait_for("!document.getElementById('empty').hidden || document.querySelector('#earlier li') !== null")
                    .await;
                assert_no_barriers(browser, &axe, state).await;
            }
        }
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn a_window_of_320_pixels_holds_the_page_without_scrolling_sideways() {
    let axe = axe();
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fill(&fixture).await;
        let bridge = bridge(&fixture, &[]).await;
        browser.resize(320, 640).await;
        browser.prefer("prefers-reduced-motion", "reduce").await;
        open(browser, &bridge, "").await;
        let fits = "[document.documentElement, ...document.querySelectorAll('#scroller, #editor[open], #imports')].every(
            ({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)";
        assert_eq!(browser.value("innerWidth").await, 320);
        assert_eq!(browser.value(fits).await, true);
        browser.press("jx").await;
        assert_eq!(browser.value(fits).await, true, "a selection");
        // Folders and tags lie over the list, take the focus, and give it back.
        browser.click("#open-side").await;
        browser.wait_for("document.activeElement.matches('#views a')").await;
        assert_eq!(browser.value("document.getElementById('main').inert").await, true);
        if let Some(axe) = &axe {
            assert_no_barriers(browser, axe, "folders over the list").await;
        }
        browser.press(ESCAPE).await;
        browser.wait_for("document.activeElement.id === 'open-side'").await;
        browser.press("a").await;
        browser.wait_for("document.getElementById('editor').open").await;
        assert_eq!(browser.value(fits).await, true, "the form");
        browser.press(ESCAPE).await;
        browser.click("#open-side").await;
        browser.click("[data-view=imports]").await;
        browser.wait_for("document.querySelectorAll('#earlier li').length === 1").await;
        assert_eq!(browser.value(fits).await, true, "the imports");
        browser.assert_no_complaints().await;
    })
    .await;
}
