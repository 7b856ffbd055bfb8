//! `branchline schema`: one file that psql loads.

use std::fs;

use crate::harness::Project;

/// One of every kind, awkwardly named and in circles.
const EVERY_KIND: &str = include_str!("every_kind.sql");

/// Writes the schema of migrations, loads it with psql into an empty database and compares both databases.
#[track_caller]
fn loads_and_makes_the_same(files: &[(&str, &str)]) -> String {
    let project = Project::with(files);
    let file = project.folder().join("schema.sql");
    project.done(&["schema", "--output", file.to_str().unwrap()]);
    project.done(&["upgrade"]);
    let made = project.catalog();

    let loaded = Project::with(files);
    let run = loaded.psql(&["--quiet", "-v", "ON_ERROR_STOP=1", "--file", file.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run}");
    let text = fs::read_to_string(&file).unwrap();
    let there = loaded.catalog();
    let missing: Vec<&str> = made.lines().filter(|line| !there.contains(line)).collect();
    let new: Vec<&str> = there.lines().filter(|line| !made.contains(line)).collect();
    assert!(made == there, "missing: {missing:#?}\nnew: {new:#?}\n{text}");

    loaded.done(&["stamp", "head"]);
    let check = loaded.json(&["check"]);
    assert_eq!(check["drift"]["differences"], serde_json::json!([]), "{check}");
    text
}

#[test]
fn a_schema_of_every_kind_loads_in_psql_and_makes_the_same_catalog() {
    loads_and_makes_the_same(&[("V1__all.sql", EVERY_KIND)]);
}

#[test]
fn our_own_schema_loads_in_psql_and_makes_the_same_catalog() {
    let project = Project::with_ours();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.sql");
    let run = project.psql(&["--quiet", "-v", "ON_ERROR_STOP=1", "--file", schema]);
    assert_eq!(run.code, Some(0), "{run}");
    let loaded = project.catalog();
    let migrated = Project::with_ours();
    migrated.done(&["upgrade"]);
    assert_eq!(loaded, migrated.catalog());
}

#[test]
fn a_function_with_a_tables_row_type_comes_after_the_table() {
    let text = loads_and_makes_the_same(&[(
        "V1__a.sql",
        "CREATE TABLE b (id int PRIMARY KEY);\nCREATE TABLE a (id int PRIMARY KEY, b int REFERENCES b);\n\
         CREATE FUNCTION f(x a) RETURNS int LANGUAGE sql AS $$ SELECT x.id $$;\n",
    )]);
    let place = |what| text.find(what).unwrap();
    assert!(place("CREATE TABLE public.a") < place("FUNCTION public.f("), "{text}");
}

#[test]
fn the_same_migrations_make_the_same_file() {
    let project = Project::with(&[("V1__all.sql", EVERY_KIND)]);
    assert_eq!(project.done(&["schema"]).stdout, project.done(&["schema"]).stdout);
}

#[test]
fn without_privileges_no_role_is_named() {
    let project = Project::with(&[(
        "V1__a.sql",
        "CREATE TABLE t (a int);\nCREATE TABLE u (a int);\nCREATE TABLE v (a int);\nGRANT SELECT ON u TO \
         pg_monitor;\nALTER TABLE t OWNER TO pg_monitor;\nALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO \
         pg_monitor;\n",
    )]);
    let with = project.done(&["schema", "--with-privileges"]).stdout;
    assert_eq!(with.matches("pg_monitor").count(), 3, "{with}");
    assert_eq!(with, project.done(&["schema"]).stdout);
    let without = project.done(&["schema", "--with-privileges", "false"]).stdout;
    assert!(without.contains("CREATE TABLE public.t") && !without.contains("pg_monitor"), "{without}");
}
