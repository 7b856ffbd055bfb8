//! `new --from` and `revision --autogenerate`: migrations written from the wanted schema.

use std::fs;

use support::Proxy;

use crate::harness::{Project, Run};

const BEFORE: &str =
    "CREATE TABLE posts (id int PRIMARY KEY, title text);\nCREATE TABLE words (word text);\n";
const AFTER: &str = "\
    CREATE TABLE posts (id int PRIMARY KEY, title text NOT NULL, author bigint REFERENCES authors);\n\
    CREATE INDEX posts_by_author ON posts (author);\n\
    CREATE TABLE authors (id bigint PRIMARY KEY, name text NOT NULL CHECK (name <> ''));\n\
    CREATE TABLE words (word text);\n";

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
fn migrations_are_written_and_lead_there_and_back() {
    let project = project(AFTER);
    project.done(&["check", "--write"]);
    project.done(&["upgrade"]);
    let before = project.catalog();
    let run = project.done(&["new", "add authors", "--from", "migrations/schema.sql"]);
    assert!(run.stderr.contains("Proved"), "{run}");
    assert!(run.stderr.contains("Locks that others wait for"), "{run}");
    let written = files(&project);
    assert!(written.iter().any(|file| file == "V2__add_authors.sql"), "{written:?}");
    assert!(written.iter().filter(|file| file.ends_with(".down.sql")).count() > 1, "{written:?}");
    let texts: Vec<String> =
        written.iter().map(|file| fs::read_to_string(project.sql_dir().join(file)).unwrap()).collect();
    assert!(texts.iter().any(|text| text.contains("no-transaction") && text.contains("CONCURRENTLY")));
    project.done(&["upgrade"]);
    project.done(&["verify"]);
    assert_ne!(project.run(&["lint", "--all"]).code, Some(1));
    let run = project.done(&["check", "--schema"]);
    assert!(run.stdout.contains("says the schema"), "{run}");
    project.done(&["check"]);
    project.done(&["downgrade", "1"]);
    assert_eq!(project.catalog(), before);
    let run = project.done(&["revision", "--autogenerate", "-m", "nothing more"]);
    assert!(run.stdout.contains("Nothing to do"), "{run}");
    assert_eq!(files(&project), written);
}

#[test]
fn what_loses_data_says_so_in_its_file() {
    let project = project("CREATE TABLE posts (id int PRIMARY KEY);\nCREATE TABLE words (word text);\n");
    let run = project.run(&["revision", "--autogenerate", "-m", "drop titles"]);
    assert!(run.refusal().contains("--allow-loss public.posts.title"), "{run}");
    assert_eq!(files(&project).len(), 2);
    let json =
        project.json(&["revision", "--autogenerate", "-m", "drop titles", "--allow-loss", "posts.title"]);
    let up = fs::read_to_string(project.folder().join(json["files"][0]["up"].as_str().unwrap())).unwrap();
    assert!(up.contains("-- branchline: loses public.posts.title: "), "{up}");
    let run = project.done(&["lint", "--all"]);
    assert!(!run.stdout.contains("ban-drop-column"), "{run}");
    project.done(&["verify"]);
}

#[test]
fn what_is_lost_under_odd_names_is_said_and_proved() {
    let odd = "CREATE TABLE \"Odd: one\" (id int, \"userId\" int, \"a.b: \"\"c\"\"\" text, kept \"char\");\n\
               CREATE TABLE \"Gone\" (id int);\n";
    let project =
        Project::with(&[("V1__odd.sql", odd), ("V1__odd.down.sql", "DROP TABLE \"Gone\", \"Odd: one\";\n")]);
    let wanted = "CREATE TABLE \"Odd: one\" (id int, kept \"char\");\n";
    fs::write(project.folder().join("migrations/schema.sql"), wanted).unwrap();
    let losses = ["\"Gone\"", "\"Odd: one\".\"userId\"", "\"Odd: one\".\"a.b: \"\"c\"\"\""];
    let new = ["new", "less", "--from", "migrations/schema.sql"];
    let run = project.run(&new);
    for loss in losses {
        assert!(run.refusal().contains(&format!("--allow-loss public.{loss}")), "{loss}: {run}");
    }
    let allowed = losses.iter().flat_map(|loss| ["--allow-loss", loss]);
    let run = project.done(&new.into_iter().chain(allowed).collect::<Vec<_>>());
    let up = fs::read_to_string(project.sql_dir().join("V2__less.sql")).unwrap();
    for loss in losses {
        assert!(up.contains(&format!("-- branchline: loses public.{loss}")), "{loss}: {up}\n{run}");
    }
    project.done(&["upgrade"]);
    project.done(&["verify"]);
    project.done(&["downgrade", "1"]);
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
    for part in ["### The schema changes", "authors", "Locks that others wait for", "Proved"] {
        assert!(report.contains(part), "{part}: {report}");
    }
}

#[test]
fn the_migrations_that_are_there_run_once() {
    // Each pair of them leaves nothing, so that the sides are the same however many there are.
    let flights = |arguments: &[&str], pairs: usize| {
        let project = Project::with(&[]);
        for number in 1..=pairs {
            let (made, dropped) = (2 * number - 1, 2 * number);
            project.write(&format!("V{made}__make.sql"), "CREATE TABLE passing (id int);\n");
            project.write(&format!("V{dropped}__drop.sql"), "DROP TABLE passing;\n");
        }
        fs::write(project.folder().join("wanted.sql"), "CREATE TABLE lasting (id int);\n").unwrap();
        let server = project.database.server();
        let proxy = Proxy::start(server.port()).unwrap();
        let url = proxy.url(&server.url("postgres"));
        project.done(&[arguments, &["--scratch-url", &url]].concat());
        proxy.traffic().flights
    };
    let of_history = |arguments: &[&str]| flights(arguments, 20) - flights(arguments, 5);
    let (once, planned) = (of_history(&["schema"]), of_history(&["new", "lasting", "--from", "wanted.sql"]));
    assert!(once > 60 && planned < once * 5 / 4, "{once} round trips to run them once, {planned} to plan");
}

#[test]
fn what_is_said_of_the_database_stays_while_other_things_change() {
    let of_database = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem TO ''8MB''', \
                       current_database()); EXECUTE format('COMMENT ON DATABASE %I IS ''ours''', \
                       current_database()); END $$;\n";
    let project = Project::with(&[
        ("V1__a.sql", &format!("CREATE TABLE a (id int, b text);\n{of_database}")),
        ("V1__a.down.sql", "DROP TABLE a;\n"),
    ]);
    // A rename is tried in a copy of its own.
    let wanted = format!("CREATE TABLE a (id int, c text, d int);\n{of_database}");
    fs::write(project.folder().join("wanted.sql"), wanted).unwrap();
    let run = Run::wait(project.with_binaries(&["new", "x", "--from", "wanted.sql"]).spawn().unwrap());
    assert_eq!(run.code, Some(0), "{run}");
    let up = fs::read_to_string(project.sql_dir().join("V2__x.sql")).unwrap();
    assert!(up.contains("RENAME COLUMN b TO c") && !up.contains("DATABASE"), "{up}");
}
