//! The folder in which a test finds the workspace's binaries.

#[test]
fn a_binary_is_built_into_the_folder_of_the_tests_profile() {
    let profile = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
    let path = support::binary("db-test");
    assert!(path.is_file());
    assert_eq!(path.parent().unwrap(), profile);
}
