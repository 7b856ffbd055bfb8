//! CHECKSUMS, and two branches that add the same number.

use std::fs;
use std::process::Command;

use crate::harness::Project;

impl Project {
    fn checksums(&self) -> String {
        fs::read_to_string(self.sql_dir().join("CHECKSUMS")).unwrap()
    }

    /// Returns whether git did it.
    fn git(&self, arguments: &[&str]) -> bool {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]);
        git.args(arguments).current_dir(self.folder()).env("GIT_CONFIG_GLOBAL", "/dev/null");
        git.output().unwrap().status.success()
    }

    fn commit(&self) {
        assert!(self.git(&["add", "-A"]) && self.git(&["commit", "-m", "a"]));
    }
}

#[test]
fn the_file_is_verified_where_there_is_one() {
    let project = Project::with_three();
    project.done(&["upgrade"]);
    project.done(&["check"]);
    project.done(&["check", "--write"]);
    assert_eq!(project.checksums().lines().count(), 3);
    project.done(&["check"]);
    project.done(&["new", "d"]);
    assert!(project.checksums().contains("V4__d "), "{}", project.checksums());
    project.write("V4__d.sql", "CREATE TABLE d ();\n");
    let run = project.run(&["check"]);
    assert!(run.stdout.contains("stale: CHECKSUMS: CHECKSUMS is not what V4__d says"), "{run}");
    assert_eq!(run.code, Some(1));
}

/// A merge of two branches that both added number 4.
fn merging() -> Project {
    let project = Project::with_three();
    project.done(&["check", "--write"]);
    assert!(project.git(&["init", "--initial-branch", "main"]));
    project.commit();
    assert!(project.git(&["switch", "--create", "ours"]));
    project.done(&["new", "ours"]);
    project.done(&["new", "ours too"]);
    project.commit();
    assert!(project.git(&["switch", "main"]));
    project.done(&["new", "theirs"]);
    project.commit();
    assert!(project.git(&["switch", "ours"]));
    assert!(!project.git(&["merge", "main"]), "CHECKSUMS conflicts");
    assert!(project.run(&["upgrade"]).refusal().contains("has the number of"));
    project
}

fn assert_resolved(project: &Project) {
    let labels: Vec<String> =
        project.checksums().lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(labels, ["V1__a", "V2__b", "V3__c", "V4__theirs", "V5__ours", "V6__ours_too"]);
    assert!(project.sql_dir().join("V5__ours.down.sql").exists());
    project.done(&["upgrade"]);
    project.done(&["check"]);
}

#[test]
fn two_branches_with_one_number_conflict_and_the_merged_one_keeps_it() {
    let project = merging();
    project.done(&["renumber", "--merged", "main"]);
    assert_resolved(&project);
    assert!(project.done(&["renumber"]).stdout.contains("Nothing to do"));
}

#[test]
fn the_applied_one_keeps_its_number_too() {
    let project = merging();
    let error = project.run(&["renumber"]).refusal();
    assert!(error.contains("nothing says which of them stays"), "{error}");
    for (version, name) in [(1, "a"), (2, "b"), (3, "c"), (4, "theirs")] {
        project.sql(&format!(
            "CREATE TABLE IF NOT EXISTS refinery_schema_history (version int4, name text, applied_on text, \
             checksum text); INSERT INTO refinery_schema_history VALUES ({version}, '{name}', '', '')"
        ));
    }
    project.done(&["renumber"]);
    project.sql("DROP TABLE refinery_schema_history");
    assert_resolved(&project);
}

#[test]
fn a_date_that_comes_in_late_is_refused_and_moves_behind_what_is_applied() {
    let project = Project::with(&[
        ("V20260101__a.sql", "CREATE TABLE a (id int);\n"),
        ("V20260301__mine.sql", "CREATE TABLE mine (id int);\n"),
    ]);
    project.done(&["check", "--write"]);
    project.done(&["upgrade"]);
    project.write("V20260201__theirs.sql", "CREATE TABLE theirs (id int);\n");
    project.write("V20260201__theirs.down.sql", "DROP TABLE theirs;\n");
    let error = project.run(&["upgrade"]).refusal();
    assert!(
        error.contains("V20260201__theirs is not applied, and V20260301__mine, which comes after"),
        "{error}"
    );
    assert!(error.contains("branchline renumber"), "{error}");
    let renamed = project.done(&["renumber"]).stdout;
    assert!(renamed.contains("V20260201__theirs.sql -> V20260302__theirs.sql"), "{renamed}");
    assert!(project.sql_dir().join("V20260302__theirs.down.sql").exists());
    project.done(&["upgrade"]);
    project.done(&["check"]);
    project.done(&["downgrade", "-1"]);
}

#[test]
fn what_a_branch_wrote_before_the_merged_one_follows_it() {
    let project =
        Project::with(&[("V20260101__a.sql", "SELECT 1;\n"), ("V20260301__theirs.sql", "SELECT 2;\n")]);
    assert!(project.git(&["init", "--initial-branch", "main"]));
    project.commit();
    project.write("V20260201__ours.sql", "SELECT 3;\n");
    let renamed = project.done(&["renumber", "--merged", "main"]).stdout;
    assert_eq!(renamed, "V20260201__ours.sql -> V20260302__ours.sql\n");
}

#[test]
fn or_the_one_that_moves_is_named() {
    let project = merging();
    project.done(&["renumber", "V4__ours", "ours_too"]);
    assert_resolved(&project);
}
