//! The page in a browser. These tests say why they are skipped where there is no Chromium with its driver.

use harness::{Bridge, Browser, Fixture, app, with_browser};
use http::Method;
use serde_json::{Value, json};
use support::Event;

/// A token of each kind. Names and texts turn around what follows them.
const TOKENS: &str = r##"{
    "brand": {"$type": "color",
        "sky": {"$value": {"colorSpace": "oklch", "components": [0.7, 0.15, 250]},
            "$extensions": {"org.branchline": {"role": "primary", "confidence": 0.92}}},
        "night": {"$value": {"colorSpace": "srgb", "components": [0.05, 0.1, 0.3], "alpha": 0.9}},
        "link": {"$value": "{brand.sky}", "$deprecated": "use \u202esky", "$description": "שלום \u202elinks\u2067"},
        "\u202eturned": {"$value": {"colorSpace": "display-p3", "components": [1, 0.2, 0]}}},
    "gap": {"$type": "dimension", "small": {"$value": {"value": 8, "unit": "px"}},
        "negative": {"$value": {"value": -1.5, "unit": "rem"}}, "wide": {"$value": {"value": 900, "unit": "rem"}}},
    "title": {"$type": "typography", "$value": {"fontFamily": ["Georgia\"; color: red", "serif"],
        "fontSize": {"value": 32, "unit": "px"}, "fontWeight": "bold",
        "letterSpacing": {"value": 2, "unit": "px"}, "lineHeight": 1.25}},
    "shadow": {"$type": "shadow", "$value": {"color": "{brand.night}", "offsetX": {"value": 0, "unit": "px"},
        "offsetY": {"value": 4, "unit": "px"}, "blur": {"value": 8, "unit": "px"},
        "spread": {"value": 0, "unit": "px"}}},
    "fade": {"$type": "gradient", "$value": [{"color": "{brand.sky}", "position": 0},
        {"color": "{brand.night}", "position": 1}]},
    "fast": {"$type": "duration", "$value": {"value": 200, "unit": "ms"}}
}"##;

async fn bridge(fixture: &Fixture, variables: &[(&str, &str)]) -> Bridge {
    let app = app(&fixture.database.url(), variables);
    Bridge::start(app, projects::handle, projects::is_public, "projects").await
}

pub(super) async fn put(fixture: &Fixture, project: i64, document: &str) {
    let event =
        Event::new(Method::PUT, &format!("/{project}/tokens")).header("content-type", "application/json");
    let seen = fixture.call(projects::handle, event.text(document)).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
}

async fn style(browser: &Browser, selector: &str, property: &str) -> Value {
    browser
        .value(&format!(
            "getComputedStyle(document.querySelector('{selector}')).getPropertyValue('{property}')"
        ))
        .await
}

#[tokio::test]
async fn the_tokens_and_jobs_of_a_chosen_project_are_shown_as_they_look() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fixture
            .execute(
                "INSERT INTO projects (name, description) VALUES ('\u{202e}first', E'two\nlines'), ('other', NULL);
                 INSERT INTO extraction_jobs (project_id, source_url, extraction_type, status, progress, attempts,
                     worker, error_message)
                 VALUES (1, 'https://x/\u{202e}gnp.a', 'color', 'processing', 40, 1, '\u{202e}worker', NULL),
                        (1, 'https://x/2', 'all', 'failed', 0, 3, NULL, '<b>No</b> \u{202e}image.')",
            )
            .await;
        put(&fixture, 1, TOKENS).await;
        let bridge = bridge(&fixture, &[]).await;
        browser.open(&bridge.url()).await;
        browser.wait_for("document.querySelectorAll('#project option').length === 3").await;
        assert_eq!(browser.value("document.getElementById('tokens').hidden").await, true, "nothing is chosen");
        browser.fill("#project", "other").await;
        browser.wait_for("!document.getElementById('no-tokens').hidden").await;
        browser.wait_for("!document.getElementById('no-jobs').hidden").await;

        browser.open(&format!("{}/#1", bridge.url())).await;
        browser.wait_for("document.getElementById('announced').innerText === 'The project is shown'").await;
        assert_eq!(browser.value("document.getElementById('project').value").await, "1");
        assert_eq!(browser.value("document.querySelectorAll('#color-list li').length").await, 4);
        let css = send_css(&fixture).await;
        assert!(css.contains("--brand-sky: oklch(70% 0.15 250);"), "{css}");
        assert_eq!(style(browser, "#color-list .tint", "background-color").await, "oklch(0.7 0.15 250)");
        assert_eq!(style(browser, "#color-list .tint", "color").await, "rgb(0, 0, 0)");
        assert_eq!(style(browser, "#color-list li:nth-child(2) .tint", "color").await, "rgb(255, 255, 255)");
        let first = browser.value("document.querySelector('#color-list .hint').innerText").await;
        assert_eq!(first, "black text 7.9 : 1 · primary · 92% sure");
        assert_eq!(style(browser, "#spacing-list .bar", "width").await, "8px");
        assert_eq!(style(browser, "#spacing-list li:nth-child(2) .bar", "width").await, "24px");
        assert_eq!(
            browser.value("document.documentElement.scrollWidth <= innerWidth").await,
            true,
            "no token makes the page wider"
        );
        let sample = "#typography-list .sample";
        for (property, value) in [
            ("font-family", "\"Georgia\\\"; color: red\", serif"),
            ("font-size", "32px"),
            ("font-weight", "700"),
            ("letter-spacing", "2px"),
            ("line-height", "40px"),
        ] {
            assert_eq!(style(browser, sample, property).await, value);
        }
        assert!(browser.text("other-list").await.contains("200ms"));
        let shadow = style(browser, "#other-list li:nth-child(1) .drawn", "box-shadow").await;
        assert!(shadow.as_str().unwrap().ends_with(" 0px 4px 8px 0px"), "{shadow}");
        let jobs = browser.text("job-list").await;
        assert!(jobs.contains("Running") && jobs.contains("attempt 3 of 3"), "{jobs}");
        assert!(jobs.contains("<b>No</b>"), "a text is no markup: {jobs}");
        assert_eq!(browser.value("document.querySelector('#job-list li:nth-child(2) progress').value").await, 40);
        for selector in ["#name", "#color-list li .hint", "#color-list li .title", "#job-list li .hint", "#job-list .head"]
        {
            assert!(browser.stands_in_order(selector).await, "{selector}");
        }
        assert_eq!(
            browser.value("document.getElementById('project').selectedOptions[0].text").await,
            "\u{2068}first\u{2069}"
        );
        browser.assert_no_complaints().await;
    })
    .await;
}

async fn send_css(fixture: &Fixture) -> String {
    let seen = fixture.call(projects::handle, Event::get("/1/tokens?format=css")).await;
    seen.body.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_asked_for_and_what_is_not_there_is_said() {
    const TOKEN: &str = "correct-horse-battery";
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fixture.execute("INSERT INTO projects (name) VALUES ('only')").await;
        let bridge = bridge(&fixture, &[("ACCESS_TOKEN", TOKEN)]).await;
        browser.open(&bridge.url()).await;
        browser.wait_for("document.getElementById('token-dialog').open").await;
        browser.fill("#token", &format!("{TOKEN}\u{e007}")).await;
        // The only project is chosen.
        browser.wait_for("document.getElementById('announced').innerText === 'The project is shown'").await;
        assert_eq!(browser.text("name").await, "only");
        assert_eq!(browser.value("Object.values(sessionStorage)").await, json!([TOKEN]));
        browser.value("(() => { location.hash = '#999'; })()").await;
        browser
            .wait_for("document.getElementById('alert').innerText.includes('no project of this id')")
            .await;
        assert_eq!(browser.value("document.getElementById('about').hidden").await, true);
        browser.click("#forget-token").await;
        assert_eq!(browser.value("sessionStorage.length").await, 0);
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn a_long_list_is_shown_a_part_at_a_time() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        fixture.execute("INSERT INTO projects (name) VALUES ('long')").await;
        let tokens = (0..10_000).map(|number| {
            let value =
                json!({ "colorSpace": "srgb", "components": [f64::from(number) / 10_000.0, 0.5, 0.5] });
            (format!("a-name-that-says-what-it-is-for-{number}"), json!({ "$value": value }))
        });
        let mut tokens: serde_json::Map<String, Value> = tokens.collect();
        tokens.insert("$type".to_owned(), json!("color"));
        put(&fixture, 1, &Value::Object(tokens).to_string()).await;
        let bridge = bridge(&fixture, &[]).await;
        browser.open(&bridge.url()).await;
        browser.wait_for("document.querySelectorAll('#color-list li').length === 100").await;
        assert_eq!(browser.text("colors-title").await, "Colors 10,000");
        browser.click("#more-colors").await;
        browser.wait_for("document.querySelectorAll('#color-list li').length === 200").await;
        browser.assert_no_complaints().await;
    })
    .await;
}
