//! A list of 100,000 bookmarks.

use harness::{Fixture, with_browser};

use super::library::{bridge, open, rows, write};

const COUNT: u32 = 100_000;
/// Elements of the page, whatever is scrolled to: its own, folders and tags, and the rows in sight.
const MOST_ELEMENTS: u64 = 2_000;

/// Scrolls by so many pixels in each frame, 300 times; returns the times between frames and the most elements.
const SCROLL: &str = "
    const scroller = document.getElementById('scroller');
    const times = [];
    let most = 0, last = performance.now();
    const step = (now) => {
      times.push(now - last);
      last = now;
      most = Math.max(most, document.querySelectorAll('*').length);
      scroller.scrollTop += 200;
      if (times.length < 300) requestAnimationFrame(step);
      else done({ times: times.sort((one, other) => one - other), most, top: scroller.scrollTop });
    };
    requestAnimationFrame(step);";

#[tokio::test]
async fn a_hundred_thousand_bookmarks_scroll_with_few_elements() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        write(&fixture, COUNT).await;
        let bridge = bridge(&fixture, &[]).await;
        open(browser, &bridge, "").await;
        let seen = browser.later(SCROLL).await;
        let times: Vec<f64> = seen["times"].as_array().unwrap().iter().map(|time| time.as_f64().unwrap()).collect();
        // Printed and not asserted, since a busy machine says nothing about the page.
        println!(
            "frames of the list: median {:.1} ms, 95 % within {:.1} ms",
            times[times.len() / 2],
            times[times.len() * 95 / 100]
        );
        assert!(seen["most"].as_u64().unwrap() < MOST_ELEMENTS, "{}", seen["most"]);
        assert!(seen["top"].as_f64().unwrap() > 50_000.0, "{}", seen["top"]);

        // Far away, what is between is fetched first.
        let to_row =
            |row: u32| format!("document.getElementById('scroller').scrollTop = {row} * document.querySelector('.bookmark').offsetHeight");
        assert_eq!(browser.value("document.getElementById('scroller').scrollHeight").await, COUNT * 64);
        browser.run(&to_row(20_000)).await;
        browser.wait_for("/bookmark 80000\\b/.test(document.getElementById('list').innerText)").await;
        assert_eq!(browser.text("count").await, "100,000 bookmarks");
        assert!(rows(browser).await < 60, "{}", rows(browser).await);
        let elements = browser.value("document.querySelectorAll('*').length").await.as_u64().unwrap();
        assert!(elements < MOST_ELEMENTS, "{elements}");
        browser.assert_no_complaints().await;
    })
    .await;
}

#[tokio::test]
async fn a_search_that_is_ranked_in_part_says_so() {
    with_browser(async |browser| {
        let fixture = Fixture::new();
        write(&fixture, 1_001).await;
        let bridge = bridge(&fixture, &[]).await;
        open(browser, &bridge, "#q=bookmark").await;
        browser
            .wait_for("document.getElementById('count').innerText.includes('of the 1,000 stored last')")
            .await;
        fixture.execute("DELETE FROM bookmarks WHERE title = 'bookmark 7'").await;
        open(browser, &bridge, "#q=bookmark").await;
        let count = browser.text("count").await;
        assert!(count.contains("bookmarks") && !count.contains("stored last"), "{count}");
        browser.assert_no_complaints().await;
    })
    .await;
}
