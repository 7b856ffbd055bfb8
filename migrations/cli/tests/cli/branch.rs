use std::collections::BTreeSet;
use std::thread;

use support::neon_api::{Fate, Fault};

use crate::harness::Run;
use crate::neon::Neon;

#[test]
fn a_branch_is_a_copy_of_its_own_until_it_is_deleted() {
    let neon = Neon::start();
    let branch = neon.json(&["branch", "create", "try", "--expires", "2h"])["branch"].clone();
    assert_eq!(branch["name"], "try");
    assert!(branch["expires_at"].as_str().unwrap() > branch["created_at"].as_str().unwrap());
    assert_eq!(
        neon.sql("try", "INSERT INTO kept VALUES ('second'); SELECT count(*) FROM kept"),
        "INSERT 0 1\n2"
    );
    assert_eq!(neon.project.sql("SELECT count(*) FROM kept"), "1");
    assert_eq!(neon.done(&["branch", "delete", "try"]), "try is deleted.");
    assert_eq!(neon.api.branches(), ["main"]);
    assert_eq!(neon.done(&["branch", "delete", "try"]), "There is no branch try.");
}

#[test]
fn every_branch_is_listed_though_a_page_holds_three_and_one_is_found_by_its_exact_name() {
    let neon = Neon::start();
    let names = ["abc", "ab", "a", "xab", "abx"];
    for name in names {
        neon.done(&["branch", "create", name]);
    }
    let listed = neon.json(&["branch", "list"])["branches"].as_array().unwrap().clone();
    let listed: Vec<&str> = listed.iter().map(|branch| branch["name"].as_str().unwrap()).collect();
    assert_eq!(listed, ["abx", "xab", "a", "ab", "abc", "main"], "the newest first");
    let text = neon.done(&["branch", "list"]);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.lines().last().unwrap().starts_with(" main (default)"), "{text}");
    for name in names {
        let url = neon.done(&["branch", "url", name]);
        assert!(
            url.contains(&format!("/{}?", neon.api.database(name).unwrap())),
            "{name}: another branch's URL"
        );
    }
}

#[test]
fn a_branch_is_made_of_the_parent_that_is_named() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "one"]);
    neon.sql("one", "UPDATE kept SET what = 'of one'");
    neon.done(&["branch", "create", "two", "--parent", "one"]);
    assert_eq!(neon.sql("two", "SELECT what FROM kept"), "of one");
    assert_eq!(neon.done(&["branch", "diff", "two"]), "--- one\n+++ two");
    assert_eq!(neon.done(&["branch", "diff", "two", "--base", "main"]), "--- main\n+++ two");
    let refused = neon.run(&["branch", "delete", "one"]).refusal();
    assert!(refused.contains("has children"), "{refused}");
}

#[test]
fn a_branch_is_reset_to_its_parent() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "try"]);
    neon.sql("try", "DROP TABLE kept");
    neon.project.sql("UPDATE kept SET what = 'later'");
    assert_eq!(neon.done(&["branch", "reset", "try"]), "try is as its parent is now.");
    assert_eq!(neon.sql("try", "SELECT what FROM kept"), "later");
    let refused = neon.run(&["branch", "reset", "main"]).refusal();
    assert!(refused.contains("main has no parent"), "{refused}");
}

#[test]
fn a_branch_is_restored_to_a_moment_and_what_it_was_is_kept() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "try"]);
    neon.done(&["snapshot", "create", "before", "--branch", "try"]);
    neon.sql("try", "UPDATE kept SET what = 'a mistake'");
    let restored = neon.json(&["branch", "restore", "try", "--to", "2100-01-01T00:00:00Z"]);
    assert_eq!(neon.sql("try", "SELECT what FROM kept"), "first");
    let kept = restored["preserved_as"].as_str().unwrap();
    assert!(kept.starts_with("try_before_2"), "{kept}");
    assert!(neon.api.branches().contains(&kept.to_owned()));
    // And back again.
    neon.done(&["branch", "restore", "try", "--from", kept, "--preserve-as", "second"]);
    assert_eq!(neon.sql("try", "SELECT what FROM kept"), "a mistake");
    let refused = neon.run(&["branch", "restore", "try", "--to", "2000-01-01T00:00:00Z"]).refusal();
    assert!(refused.contains("outside the branch's history"), "{refused}");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do_and_leaves_no_branch() {
    let neon = Neon::start();
    let without = |name: &str, value: Option<&str>| {
        let mut command = neon.command(&["branch", "create", "try"]);
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        Run::of(command.spawn().unwrap()).refusal()
    };
    let key = without("NEON_API_KEY", None);
    assert!(key.contains("set NEON_API_KEY"), "{key}");
    let wrong = without("NEON_API_KEY", Some("napi_canary"));
    assert!(wrong.contains("401") && wrong.contains("is NEON_API_KEY a valid key"), "{wrong}");
    assert!(!wrong.contains("canary"), "{wrong}");
    let project = without("NEON_PROJECT_ID", None);
    assert!(project.contains("--project-id"), "{project}");
    let unknown = without("NEON_PROJECT_ID", Some("other-project-1"));
    assert!(unknown.contains("project not found") && unknown.contains("is the project right"), "{unknown}");
    let taken = neon.run(&["branch", "create", "main"]).refusal();
    assert!(taken.contains("a branch named main already"), "{taken}");
    let missing = neon.run(&["branch", "url", "nowhere"]).refusal();
    assert!(missing.contains("no branch named nowhere"), "{missing}");
    let default = neon.run(&["branch", "delete", "main"]).refusal();
    assert!(default.contains("cannot delete the default branch"), "{default}");
    neon.api.set_branch_limit(1);
    let quota = neon.run(&["branch", "create", "try"]).refusal();
    assert!(quota.contains("branches limit exceeded; delete branches that are not needed"), "{quota}");
    assert_eq!(neon.api.branches(), ["main"]);
}

#[test]
fn a_key_is_not_sent_over_http_to_another_machine() {
    let neon = Neon::start();
    let mut command = neon.project.command(&["branch", "list", "--project-id", "p"]);
    command.args(["--api-host", "http://neon.example"]).env("NEON_API_KEY", "napi_canary");
    let refused = Run::of(command.spawn().unwrap()).refusal();
    assert!(refused.contains("use https") && !refused.contains("canary"), "{refused}");
}

#[test]
fn a_refusal_that_leaves_nothing_done_is_tried_again() {
    let neon = Neon::start();
    // The first request looks whether the name is free, the second makes the branch.
    for status in [423, 429, 503] {
        let name = format!("after-{status}");
        let before = neon.api.requests().len();
        neon.api.fault([None, Some(Fault::Refuse(status)), Some(Fault::RefuseFor(status, 0))]);
        neon.done(&["branch", "create", &name]);
        let requests = neon.api.requests().split_off(before);
        assert_eq!(requests.iter().filter(|request| *request == "POST branches").count(), 3, "{requests:?}");
    }
    assert_eq!(neon.api.branches().len(), 4);
}

#[test]
fn another_failure_of_a_write_is_not_tried_again() {
    let neon = Neon::start();
    neon.api.fault([None, Some(Fault::Refuse(500))]);
    let refused = neon.run(&["branch", "create", "try"]).refusal();
    assert!(refused.contains("500"), "{refused}");
    let posts = neon.api.requests().iter().filter(|request| *request == "POST branches").count();
    assert_eq!((posts, neon.api.branches().len()), (1, 1));
}

#[test]
fn a_write_whose_answer_was_lost_is_looked_up_and_not_done_twice() {
    let neon = Neon::start();
    neon.api.fault([None, Some(Fault::LoseAnswer)]);
    neon.done(&["branch", "create", "done"]);
    neon.api.fault([None, Some(Fault::LoseRequest)]);
    neon.done(&["branch", "create", "not-done"]);
    assert_eq!(neon.api.branches(), ["main", "done", "not-done"]);
    // The snapshots before, then the one that is made.
    neon.api.fault([None, None, Some(Fault::LoseAnswer)]);
    neon.done(&["snapshot", "create", "one"]);
    assert_eq!(neon.api.snapshots(), ["one"]);
    // A branch that is gone already is deleted.
    neon.api.fault([None, Some(Fault::LoseAnswer)]);
    neon.done(&["branch", "delete", "done"]);
    assert_eq!(neon.api.branches(), ["main", "not-done"]);
}

#[test]
fn a_branch_whose_operations_fail_or_never_end_is_deleted_again() {
    let neon = Neon::start();
    neon.api.set_fate(Fate::Fail);
    let failed = neon.run(&["branch", "create", "try"]).refusal();
    assert!(failed.contains("create_branch ended as error: the storage is out of order"), "{failed}");
    assert_eq!(neon.api.branches(), ["main"]);
    neon.api.set_fate(Fate::Endless);
    let slow = neon.run(&["branch", "create", "try", "--wait", "300ms"]).refusal();
    assert!(slow.contains("create_branch has not ended") && slow.contains("--wait"), "{slow}");
    assert_eq!(neon.api.branches(), ["main"]);
}

#[test]
fn wherever_the_api_goes_away_no_branch_is_left_that_is_not_told_of() {
    let making = {
        let neon = Neon::start();
        neon.done(&["branch", "create", "try"]);
        neon.api.requests().len()
    };
    let outcomes: Vec<_> = (0..making)
        .map(|served| {
            thread::spawn(move || {
                let neon = Neon::start();
                neon.api.go_away_after(served);
                let refused = neon.run(&["branch", "create", "try"]).refusal();
                let left = neon.api.branches().contains(&"try".to_owned());
                assert!(
                    !left || refused.contains("branchline branch delete try"),
                    "after {served} requests: {refused}"
                );
                assert!(refused.contains("Neon's API"), "after {served} requests: {refused}");
                left
            })
        })
        .collect();
    let left: BTreeSet<bool> = outcomes.into_iter().map(|outcome| outcome.join().unwrap()).collect();
    assert_eq!(left, BTreeSet::from([false, true]), "it went away before and after the branch was made");
}
