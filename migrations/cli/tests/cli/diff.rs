//! `branchline diff`: the SQL from one schema to another, on scratch databases.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::harness::{Project, Run};

const BEFORE: &str =
    "CREATE TABLE posts (id int PRIMARY KEY, title text);\nCREATE TABLE words (word text);\n";

fn project(wanted: &str) -> Project {
    let project =
        Project::with(&[("V1__posts.sql", BEFORE), ("V1__posts.down.sql", "DROP TABLE posts, words;\n")]);
    fs::write(project.folder().join("migrations/schema.sql"), wanted).unwrap();
    project
}

fn piped(project: &Project, arguments: &[&str], input: &str) -> Run {
    let mut child = project.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Run::wait(child)
}

#[test]
fn a_side_is_a_url_a_folder_a_file_or_standard_input() {
    let project = project(BEFORE);
    let run = project.run(&["diff"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
    fs::create_dir_all(project.folder().join("models")).unwrap();
    for (number, line) in (1..).zip(BEFORE.lines().rev()) {
        fs::write(project.folder().join(format!("models/{number}.sql")), line).unwrap();
    }
    project.done(&["diff", "migrations/sql", "models"]);
    project.done(&["diff", "models", "migrations/schema.sql"]);
    let run = piped(&project, &["diff", "migrations/sql", "-"], &format!("BEGIN;\n{BEFORE}COMMIT;\n"));
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
    project.done(&["upgrade"]);
    project.done(&["diff", &project.database.url()]);
    let run = project.run(&["diff", "models", "nowhere.sql"]);
    assert!(run.refusal().contains("nowhere.sql cannot be read"), "{run}");
    let run = project.run(&["diff", "postgresql://u:canary@localhost:1/d"]);
    assert!(!run.refusal().contains("canary"), "{run}");
}

#[test]
fn a_rename_is_told_by_a_hint_or_found_by_trying() {
    let found =
        project("CREATE TABLE posts (id int PRIMARY KEY, headline text);\nCREATE TABLE words (word text);\n");
    let run = found.run(&["diff"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.contains("RENAME COLUMN title TO headline"), "{run}");
    let told = project(
        "-- branchline: renamed_from posts\nCREATE TABLE articles (id int CONSTRAINT posts_pkey PRIMARY KEY,\n    \
         -- branchline: renamed_from title\n    body text);\nCREATE TABLE words (word text);\n",
    );
    let run = told.run(&["diff"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.contains("RENAME TO articles") && !run.stdout.contains("DROP TABLE"), "{run}");
    told.done(&["upgrade"]);
    told.sql("INSERT INTO posts VALUES (1, 'kept')");
    told.sql(&run.stdout);
    assert_eq!(told.sql("SELECT body FROM articles"), "kept");
    told.done(&["diff", &told.database.url()]);
    let ambiguous = project(
        "CREATE TABLE posts (id int PRIMARY KEY, a text, b text);\nCREATE TABLE words (word text);\n",
    );
    let run = ambiguous.run(&["diff"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
    assert!(run.stderr.contains("posts.title to public.posts.a"), "{run}");
    assert!(run.stderr.contains("posts.title to public.posts.b"), "{run}");
    let contradicting = project(
        "-- branchline: renamed_from words\nCREATE TABLE a (word text);\n-- branchline: renamed_from words\n\
         CREATE TABLE b (word text);\nCREATE TABLE posts (id int PRIMARY KEY, title text);\n",
    );
    assert!(contradicting.run(&["diff"]).refusal().contains("contradicts"));
}
