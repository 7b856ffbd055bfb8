//! `new --from` and `revision --autogenerate`: migrations written from the wanted schema.

use std::fs;

use crate::harness::Project;

const BEFORE: &str =
    "CREATE TABLE posts (id int PRIMARY KEY, title text);\nCREATE TABLE words (word text);\n";
const AFTER: &str =
    "CREATE TABLE posts (id int PRIMARY KEY, headline text);\nCREATE TABLE words (word text);\n";

fn project(wanted: &str) -> Project {
    let project =
        Project::with(&[("V1__posts.sql", BEFORE), ("V1__posts.down.sql", "DROP TABLE posts, words;\n")]);
    fs::write(project.folder().join("migrations/schema.sql"), wanted).unwrap();
    project
}

fn files(project: &Project) -> Vec<String> {
    let names = fs::read_dir(project.sql_dir()).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_rename_is_written_with_its_undo_and_keeps_rows() {
    let project = project(AFTER);
    project.done(&["check", "--write"]);
    project.done(&["upgrade"]);
    project.sql("INSERT INTO posts VALUES (1, 'kept')");
    let before = project.catalog();
    let run = project.done(&["new", "rename titles", "--from", "migrations/schema.sql"]);
    assert!(run.stderr.contains("Proved") && run.stderr.contains("Locks that others wait for"), "{run}");
    let written = files(&project);
    assert_eq!(written[3..], ["V2__rename_titles.down.sql", "V2__rename_titles.sql"], "{written:?}");
    project.done(&["upgrade"]);
    assert_eq!(project.sql("SELECT headline FROM posts"), "kept");
    project.done(&["verify"]);
    project.done(&["check", "--schema"]);
    project.done(&["check"]);
    project.done(&["downgrade", "1"]);
    assert_eq!(project.catalog(), before);
    let run = project.done(&["revision", "--autogenerate", "-m", "nothing more"]);
    assert!(run.stdout.contains("Nothing to do"), "{run}");
    assert_eq!(files(&project), written);
}

#[test]
fn without_autogenerate_a_revision_is_an_empty_pair() {
    let project = project(BEFORE);
    project.done(&["revision", "-m", "By hand"]);
    assert_eq!(files(&project)[2..], ["V2__by_hand.down.sql", "V2__by_hand.sql"]);
    assert_eq!(project.run(&["revision"]).code, Some(2));
    assert_eq!(project.run(&["revision", "-m", "x", "--from", "y.sql"]).code, Some(2));
}

#[test]
fn the_report_is_written_for_a_pull_request() {
    let project = project(AFTER);
    project.done(&["new", "x", "--from", "migrations/schema.sql", "--report-markdown", "report.md"]);
    let report = fs::read_to_string(project.folder().join("report.md")).unwrap();
    for part in ["### The schema changes", "headline", "Locks that others wait for", "Proved"] {
        assert!(report.contains(part), "{part}: {report}");
    }
}
