//! The page's functions by themselves, in Node. These tests say why they are skipped where there is none.

use std::process::Command;

/// Its test runner is stable from this version on.
const OLDEST: u32 = 20;

#[test]
fn the_functions_of_the_page_do_what_they_say() {
    let version = match Command::new("node").arg("--version").output() {
        Ok(output) => String::from_utf8(output.stdout).unwrap(),
        Err(error) => return support::skipped(format!("Node cannot be run: {error}")),
    };
    let number =
        version.trim_start_matches('v').split('.').next().and_then(|number| number.parse::<u32>().ok());
    if number.is_none_or(|number| number < OLDEST) {
        return support::skipped(format!("Node is {}, older than {OLDEST}", version.trim()));
    }
    let folder = support::project_root().join("functions/import/tests/it/page/scripts");
    let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    assert!(!files.is_empty());
    let output = Command::new("node").arg("--test").args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
