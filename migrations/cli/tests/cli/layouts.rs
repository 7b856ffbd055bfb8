//! Every command over a small history in each tool's layout: the same three steps, as each tool writes them.

mod samples;

use std::fs;

use crate::harness::{Project, Run};
use samples::{LAYOUTS, Sample};

/// The commands in their order, with the exit status; the history is forgotten before the one to adopt. Those
/// marked [`ONCE`] see nothing of a layout but the migrations that were read from it: they run over the first
/// one, and over each in the long form.
const COMMANDS: [(&str, i32, bool); 20] = [
    ("verify", 0, EACH),
    ("lint --all", 0, EACH),
    ("lint --all --observe", 0, ONCE),
    ("check", 3, ONCE),
    ("history -v", 0, EACH),
    ("current", 0, EACH),
    ("upgrade --dry-run", 0, ONCE),
    ("upgrade --sql", 0, EACH),
    ("upgrade +1", 0, EACH),
    ("rehearse --local", 0, ONCE),
    ("upgrade", 0, EACH),
    ("check", 0, ONCE),
    ("doctor", 0, ONCE),
    ("schema", 0, ONCE),
    ("downgrade -1", 0, EACH),
    ("upgrade head", 0, EACH),
    ("stamp head", 0, EACH),
    ("adopt", 0, ONCE),
    ("check --format json", 0, EACH),
    ("renumber", 0, EACH),
];
const EACH: bool = true;
const ONCE: bool = false;

fn project(sample: &Sample) -> Project {
    let project = Project::with(&[]);
    for (file, sql) in sample.files {
        let path = project.folder().join(sample.dir).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, sql).unwrap();
    }
    project
}

fn run(project: &Project, sample: &Sample, command: &str) -> Run {
    project.run(&command.split(' ').chain(["--dir", sample.dir]).collect::<Vec<_>>())
}

#[test]
fn every_command_runs_over_each_layouts_history() {
    let mut catalogs = Vec::new();
    for sample in LAYOUTS {
        let project = project(sample);
        println!("{}", sample.layout);
        let runs_all = catalogs.is_empty() || support::rounds(0, 1) > 0;
        for (command, code, runs_on_each) in COMMANDS {
            if !runs_on_each && !runs_all {
                continue;
            }
            if command == "adopt" {
                // As if another tool had made the database.
                project.sql("DROP TABLE refinery_schema_history");
            }
            let run = run(&project, sample, command);
            println!("    {command:20} {}", run.code.unwrap());
            let is_refused = (command == "renumber" && sample.layout != "branchline")
                || (matches!(command, "verify" | "downgrade -1") && sample.is_up_only);
            assert_eq!(
                run.code,
                Some(if is_refused { 1 } else { code }),
                "{}: {command}: {run}",
                sample.layout
            );
            if command != "renumber" {
                assert_reported(sample, &run);
            }
        }
        catalogs.push((sample.layout, project.catalog()));
    }
    for (layout, catalog) in &catalogs {
        assert_eq!(catalog, &catalogs[0].1, "{layout} makes another schema than {}", catalogs[0].0);
    }
}

/// Asserts that a layout which is not our own is named on standard error.
fn assert_reported(sample: &Sample, run: &Run) {
    let is_reported = run.stderr.contains(&format!("note: the folder is read as {}'s", sample.layout));
    assert_eq!(is_reported, sample.layout != "branchline", "{}: {run}", sample.layout);
}

#[test]
fn each_layouts_script_does_in_psql_what_an_upgrade_does() {
    let upgraded = project(&LAYOUTS[0]);
    assert_eq!(run(&upgraded, &LAYOUTS[0], "upgrade").code, Some(0));
    let expected = upgraded.catalog();
    for sample in LAYOUTS {
        let project = project(sample);
        let script = run(&project, sample, "upgrade --sql").stdout;
        let file = project.folder().join("up.sql");
        fs::write(&file, script).unwrap();
        let psql = project.psql(&["--quiet", "--file", file.to_str().unwrap()]);
        assert_eq!(psql.code, Some(0), "{}: {psql}", sample.layout);
        assert_eq!(project.catalog(), expected, "{}", sample.layout);
        // The history has every file as it is.
        let again = run(&project, sample, "upgrade");
        assert!(again.code == Some(0) && again.stdout.contains("Nothing"), "{}: {again}", sample.layout);
    }
}

#[test]
fn a_named_layout_is_not_reported_and_a_wrong_one_refused() {
    let goose = LAYOUTS.iter().find(|sample| sample.layout == "goose").unwrap();
    let project = project(goose);
    assert_eq!(run(&project, goose, "upgrade --layout goose").stderr, "");
    let error = run(&project, goose, "upgrade --layout diesel").refusal();
    assert!(error.contains("00001_links.sql: not a migration's name for diesel"), "{error}");
    assert_eq!(project.run(&["upgrade", "--layout", "rails"]).code, Some(2));
}

/// As Lemmy's migrations do, so that nobody runs Diesel's own command line.
#[test]
fn a_migration_may_refer_to_the_table_of_its_tools_history() {
    let sql = "CREATE TRIGGER ours BEFORE UPDATE ON HISTORY FOR EACH ROW EXECUTE FUNCTION \
               suppress_redundant_updates_trigger();\n";
    let down = "DROP TRIGGER ours ON HISTORY;\n";
    for (layout, up_file, down_file, history) in [
        ("diesel", "20240101_a/up.sql", "20240101_a/down.sql", "__diesel_schema_migrations"),
        ("sqlx", "1_a.up.sql", "1_a.down.sql", "_sqlx_migrations"),
        ("golang-migrate", "1_a.up.sql", "1_a.down.sql", "schema_migrations"),
    ] {
        let project = Project::with(&[]);
        for (file, text) in [(up_file, sql), (down_file, down)] {
            let path = project.folder().join("theirs").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text.replace("HISTORY", history)).unwrap();
        }
        for command in ["verify", "schema"] {
            let run = project.run(&[command, "--dir", "theirs", "--layout", layout]);
            assert_eq!(run.code, Some(0), "{layout}: {run}");
        }
    }
}

#[test]
fn numbers_are_given_in_our_own_layout_alone() {
    for sample in LAYOUTS.iter().filter(|sample| sample.layout != "branchline") {
        let project = project(sample);
        let error = run(&project, sample, "renumber").refusal();
        assert!(error.contains(&format!("the folder is {}'s", sample.layout)), "{error}");
        let error = run(&project, sample, "new more").refusal();
        assert!(error.contains("writes V<number>__<name>.sql alone"), "{error}");
    }
}

#[test]
fn a_failure_names_the_line_of_a_section() {
    let sql = "-- +goose Up\nCREATE TABLE a (id int);\n\n-- +goose Down\nDROP TABLE a;\n\nDROP TABLE b;\n";
    let project = Project::with(&[("1_a.sql", sql)]);
    project.done(&["upgrade"]);
    let error = project.run(&["downgrade", "base"]).refusal();
    assert!(error.contains("1_a.sql, line 7"), "{error}");
}

#[test]
fn a_missing_down_is_asked_for_where_the_layout_has_it() {
    let project = Project::with(&[("1_a.sql", "-- +goose Up\nCREATE TABLE a (id int);\n")]);
    project.done(&["upgrade"]);
    let error = project.run(&["downgrade", "base"]).refusal();
    assert!(error.contains("1_a has no down; write a section -- +goose Down in 1_a.sql"), "{error}");
}

#[test]
fn files_that_are_not_taken_are_named() {
    let project = Project::with_three();
    project.write("V2__b.sql.orig", "");
    let run = project.done(&["upgrade"]);
    assert!(run.stderr.contains("note: not taken: V2__b.sql.orig"), "{run}");
    assert!(
        serde_json::from_str::<serde_json::Value>(&project.done(&["current", "--format", "json"]).stdout)
            .is_ok()
    );
    project.write("V4__d.SQL", "");
    let error = project.run(&["check"]).refusal();
    assert!(error.contains("V4__d.SQL: looks like a migration and is not taken"), "{error}");
}

#[test]
fn links_folders_and_pipes_with_a_migrations_name_are_refused() {
    let refused = |make: &dyn Fn(&std::path::Path)| {
        let project = Project::with_three();
        make(&project.sql_dir().join("V4__d.sql"));
        let error = project.run(&["history"]).refusal();
        assert!(error.contains("V4__d.sql"), "{error}");
        error
    };
    let link = |to: &'static str| move |path: &std::path::Path| std::os::unix::fs::symlink(to, path).unwrap();
    assert!(refused(&link("nowhere")).contains("No such file"));
    assert!(refused(&|path| fs::create_dir(path).unwrap()).contains("a folder with the name of a migration"));
    assert!(
        refused(&|path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()))
            .contains("no ordinary file")
    );
    let project = Project::with_three();
    std::os::unix::fs::symlink(".", project.sql_dir().join("again")).unwrap();
    assert!(project.run(&["history"]).refusal().contains("again is a link to a folder that is read already"));
}

#[test]
fn a_gap_is_reported_and_stops_only_an_upgrade_that_would_pass_it() {
    let project = Project::with_three();
    project.write("V5__e.sql", "CREATE TABLE e (id int);\n");
    project.write("V5__e.down.sql", "DROP TABLE e;\n");
    let run = project.done(&["verify"]);
    let words = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("note: V5__e.sql follows V3__c.sql, and number 4 is missing"), "{run}");
    project.done(&["upgrade", "3"]);
    let error = project.run(&["upgrade"]).refusal();
    assert!(error.contains("V5__e.sql: follows V3__c.sql, and number 4 is missing"), "{error}");
    assert!(error.contains("--layout refinery"), "{error}");
    project.done(&["upgrade", "--layout", "refinery"]);
    project.write("V6__f.sql", "CREATE TABLE f (id int);\n");
    project.done(&["upgrade"]);
    project.done(&["check"]);
}
