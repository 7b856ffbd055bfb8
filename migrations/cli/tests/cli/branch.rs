use std::collections::BTreeSet;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

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
        Run::wait(command.spawn().unwrap()).refusal()
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
    let refused = Run::wait(command.spawn().unwrap()).refusal();
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
fn wherever_the_api_goes_away_no_branch_is_left_unreported() {
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

/// Asks a process to end, as Ctrl-C does.
pub fn interrupt(process: u32) {
    assert!(Command::new("kill").args(["-INT", &process.to_string()]).status().unwrap().success());
}

fn posts(neon: &Neon) -> usize {
    neon.api.requests().iter().filter(|request| request.starts_with("POST")).count()
}

#[test]
fn a_locked_project_is_waited_for_as_long_as_wait_says() {
    let neon = Neon::start();
    let locked = |request: &str, times: usize| {
        (0..times).for_each(|_| neon.api.fault_at(request, Fault::RefuseFor(423, 0)));
    };
    locked("POST branches", 12);
    neon.done(&["branch", "create", "try"]);
    locked("POST branches/*/snapshot", 12);
    neon.done(&["snapshot", "create", "one"]);
    locked("POST snapshots/*/restore", 12);
    neon.done(&["snapshot", "restore", "one", "--as", "rescue"]);
    locked("POST branches/*/restore", 12);
    neon.done(&["branch", "reset", "try"]);
    locked("DELETE branches/*", 12);
    neon.done(&["branch", "delete", "try"]);

    (0..20).for_each(|_| neon.api.fault_at("POST branches", Fault::Refuse(423)));
    let refused = neon.run(&["branch", "create", "late", "--wait", "500ms"]).refusal();
    assert!(refused.contains("423") && refused.contains("--wait"), "{refused}");
    assert_eq!(neon.api.branches(), ["main", "rescue"]);
}

#[test]
fn a_write_that_was_carried_out_and_then_refused_by_a_gateway_is_looked_up() {
    let neon = Neon::start();
    for status in [500, 502, 503, 504] {
        let name = format!("after-{status}");
        neon.api.fault_at("POST branches", Fault::RefuseAfter(status));
        neon.done(&["branch", "create", &name]);
        // By the API's documentation that status is always safe to retry.
        if status != 503 {
            neon.api.fault_at("POST branches/*/snapshot", Fault::RefuseAfter(status));
            neon.done(&["snapshot", "create", &name]);
        }
    }
    assert_eq!(neon.api.branches(), ["main", "after-500", "after-502", "after-503", "after-504"]);
    assert_eq!(neon.api.snapshots(), ["after-500", "after-502", "after-504"]);
}

#[test]
fn a_restore_whose_answer_is_lost_is_looked_up_and_not_done_twice() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "try"]);
    neon.done(&["snapshot", "create", "one", "--branch", "try"]);
    for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::RefuseAfter(504)] {
        neon.api.fault_at("POST snapshots/*/restore", fault.clone());
        neon.done(&["snapshot", "restore", "one", "--as", "rescue"]);
        assert_eq!(neon.sql("rescue", "SELECT what FROM kept"), "first");
        neon.done(&["branch", "delete", "rescue"]);
        neon.api.fault_at("POST branches/*/restore", fault);
        neon.done(&["branch", "restore", "try", "--from", "main", "--preserve-as", "was"]);
        assert_eq!(neon.api.branches(), ["main", "try", "was"]);
        neon.done(&["branch", "delete", "was"]);
    }
}

#[test]
fn an_interrupt_while_something_is_made_leaves_nothing() {
    let neon = Neon::start();
    neon.done(&["snapshot", "create", "one"]);
    for (command, request) in [
        ("branch create try", "POST branches"),
        ("snapshot create two", "POST branches/*/snapshot"),
        ("snapshot restore one --as rescue", "POST snapshots/*/restore"),
    ] {
        // While it is asked for.
        let before = posts(&neon);
        neon.api.fault_at(request, Fault::Delay(Duration::from_secs(1)));
        let runner = neon.command(&command.split(' ').collect::<Vec<_>>()).spawn().unwrap();
        wait_until(|| posts(&neon) > before);
        interrupt(runner.id());
        assert!(Run::wait(runner).refusal().contains("interrupted"), "{command}");
        assert_eq!(
            (neon.api.branches(), neon.api.snapshots()),
            (vec!["main".to_owned()], vec!["one".to_owned()])
        );
        // While it is waited for.
        let before = neon.api.branches().len() + neon.api.snapshots().len();
        neon.api.set_fate(Fate::Finish(1_000));
        let runner = neon.command(&command.split(' ').collect::<Vec<_>>()).spawn().unwrap();
        wait_until(|| neon.api.branches().len() + neon.api.snapshots().len() > before);
        neon.api.set_fate(Fate::Finish(1));
        interrupt(runner.id());
        assert!(Run::wait(runner).refusal().contains("interrupted"), "{command}");
        assert_eq!(
            (neon.api.branches(), neon.api.snapshots()),
            (vec!["main".to_owned()], vec!["one".to_owned()])
        );
    }
}

#[test]
fn an_interrupt_of_a_restore_says_what_goes_on_and_under_which_name_what_was_is_kept() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "try"]);
    neon.api.set_fate(Fate::Finish(1_000));
    let runner = neon
        .command(&["branch", "restore", "try", "--from", "main", "--preserve-as", "was"])
        .spawn()
        .unwrap();
    wait_until(|| neon.api.branches().len() == 3);
    interrupt(runner.id());
    let refused = Run::wait(runner).refusal();
    assert!(refused.contains("interrupted; Neon may go on with restoring the branch try"), "{refused}");
    assert!(refused.contains("keeps what it was as was"), "{refused}");
}

fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "never so");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_branch_with_children_is_reset_and_they_hang_from_what_it_was() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "try"]);
    neon.done(&["branch", "create", "child", "--parent", "try"]);
    neon.sql("try", "UPDATE kept SET what = 'of try'");
    let reset = neon.json(&["branch", "reset", "try"]);
    let kept = reset["preserved_as"].as_str().unwrap();
    assert!(kept.starts_with("try_before_2"), "{kept}");
    assert_eq!(neon.sql("try", "SELECT what FROM kept"), "first");
    assert_eq!(neon.api.branches(), ["main", "try", "child", kept]);
    assert_eq!(neon.json(&["branch", "reset", "try"])["preserved_as"], serde_json::Value::Null);
    assert_eq!(neon.json(&["branch", "reset", "try", "--preserve-as", "was"])["preserved_as"], "was");
}

#[test]
fn a_branch_without_an_endpoint_is_reported_with_what_to_do_and_a_restored_one_gets_one() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "my try"]);
    neon.done(&["branch", "restore", "my try", "--from", "main", "--preserve-as", "it's kept"]);
    let refused = neon.run(&["branch", "url", "it's kept"]).refusal();
    assert!(
        refused.contains(r"the branch 'it'\''s kept' has no endpoint")
            && refused.contains(r"branchline branch create NAME --parent 'it'\''s kept'"),
        "{refused}"
    );
    neon.done(&["snapshot", "create", "one", "--branch", "my try"]);
    let made = neon.json(&["snapshot", "restore", "one"])["branch"]["name"].as_str().unwrap().to_owned();
    assert!(made.starts_with("one_restored_2"), "{made}");
    assert_eq!(neon.sql(&made, "SELECT what FROM kept"), "first");
}

#[test]
fn names_are_quoted_where_they_are_not_plain_and_none_is_empty() {
    let neon = Neon::start();
    let made = neon.done(&["branch", "create", "a b"]);
    assert!(made.contains("$(branchline branch url 'a b')"), "{made}");
    let taken = neon.run(&["branch", "create", "a b"]).refusal();
    assert!(taken.contains("branch named 'a b' already") && taken.contains("branch delete 'a b'"), "{taken}");
    let missing = neon.run(&["branch", "url", "c d"]).refusal();
    assert!(missing.contains("no branch named 'c d'"), "{missing}");
    let before = neon.api.requests().len();
    let long = "x".repeat(257);
    for arguments in [
        vec!["branch", "create", ""],
        vec!["branch", "create", " "],
        vec!["branch", "create", &long],
        vec!["branch", "delete", ""],
        vec!["branch", "create", "x", "--parent", ""],
        vec!["snapshot", "create", ""],
        vec!["snapshot", "restore", "one", "--as", ""],
        vec!["branch", "restore", "a b", "--from", "main", "--preserve-as", ""],
        vec!["rehearse", "--branch", ""],
        vec!["deploy", "report.json", "--branch", ""],
    ] {
        assert_eq!(neon.run(&arguments).code, Some(2), "{arguments:?}");
    }
    assert_eq!(neon.api.requests().len(), before);
}

#[test]
fn of_two_databases_each_command_says_how_one_is_named() {
    let neon = Neon::start();
    neon.api.add_database("my other");
    let refused = neon.run(&["branch", "url", "main"]).refusal();
    assert!(refused.contains("'my other'") && refused.contains("with --database"), "{refused}");
    let mut rehearse = neon.command(&["rehearse"]);
    let refused = Run::wait(rehearse.env_remove("DIRECT_DATABASE_URL").spawn().unwrap()).refusal();
    assert!(refused.contains("'my other'") && refused.contains("DIRECT_DATABASE_URL"), "{refused}");
    assert!(!refused.contains("--database"), "{refused}");
    let refused = neon.run(&["branch", "url", "main", "--database", "third"]).refusal();
    assert!(refused.contains("has no database third, but "), "{refused}");
}

#[test]
fn a_schema_only_branch_has_no_parent_and_says_why() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "bare", "--schema-only"]);
    for command in ["reset", "diff"] {
        let refused = neon.run(&["branch", command, "bare"]).refusal();
        assert!(refused.contains("bare has no parent: it was made with --schema-only"), "{refused}");
    }
    assert_eq!(neon.done(&["branch", "diff", "bare", "--base", "main"]), "--- main\n+++ bare");
    neon.done(&["branch", "delete", "bare"]);
}

#[test]
fn a_branch_that_somebody_deletes_can_be_recovered_and_one_made_in_vain_is_gone() {
    let neon = Neon::start();
    neon.done(&["branch", "create", "mine"]);
    neon.done(&["branch", "delete", "mine"]);
    neon.api.set_fate_of("start_compute", Fate::Fail);
    neon.run(&["branch", "create", "in-vain"]).refusal();
    assert_eq!(
        (neon.api.branches(), neon.api.recoverable()),
        (vec!["main".to_owned()], vec!["mine".to_owned()])
    );
    // If the account has no hard deletion, the branch is deleted as others are.
    neon.api.set_hard_delete(false);
    neon.run(&["branch", "create", "in-vain"]).refusal();
    assert_eq!(neon.api.branches(), ["main"]);
    assert_eq!(neon.api.recoverable(), ["mine", "in-vain"]);
}
