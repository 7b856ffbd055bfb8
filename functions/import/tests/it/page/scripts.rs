//! The page's functions by themselves, in Node. These tests say why they are skipped where there is none.

#[test]
fn the_functions_of_the_page_do_what_they_say() {
    harness::run_scripts(&support::project_root().join("functions/import/tests/it/page/scripts"));
}
