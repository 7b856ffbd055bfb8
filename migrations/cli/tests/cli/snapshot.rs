use crate::neon::Neon;

#[test]
fn a_snapshot_is_what_a_branch_was_and_becomes_a_branch() {
    let neon = Neon::start();
    let snapshot = neon.json(&["snapshot", "create", "before", "--expires", "24h"])["snapshot"].clone();
    assert_eq!(snapshot["name"], "before");
    assert!(snapshot["expires_at"].as_str().unwrap() > snapshot["created_at"].as_str().unwrap());
    neon.project.sql("UPDATE kept SET what = 'a mistake'");
    assert_eq!(
        neon.done(&["snapshot", "restore", "before", "--as", "rescue"]),
        "rescue holds what before held."
    );
    assert_eq!(neon.sql("rescue", "SELECT what FROM kept"), "first");
    assert_eq!(neon.sql("main", "SELECT what FROM kept"), "a mistake");
    assert_eq!(neon.done(&["snapshot", "delete", "before"]), "before is deleted.");
    assert_eq!(neon.done(&["snapshot", "list"]), "There are no snapshots.");
    let missing = neon.run(&["snapshot", "restore", "before"]).refusal();
    assert!(missing.contains("no snapshot named before"), "{missing}");
}

#[test]
fn a_snapshot_is_named_after_its_branch_and_the_time() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "try"]);
    neon.done(&["snapshot", "create"]);
    neon.done(&["snapshot", "create", "--branch", "try"]);
    let names = neon.api.snapshots();
    assert!(names[0].starts_with("main_2") && names[1].starts_with("try_2"), "{names:?}");
    let text = neon.done(&["snapshot", "list"]);
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_snapshot_takes_the_place_of_a_branch_with_its_endpoint() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "try"]);
    neon.done(&["snapshot", "create", "before", "--branch", "try"]);
    neon.done(&["snapshot", "restore", "before", "--as", "rescue", "--replacing", "try"]);
    assert_eq!(neon.sql("rescue", "SELECT what FROM kept"), "first");
    let gone = neon.run(&["branch", "url", "try"]).refusal();
    assert!(gone.contains("no endpoint"), "{gone}");
}
