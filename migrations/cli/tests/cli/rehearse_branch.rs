//! Rehearsals on a branch of a Neon project, and what can go wrong there: no branch may be left.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::neon_api::{Fate, Fault, NeonApi};

use crate::branch::interrupt;
use crate::harness::{Project, Run};
use crate::rehearse::with_rows;

/// A production on Neon with a pending migration.
struct Production {
    project: Project,
    api: NeonApi,
}

impl Production {
    fn new() -> Self {
        Self::with("CREATE TABLE b (id int);\n")
    }

    fn with(up: &str) -> Self {
        let project = with_rows(10, &[("V2__b.sql", up), ("V2__b.down.sql", "DROP TABLE b;\n")]);
        let api = NeonApi::start(project.database.server(), project.database.name()).unwrap();
        Self { project, api }
    }

    /// The binary with the key in its environment, and a folder for temporary files of its own.
    fn command(&self, arguments: &[&str]) -> Command {
        let (host, project) = (self.api.host(), self.api.project());
        let (words, test_command) =
            arguments.split_at(arguments.iter().position(|word| *word == "--").unwrap_or(arguments.len()));
        let mut command = self.project.command(words);
        command
            .args(["--api-host", &host, "--project-id", &project, "--wait", "3s"])
            .args(test_command)
            .env("NEON_API_KEY", self.api.key())
            .env("TMPDIR", self.leases());
        command
    }

    fn leases(&self) -> &Path {
        self.project.folder()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::wait(self.command(arguments).spawn().unwrap())
    }

    /// Asserts that only production is there, and no lease.
    #[track_caller]
    fn assert_clean(&self) {
        assert_eq!(self.api.branches(), ["main"]);
        let left = fs::read_dir(self.leases()).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("rehearsal-")).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    /// Waits until the rehearsal's branch is there.
    fn wait_for_branch(&self) {
        self.wait_for_branches(2);
    }

    /// Waits until there are so many branches, production with them.
    fn wait_for_branches(&self, count: usize) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.api.branches().len() != count {
            assert!(Instant::now() < deadline, "never {count} branches, but {:?}", self.api.branches());
            thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn what_passes_on_a_branch_is_deployed_after_a_snapshot() {
    let production = Production::new();
    let run = production.run(&[
        "rehearse",
        "--report-json",
        "report.json",
        "--",
        env!("CARGO_BIN_EXE_branchline"),
        "check",
    ]);
    assert_eq!(run.code, Some(0), "{run}");
    production.assert_clean();
    let report: Value =
        serde_json::from_str(&fs::read_to_string(production.project.folder().join("report.json")).unwrap())
            .unwrap();
    assert_eq!((&report["place"], &report["verdict"]), (&"branch".into(), &"passed".into()));
    assert_eq!(production.project.applied(), "1", "production is untouched");

    let run = production.run(&["deploy", "report.json", "--snapshot"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(production.project.applied(), "1 2");
    assert_eq!(production.api.snapshots().len(), 1);
    // There is nothing to take one before.
    assert_eq!(production.run(&["deploy", "report.json", "--snapshot"]).code, Some(0));
    assert_eq!(production.api.snapshots().len(), 1);
}

#[test]
fn without_the_snapshot_that_was_asked_for_nothing_is_deployed() {
    let production = Production::new();
    assert_eq!(production.run(&["rehearse", "--report-json", "report.json"]).code, Some(0));
    production.api.set_fate(Fate::Fail);
    let error = production.run(&["deploy", "report.json", "--snapshot"]).refusal();
    assert!(error.contains("nothing was applied, since the snapshot failed"), "{error}");
    assert_eq!(production.project.applied(), "1");
}

#[test]
fn without_a_key_or_a_project_both_ways_are_reported() {
    let production = Production::new();
    let run = |command: &mut Command| Run::wait(command.spawn().unwrap()).refusal();
    let error = run(production.project.command(&["rehearse"]).env_remove("NEON_API_KEY"));
    assert!(error.contains("NEON_API_KEY") && error.contains("--local"), "{error}");
    let error =
        run(production.project.command(&["rehearse"]).env("NEON_API_KEY", "k").env_remove("NEON_PROJECT_ID"));
    assert!(error.contains("NEON_PROJECT_ID"), "{error}");
}

#[test]
fn a_wrong_key_or_project_or_branch_is_reported() {
    let production = Production::new();
    let canary = "napi_s3cr3t-canary";
    let run = Run::wait(production.command(&["rehearse"]).env("NEON_API_KEY", canary).spawn().unwrap());
    let error = run.refusal();
    assert!(error.contains("401") && !error.contains(canary), "{error}");
    let error = production.run(&["rehearse", "--branch", "no-such"]).refusal();
    assert!(error.contains("there is no branch named no-such"), "{error}");
    let mut command = production.project.command(&[
        "rehearse",
        "--api-host",
        &production.api.host(),
        "--project-id",
        "other",
    ]);
    let error = Run::wait(command.env("NEON_API_KEY", production.api.key()).spawn().unwrap()).refusal();
    assert!(error.contains("404") && error.contains("NEON_PROJECT_ID"), "{error}");
    production.assert_clean();
}

#[test]
fn a_quota_that_is_reached_is_reported_with_what_to_do() {
    let production = Production::new();
    production.api.set_branch_limit(1);
    let error = production.run(&["rehearse"]).refusal();
    assert!(error.contains("delete branches that are not needed"), "{error}");
    production.assert_clean();
}

#[test]
fn a_production_that_cannot_be_reached_is_reported_without_its_password() {
    let production = Production::new();
    let url = "postgresql://u:s3cr3t-canary@127.0.0.1:1/d";
    assert_eq!(production.run(&["rehearse", "--report-json", "report.json"]).code, Some(0));
    for arguments in [["rehearse", "--local"], ["deploy", "report.json"]] {
        let run = Run::wait(production.command(&arguments).env("DIRECT_DATABASE_URL", url).spawn().unwrap());
        let error = run.refusal();
        assert!(error.contains("127.0.0.1 port 1 cannot be reached") && !error.contains("s3cr3t"), "{run}");
    }
}

#[test]
fn a_branch_other_than_that_of_the_configured_database_is_neither_measured_nor_kept_as_a_snapshot() {
    let production = Production::new();
    assert_eq!(production.run(&["branch", "create", "staging"]).code, Some(0));
    let error = production.run(&["rehearse", "--branch", "staging"]).refusal();
    assert!(error.replace('\n', " ").contains("is not of the branch staging"), "{error}");

    assert_eq!(production.run(&["rehearse", "--report-json", "report.json"]).code, Some(0));
    let error = production.run(&["deploy", "report.json", "--snapshot", "--branch", "staging"]).refusal();
    assert!(error.replace('\n', " ").contains("is not of the branch staging"), "{error}");
    assert_eq!(production.project.applied(), "1");
    assert_eq!(production.run(&["branch", "delete", "staging"]).code, Some(0));
    production.assert_clean();
}

#[test]
fn a_branch_that_never_gets_ready_or_fails_to_is_deleted() {
    for fate in [Fate::Fail, Fate::Endless] {
        let production = Production::new();
        // Where creating fails, so does deleting here.
        match fate {
            Fate::Endless => production.api.set_fate_of("create_branch", fate),
            _ => production.api.set_fate(fate),
        }
        assert_eq!(production.run(&["rehearse"]).code, Some(1));
        if fate == Fate::Endless {
            production.assert_clean();
        }
        // If deleting fails too, the next run does it.
        production.api.set_fate(Fate::Finish(1));
        production.api.set_fate_of("create_branch", Fate::Finish(1));
        assert_eq!(production.run(&["rehearse"]).code, Some(0));
        production.assert_clean();
    }
}

#[test]
fn whatever_fails_on_the_branch_it_is_deleted() {
    let production = Production::with("CREATE TABLE b (id int);\nSELECT 1 / 0;\n");
    assert_eq!(production.run(&["rehearse"]).code, Some(1));
    production.assert_clean();
    let production = Production::new();
    assert_eq!(production.run(&["rehearse", "--", "false"]).code, Some(1));
    production.assert_clean();
    assert_eq!(production.run(&["rehearse", "--timeout", "300ms", "--", "sleep", "60"]).code, Some(1));
    production.assert_clean();
}

#[test]
fn an_answer_that_is_lost_or_late_costs_no_branch() {
    let production = Production::new();
    for fault in [
        Fault::LoseAnswer,
        Fault::LoseRequest,
        Fault::Refuse(423),
        Fault::Refuse(503),
        Fault::RefuseFor(429, 1),
    ] {
        // Of listing, looking, creating: the third.
        production.api.fault([None, None, Some(fault.clone())]);
        let run = production.run(&["rehearse"]);
        assert_eq!(run.code, Some(0), "{fault:?}: {run}");
        production.assert_clean();
    }
}

#[test]
fn where_the_api_goes_away_the_next_run_deletes_what_is_left() {
    // Each step takes the client's patience twice: for what it was about, and for deleting. All are more than
    // a rehearsal has; the few are when looking, creating, following and deleting.
    let steps: Vec<usize> = if support::rounds(0, 1) > 0 { (0..14).collect() } else { vec![2, 3, 5, 7] };
    thread::scope(|scope| {
        for steps in steps.chunks(steps.len().div_ceil(4)) {
            scope.spawn(move || {
                for &step in steps {
                    let production = Production::new();
                    production.api.go_away_after(step);
                    let gone = production.run(&["rehearse"]);
                    production.api.come_back();
                    match gone.code {
                        Some(0) => assert!(step > 6, "{gone}"),
                        _ => assert!(
                            gone.refusal().contains("cannot be reached"),
                            "after {step} requests: {gone}"
                        ),
                    }
                    let next = production.run(&["rehearse"]);
                    assert_eq!(next.code, Some(0), "after {step} requests: {next}");
                    production.assert_clean();
                }
            });
        }
    });
}

#[test]
fn an_interrupt_leaves_no_branch_at_any_phase() {
    // While it is being made.
    let production = Production::new();
    production.api.set_fate(Fate::Finish(1_000));
    let runner = production.command(&["rehearse"]).spawn().unwrap();
    production.wait_for_branch();
    production.api.set_fate(Fate::Finish(1));
    interrupt(runner.id());
    assert!(Run::wait(runner).refusal().contains("interrupted"));
    production.assert_clean();
    // While a migration runs.
    let production = Production::with("SELECT pg_sleep(36);\n");
    let runner = production.command(&["rehearse"]).spawn().unwrap();
    production.project.wait_until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(36)%' AND pid <> \
         pg_backend_pid())",
    );
    interrupt(runner.id());
    assert!(Run::wait(runner).refusal().contains("interrupted"));
    production.assert_clean();
    // While its branch is being deleted.
    let production = Production::new();
    production.api.set_fate(Fate::Finish(2));
    let runner = production.command(&["rehearse", "--", "true"]).spawn().unwrap();
    production.wait_for_branch();
    production.wait_for_branches(1);
    interrupt(runner.id());
    Run::wait(runner);
    production.assert_clean();
}

#[test]
fn what_a_killed_run_leaves_the_next_one_deletes_and_a_branch_of_somebody_elses_stays() {
    let production = Production::with("SELECT pg_sleep(37);\n");
    let mut runner = production.command(&["rehearse"]).spawn().unwrap();
    production.project.wait_until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(37)%' AND pid <> \
         pg_backend_pid())",
    );
    runner.kill().unwrap();
    Run::wait(runner);
    assert_eq!(production.api.branches().len(), 2);
    let made = production.run(&["branch", "create", "rehearsal-of-another"]);
    assert_eq!(made.code, Some(0), "{made}");
    production.project.write("V2__b.sql", "CREATE TABLE b (id int);\n");
    let next = production.run(&["rehearse"]);
    assert_eq!(next.code, Some(0), "{next}");
    assert_eq!(production.api.branches(), ["main", "rehearsal-of-another"]);
}

#[test]
fn a_branch_is_kept_where_that_is_asked_for() {
    let production = Production::new();
    let run = production.run(&["rehearse", "--keep"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(production.run(&["rehearse"]).code, Some(0));
    let branches = production.api.branches();
    assert!(branches.len() == 2 && run.stderr.contains(&branches[1]), "{branches:?}: {run}");
}

/// Rehearses for a deploy.
fn permitted() -> Production {
    let production = Production::new();
    assert_eq!(production.run(&["rehearse", "--report-json", "report.json"]).code, Some(0));
    production
}

const DEPLOY: [&str; 3] = ["deploy", "report.json", "--snapshot"];

#[test]
fn a_snapshot_whose_answer_is_lost_is_followed_to_its_end_before_anything_is_migrated() {
    // Where no snapshot is taken nothing changes, so these cases share a production.
    let unchanged = permitted();
    for (fault, fate, is_taken) in [
        (Fault::LoseAnswer, Fate::Finish(3), true),
        (Fault::LoseRequest, Fate::Finish(1), true),
        (Fault::RefuseAfter(502), Fate::Finish(1), true),
        (Fault::LoseAnswer, Fate::Fail, false),
        (Fault::LoseAnswer, Fate::Endless, false),
        (Fault::RefuseAfter(500), Fate::Endless, false),
        (Fault::Delay(Duration::ZERO), Fate::Fail, false),
        (Fault::Delay(Duration::ZERO), Fate::Endless, false),
    ] {
        let own = is_taken.then(permitted);
        let production = own.as_ref().unwrap_or(&unchanged);
        production.api.set_fate_of("timeline_archive", fate);
        production.api.fault_at("POST branches/*/snapshot", fault.clone());
        let run = production.run(&DEPLOY);
        let snapshots = production.api.snapshots().len();
        if is_taken {
            assert_eq!((run.code, snapshots), (Some(0), 1), "{fault:?} {fate:?}: {run}");
            assert_eq!(production.project.applied(), "1 2");
        } else {
            let error = run.refusal();
            assert!(
                error.contains("nothing was applied, since the snapshot failed"),
                "{fault:?} {fate:?}: {error}"
            );
            assert_eq!((production.project.applied().as_str(), snapshots), ("1", 0), "{fault:?} {fate:?}");
        }
    }
}

#[test]
fn a_snapshot_that_fails_and_cannot_be_removed_is_named() {
    let production = permitted();
    production.api.set_fate_of("timeline_archive", Fate::Fail);
    production.api.fault_at("DELETE snapshots/*", Fault::Refuse(400));
    let error = production.run(&DEPLOY).refusal();
    assert!(
        error.contains(&format!("branchline snapshot delete {}", production.api.snapshots()[0])),
        "{error}"
    );
    assert_eq!(production.project.applied(), "1");
}

#[test]
fn a_deploys_snapshot_expires_and_makes_room_for_the_next_where_the_plan_keeps_one() {
    let production = permitted();
    assert_eq!(production.run(&DEPLOY).code, Some(0));
    assert!(production.api.snapshot_expiries()[0].is_some());
    production.api.set_snapshot_limit(1);
    production.project.write("V3__c.sql", "CREATE TABLE c (id int);\n");
    production.project.write("V3__c.down.sql", "DROP TABLE c;\n");
    assert_eq!(production.run(&["rehearse", "--report-json", "report.json"]).code, Some(0));
    let first = production.api.snapshots();
    // Two within a second would have the same name.
    thread::sleep(Duration::from_millis(1_100));
    let run = production.run(&["deploy", "report.json", "--snapshot", "--snapshot-expires", "0"]);
    assert_eq!(run.code, Some(0), "{run}");
    let words = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!("The snapshot {} of an earlier deploy was deleted", first[0])), "{run}");
    assert_ne!(production.api.snapshots(), first);
    assert_eq!(production.api.snapshot_expiries(), [None]);
    assert_eq!(production.project.applied(), "1 2 3");
}

#[test]
fn where_others_snapshots_take_all_the_room_they_stay_and_are_reported() {
    let production = permitted();
    assert_eq!(production.run(&["snapshot", "create", "mine"]).code, Some(0));
    production.api.set_snapshot_limit(1);
    let error = production.run(&DEPLOY).refusal();
    assert!(error.contains("delete snapshots that are not needed (branchline snapshot list)"), "{error}");
    assert_eq!(
        (production.api.snapshots(), production.project.applied()),
        (vec!["mine".to_owned()], "1".to_owned())
    );
}

#[test]
fn an_interrupt_during_the_snapshot_leaves_none_and_migrates_nothing() {
    let production = permitted();
    production.api.set_fate_of("timeline_archive", Fate::Endless);
    let mut command = production.project.command(&DEPLOY);
    let runner = command
        .args(["--api-host", &production.api.host(), "--project-id", &production.api.project()])
        .env("NEON_API_KEY", production.api.key())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while production.api.snapshots().is_empty() {
        assert!(Instant::now() < deadline, "never a snapshot");
        thread::sleep(Duration::from_millis(5));
    }
    interrupt(runner.id());
    assert!(Run::wait(runner).refusal().contains("interrupted"));
    assert_eq!((production.api.snapshots().len(), production.project.applied().as_str()), (0, "1"));
}

#[test]
fn a_report_is_written_and_its_verdict_holds_where_the_branch_cannot_be_removed() {
    let production = Production::new();
    // For good, and as others are deleted.
    production.api.fault_at("DELETE branches/*", Fault::Refuse(400));
    production.api.fault_at("DELETE branches/*", Fault::Refuse(400));
    let run = production.run(&["rehearse", "--report-json", "report.json", "--report-markdown", "report.md"]);
    assert_eq!(run.code, Some(0), "{run}");
    let left = production.api.branches().pop().unwrap();
    let words = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("warning: ") && words.contains(&format!("branchline branch delete {left}")),
        "{run}"
    );
    assert!(run.stdout.contains("Passed."), "{run}");
    assert!(production.project.folder().join("report.md").exists());
    assert_eq!(production.run(&["deploy", "report.json"]).code, Some(0));
}

#[test]
fn where_nothing_is_pending_no_branch_is_made() {
    let production = Production::new();
    assert_eq!(production.run(&["rehearse", "--report-json", "report.json"]).code, Some(0));
    assert_eq!(production.run(&["deploy", "report.json"]).code, Some(0));
    let before = production.api.requests().len();
    let run = production.run(&["rehearse", "--report-json", "report.json", "--", "false"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("Nothing is pending. Passed."), "{run}");
    let words = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("the command was not run"), "{run}");
    let requests = production.api.requests().split_off(before);
    assert!(requests.iter().all(|request| request.starts_with("GET")), "{requests:?}");
    assert_eq!(
        production.run(&["deploy", "report.json"]).code,
        Some(0),
        "it permits nothing, which is no harm"
    );
}

#[test]
fn a_rehearsals_branch_is_gone_for_good_and_its_command_has_no_key() {
    let production = Production::new();
    let script = "test -z \"$NEON_API_KEY\" && test -n \"$DATABASE_URL\"";
    let run = production.run(&["rehearse", "--", "sh", "-c", script]);
    assert_eq!(run.code, Some(0), "{run}");
    production.assert_clean();
    assert_eq!(production.api.recoverable(), Vec::<String>::new());
}
