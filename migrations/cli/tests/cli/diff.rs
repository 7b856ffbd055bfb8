//! `branchline diff`: the SQL from one schema to another, on scratch databases.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::harness::{Project, Run};

const BEFORE: &str =
    "CREATE TABLE posts (id int PRIMARY KEY, title text);\nCREATE TABLE words (word text);\n";

/// Changes that nothing forbids, in the order that suits nobody.
const AFTER: &str = "\
    CREATE INDEX posts_by_author ON posts (author);\n\
    CREATE VIEW titles AS SELECT title FROM posts WHERE author IS NOT NULL;\n\
    CREATE TABLE posts (id int PRIMARY KEY, title text NOT NULL, author bigint REFERENCES authors);\n\
    CREATE TABLE authors (id bigint PRIMARY KEY, mood mood NOT NULL DEFAULT 'fine');\n\
    CREATE TYPE mood AS ENUM ('fine', 'tired');\n\
    CREATE TABLE words (word text);\n";

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
fn psql_runs_what_is_printed_and_then_nothing_differs() {
    let project = project(AFTER);
    project.done(&["upgrade"]);
    project.sql("INSERT INTO posts SELECT n, 'title' FROM generate_series(1, 9) n");
    for arguments in [&["diff"][..], &["diff", "--offline"]] {
        let run = project.run(arguments);
        assert_eq!(run.code, Some(3), "{run}");
        assert!(!run.stdout.contains("note:") && !run.stdout.contains('+'), "SQL alone: {run}");
        assert!(run.stderr.contains("authors"), "{run}");
        assert_eq!(run.stdout.contains("CONCURRENTLY"), arguments.len() == 1, "{run}");
    }
    let printed = project.run(&["diff"]).stdout;
    fs::write(project.folder().join("up.sql"), printed).unwrap();
    let script = project.folder().join("up.sql");
    let run = project.psql(&["-v", "ON_ERROR_STOP=1", "--file", script.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.sql("SELECT count(*) FROM posts"), "9");
    let url = project.database.url();
    let run = project.run(&["diff", &url, "migrations/schema.sql"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
    assert!(run.stderr.contains("Nothing differs"), "{run}");
    // And the other way about, as drift: what somebody made by hand.
    let run = project.run(&["diff", "migrations/sql", &url, "--summary"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.contains("authors"), "{run}");
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
    let run = piped(&project, &["diff", "migrations/sql", "-"], &format!("BEGIN;\n{AFTER}COMMIT;\n"));
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.contains("CREATE TABLE public.authors"), "{run}");
    project.done(&["upgrade"]);
    project.done(&["diff", &project.database.url()]);
    let run = project.run(&["diff", "models", "nowhere.sql"]);
    assert!(run.refusal().contains("nowhere.sql cannot be read"), "{run}");
    let run = project.run(&["diff", "postgresql://u:canary@localhost:1/d"]);
    assert!(!run.refusal().contains("canary"), "{run}");
}

#[test]
fn what_loses_data_is_printed_only_when_that_is_allowed() {
    let project = project("CREATE TABLE posts (id int PRIMARY KEY);\n");
    let refusal = project.run(&["diff"]).refusal();
    assert!(refusal.contains("--allow-loss public.posts.title"), "{refusal}");
    assert!(refusal.contains("--allow-loss public.words"), "{refusal}");
    let run = project.run(&["diff", "--allow-loss", "posts.title"]);
    assert!(run.refusal().contains("--allow-loss public.words"), "{run}");
    assert_eq!(run.stdout, "", "{run}");
    for allowed in [&["--allow-loss", "posts.title,words"][..], &["--allow-loss", "all"]] {
        let run = project.run(&[&["diff"], allowed].concat());
        assert_eq!(run.code, Some(3), "{run}");
        assert!(run.stdout.contains("DROP TABLE public.words"), "{run}");
    }
}

#[test]
fn a_rename_is_told_by_a_hint_or_found_by_trying() {
    let found =
        project("CREATE TABLE posts (id int PRIMARY KEY, headline text);\nCREATE TABLE words (word text);\n");
    let run = found.run(&["diff"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.contains("RENAME COLUMN title TO headline"), "{run}");
    let told = project(
        "-- branchline: renamed_from posts\nCREATE TABLE articles (id int PRIMARY KEY,\n    \
         -- branchline: renamed_from title\n    body varchar(200));\nCREATE TABLE words (word text);\n",
    );
    let run = told.run(&["diff", "--allow-loss", "articles.body"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.contains("RENAME TO articles") && !run.stdout.contains("DROP TABLE"), "{run}");
    let ambiguous = project(
        "CREATE TABLE posts (id int PRIMARY KEY, a text, b text);\nCREATE TABLE words (word text);\n",
    );
    let run = ambiguous.run(&["diff"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
    assert!(run.stderr.contains("posts.title to public.posts.a"), "{run}");
    assert!(run.stderr.contains("posts.title to public.posts.b"), "{run}");
    let run = ambiguous.run(&["diff", "--allow-loss", "posts.title"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.contains("DROP COLUMN"), "{run}");
    // Who gives up all is told what it was.
    let run = ambiguous.run(&["diff", "--allow-loss", "all"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.contains("DROP COLUMN") && !run.stdout.contains("RENAME"), "{run}");
    assert!(run.stderr.contains("to what these were renamed cannot be told"), "{run}");
    // Everything that is open is said at once.
    let two = project(
        "CREATE TABLE posts (id int PRIMARY KEY, a text, b text);\n\
         CREATE TABLE words (one text, two text);\n",
    );
    let run = two.run(&["diff"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{run}");
    for candidate in ["posts.title to public.posts.b", "words.word to public.words.two"] {
        assert!(run.stderr.contains(candidate), "{candidate}: {run}");
    }
    let contradicting = project(
        "-- branchline: renamed_from words\nCREATE TABLE a (word text);\n-- branchline: renamed_from words\n\
         CREATE TABLE b (word text);\nCREATE TABLE posts (id int PRIMARY KEY, title text);\n",
    );
    assert!(contradicting.run(&["diff"]).refusal().contains("contradicts"));
}
