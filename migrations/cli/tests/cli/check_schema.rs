//! `check --schema`: the wanted schema held against the migrations.

use std::fs;

use crate::harness::Project;

const TABLES: &str = "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int REFERENCES a, word \
                      varchar(9) CHECK (word IN ('x', 'y')));\nCREATE VIEW v AS SELECT word FROM b;\n";

#[test]
fn the_wanted_schema_is_compared_with_what_the_migrations_make() {
    let project = Project::with(&[("V1__a.sql", TABLES)]);
    let schema = project.folder().join("migrations/schema.sql");
    let run = project.run(&["check", "--schema"]);
    assert!(run.refusal().contains("there is no migrations/schema.sql"), "{run}");
    project.done(&["schema", "--output", "migrations/schema.sql"]);
    let run = project.done(&["check", "--schema"]);
    assert!(run.stdout.contains("migrations/schema.sql says the schema"), "{run}");
    // By hand, in files that need each other.
    fs::create_dir_all(project.folder().join("wanted/views")).unwrap();
    let parts: Vec<&str> = TABLES.split_inclusive('\n').collect();
    for (file, sql) in [("1.sql", parts[1]), ("2.sql", parts[0]), ("views/v.sql", parts[2])] {
        fs::write(project.folder().join("wanted").join(file), sql).unwrap();
    }
    project.done(&["check", "--schema", "wanted"]);
    // What pg_dump writes.
    project.done(&["upgrade"]);
    fs::write(project.folder().join("dump.sql"), project.catalog()).unwrap();
    project.done(&["check", "--schema", "dump.sql"]);
    fs::write(&schema, TABLES.replace("varchar(9)", "text")).unwrap();
    let run = project.run(&["check", "--schema"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.contains("column public.b.word: type"), "{run}");
    assert!(run.stdout.contains("+ text"), "{run}");
}

#[test]
fn files_that_do_not_load_are_named_with_their_lines() {
    let project = Project::with(&[("V1__a.sql", TABLES)]);
    let schema = project.folder().join("migrations/schema.sql");
    fs::write(&schema, "CREATE TABLE a (id int);\n\nCREATE VIEW v AS SELECT missing FROM a;\n").unwrap();
    let refusal = project.run(&["check", "--schema"]).refusal();
    for part in ["migrations/schema.sql, line 3", "column \"missing\" does not exist", "tried again"] {
        assert!(refusal.contains(part), "{part}: {refusal}");
    }
    fs::write(&schema, b"-- caf\xe9\n").unwrap();
    let refusal = project.run(&["check", "--schema"]).refusal();
    assert!(refusal.contains("line 1: the file is not UTF-8"), "{refusal}");
}
