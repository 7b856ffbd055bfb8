//! What the documentation names is there.

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

#[test]
fn every_test_that_the_page_of_what_happens_when_names_is_there() {
    let root = project_root();
    let mut tests = HashSet::new();
    for folder in ["functions", "migrations", "shared", "tests"] {
        tests_below(&root.join(folder), &mut tests);
    }
    let page = std::fs::read_to_string(root.join("docs/what-happens-when.md")).unwrap();
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
