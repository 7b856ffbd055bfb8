//! Things that the documentation names exist.

use std::collections::HashSet;
use std::path::Path;

use support::project_root;

/// The names of all functions below a folder that are tests.
fn tests_below(folder: &Path, names: &mut HashSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_below(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            // An attribute, perhaps others, then `fn name(` or `async fn name(`.
            for test in source.split("#[test]").skip(1).chain(source.split("#[tokio::test").skip(1)) {
                let name = test.split_once("fn ").and_then(|(_, rest)| rest.split_once('('));
                names.extend(name.map(|(name, _)| name.to_owned()));
            }
        }
    }
}

/// The names of all tests of the project.
fn tests() -> HashSet<String> {
    let mut tests = HashSet::new();
    for folder in ["functions", "migrations", "shared", "tests"] {
        tests_below(&project_root().join(folder), &mut tests);
    }
    tests
}

fn page(name: &str) -> String {
    std::fs::read_to_string(project_root().join("docs").join(name)).unwrap()
}

#[test]
fn every_test_that_the_page_of_limits_names_is_there() {
    let (tests, page) = (tests(), page("limits.md"));
    let is_test = |code: &&str| {
        code.matches('_').count() > 2 && code.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
    };
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(tests.contains(name), "there is no test {name}");
    }
}

#[test]
fn every_test_that_the_page_of_what_happens_when_names_is_there() {
    let (tests, page) = (tests(), page("what-happens-when.md"));
    let cases = page.split("\n### ").skip(1);
    for case in cases {
        let title = case.lines().next().unwrap_or_default();
        let (_, shown_by) = case.split_once("Shown by: ").unwrap_or_else(|| panic!("{title}: no test"));
        let list = shown_by.split("\n\n").next().unwrap_or_default();
        let named: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{title}: no test");
        for name in named {
            assert!(tests.contains(name), "{title}: there is no test {name}");
        }
    }
}
