//! Whole reports as people see them: each form is a file in `tests/snapshots`, made of the JSON in
//! `tests/reports`, which is the permit that a deploy takes.

#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

use branchline_rehearsal::render::{html, markdown, terminal};
use branchline_rehearsal::report::Report;
use insta::assert_snapshot;

const FAILED: &str = include_str!("reports/failed.json");
const PASSED: &str = include_str!("reports/passed.json");

fn report(json: &str) -> Report {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_report_reads_like_this_on_a_terminal() {
    for (name, json) in [("failed.txt", FAILED), ("passed.txt", PASSED)] {
        let text = terminal(&report(json));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_snapshot!(name, text);
    }
}

#[test]
fn a_report_reads_like_this_in_a_pull_request() {
    assert_snapshot!("failed.md", markdown(&report(FAILED)));
    assert_snapshot!("passed.md", markdown(&report(PASSED)));
}

#[test]
fn a_report_reads_like_this_as_a_page() {
    // The style is a file of its own.
    let style = include_str!("../src/render/style.css");
    assert_snapshot!("failed.html", html(&report(FAILED)).replace(style, "(style.css)\n"));
}

#[test]
fn a_report_that_was_read_is_written_as_it_was() {
    for json in [FAILED, PASSED] {
        assert_eq!(serde_json::to_string_pretty(&report(json)).unwrap() + "\n", json);
    }
}
