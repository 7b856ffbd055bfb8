//! Findings in migrations before they run, and the forms of their report.

use crate::harness::{Project, Run};

/// Without a database to ask.
fn lint(project: &Project, arguments: &[&str]) -> Run {
    let mut command = project.command(&["lint"]);
    command.args(arguments).env_remove("DIRECT_DATABASE_URL");
    Run::wait(command.spawn().unwrap())
}

fn bad() -> Project {
    Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id bigint PRIMARY KEY, b text);\n"),
        ("V1__a.down.sql", "DROP TABLE a;\n"),
        (
            "V2__index.sql",
            "-- Looks harmless.\nCREATE INDEX a_b ON a (b);\nALTER TABLE a ADD COLUMN c varchar(9);\n",
        ),
        ("V2__index.down.sql", "ALTER TABLE a DROP COLUMN c;\nDROP INDEX a_b;\n"),
    ])
}

#[test]
fn findings_show_file_line_and_caret() {
    let run = lint(&bad(), &["--all"]);
    insta::assert_snapshot!(run, @r"
    exit status: 3
    ----- stdout
    error: An index is built while nobody can write
      V2__index.sql:2:1
        CREATE INDEX a_b ON a (b);
        ^^^^^^^^^^^^^^^^^^^^^^^^^^
        = require-concurrent-index-creation

    warning: A longer varchar is a migration
      V2__index.sql:3:28
        ALTER TABLE a ADD COLUMN c varchar(9);
                                   ^^^^^^^^^^
        = prefer-text-field

    error: An index is dropped under an exclusive lock
      V2__index.down.sql:2:1
        DROP INDEX a_b;
        ^^^^^^^^^^^^^^^
        = require-concurrent-index-deletion

    2 errors, 1 warning in 2 migrations. branchline lint --explain RULE says more.
    ");
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
}

/// So many files with two errors and a warning each.
fn long(files: usize) -> Project {
    let project = Project::with(&[("V1__a.sql", "CREATE TABLE a (id bigint PRIMARY KEY, b text);\n")]);
    for i in 2..files + 2 {
        let sql =
            format!("CREATE INDEX i{i} ON a (b);\nALTER TABLE a ADD c{i} varchar(9);\nDROP TABLE b{i};\n");
        project.write(&format!("V{i}__a_file_with_a_name_that_is_rather_long_for_what_it_does.sql"), &sql);
    }
    project
}

#[test]
fn many_findings_are_counted_by_rule_and_by_file() {
    let project = long(30);
    let run = lint(&project, &["--all"]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.lines().count() <= 40, "{run}");
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
    assert!(run.stdout.contains("    30 errors   ban-drop-table\n"), "{run}");
    assert!(run.stdout.contains("       and 18 more files\n"), "{run}");
    assert!(run.stdout.contains("60 errors, 30 warnings in 31 migrations."), "{run}");
    assert!(run.stdout.contains("--verbose shows each"), "{run}");
    let verbose = lint(&project, &["--all", "--verbose"]);
    assert_eq!(verbose.stdout.matches("= ban-drop-table\n").count(), 30, "{verbose}");
    let few = lint(&long(6), &["--all"]);
    assert_eq!(few.stdout.matches("= ban-drop-table\n").count(), 6, "{few}");
    for machine in [
        &["--all", "--format", "json"][..],
        &["--all", "--output", "sarif"],
        &["--all", "--output", "github"],
    ] {
        let run = lint(&project, machine);
        assert!(run.stdout.matches("V31__").count() >= 3, "{run}");
    }
}

#[test]
fn a_statement_that_only_the_server_knows_is_no_error_where_one_is_named() {
    let project =
        Project::with(&[("V1__a.sql", "create table a(id bigint primary key;\nalter tabel a add b int;\n")]);
    for run in [lint(&project, &["--all"]), project.run(&["lint"])] {
        assert_eq!(run.code, Some(3), "{run}");
        assert!(
            run.stdout.contains("error: This does not parse") && run.stdout.contains("V1__a.sql:1:"),
            "{run}"
        );
    }
    assert_eq!(project.sql("SELECT count(*) FROM pg_class WHERE relname = 'a'"), "0");
}

#[test]
fn a_foreign_key_whose_index_comes_in_the_next_file_has_one() {
    let project = Project::with(&[
        (
            "V1__a.sql",
            "CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (a_id bigint REFERENCES a, c bigint \
             REFERENCES a);\n",
        ),
        ("V2__i.sql", "-- branchline: no-transaction\nCREATE INDEX CONCURRENTLY i ON b (a_id);\n"),
    ]);
    let run = project.run(&["lint", "--observe"]);
    assert!(!run.stdout.contains("b_a_id_fkey"), "{run}");
    assert!(run.stdout.contains("the foreign key b_c_fkey of b has no index"), "{run}");
}

#[test]
fn machines_get_json() {
    let run = lint(&bad(), &["--all", "--format", "json"]);
    assert_eq!(run.code, Some(3), "{run}");
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["migrations"], 2);
    let first = &document["findings"][0];
    assert_eq!(
        (&first["rule"], &first["file"], &first["line"], &first["column"]),
        (&"require-concurrent-index-creation".into(), &"V2__index.sql".into(), &2.into(), &1.into())
    );
}

#[test]
fn sarif_has_what_its_standard_requires() {
    let run = lint(&bad(), &["--all", "--output", "sarif"]);
    assert_eq!(run.code, Some(3), "{run}");
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let tool = &document["runs"][0]["tool"]["driver"];
    assert_eq!(tool["name"], "branchline");
    let rules: Vec<&str> =
        tool["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    for result in document["runs"][0]["results"].as_array().unwrap() {
        assert!(rules.contains(&result["ruleId"].as_str().unwrap()));
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().unwrap().starts_with("migrations/sql/V2__index."));
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        assert!(place["region"]["endColumn"].as_u64() > place["region"]["startColumn"].as_u64());
    }
}

#[test]
fn findings_are_placed_from_the_root_of_the_repository_wherever_the_command_runs() {
    let project = bad();
    let repository = project.folder();
    std::fs::create_dir(repository.join(".git")).unwrap();
    for (folder, dir) in [(".", "migrations/sql"), ("migrations", "sql"), ("migrations/sql", ".")] {
        let run = |form: &str| {
            let arguments = ["lint", "--all", "--dir", dir, "--output", form];
            let mut command = project.command(&arguments);
            command.current_dir(repository.join(folder)).env_remove("DIRECT_DATABASE_URL");
            Run::wait(command.spawn().unwrap()).stdout
        };
        let document: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
        let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "migrations/sql/V2__index.sql", "{folder} {dir}");
        assert!(run("github").starts_with("::error file=migrations/sql/V2__index.sql,"), "{folder} {dir}");
    }
}

#[test]
fn github_gets_annotations() {
    let run = lint(&bad(), &["--all", "--output", "github"]);
    let first = run.stdout.lines().next().unwrap();
    assert_eq!(
        first,
        "::error file=migrations/sql/V2__index.sql,line=2,col=1,endColumn=27,\
         title=require-concurrent-index-creation::An index is built while nobody can write"
    );
}

#[test]
fn warnings_alone_fail_only_where_they_are_denied() {
    let project = Project::with(&[("V1__a.sql", "CREATE TABLE a (id bigint PRIMARY KEY, b varchar(9));\n")]);
    assert_eq!(lint(&project, &["--all"]).code, Some(0));
    assert_eq!(lint(&project, &["--all", "--deny-warnings"]).code, Some(3));
}

#[test]
fn what_is_applied_is_judged_no_more() {
    let project = bad();
    assert_eq!(project.run(&["lint"]).code, Some(3));
    project.done(&["upgrade"]);
    let clean = project.done(&["lint"]);
    assert!(clean.stdout.contains("Nothing found in 0 migrations."), "{clean}");
    assert_eq!(project.run(&["lint", "--all"]).code, Some(3));
    assert_eq!(project.run(&["lint", "--from", "2"]).code, Some(3));
    assert_eq!(project.run(&["lint", "--from", "3"]).code, Some(0));
}

#[test]
fn a_down_may_take_back_what_its_up_has_made_and_not_block() {
    let run = lint(&bad(), &["--all", "--format", "json"]);
    assert!(!run.stdout.contains("ban-drop-"), "{run}");
    assert!(run.stdout.contains("require-concurrent-index-deletion"), "{run}");
}

#[test]
fn a_rule_explains_itself() {
    let project = bad();
    let page = lint(&project, &["--explain", "require-concurrent-index-creation"]);
    insta::assert_snapshot!(page, @r"
    exit status: 0
    ----- stdout
    An index is built while nobody can write

    CREATE INDEX takes SHARE on the table until the build is done. Reading goes
    on; every INSERT, UPDATE and DELETE waits, and what waits keeps its
    connection.

    Instead: build it concurrently, in a migration without a transaction.

        -- branchline: no-transaction
        CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_kind ON jobs (kind);
    ");
    let list = lint(&project, &["--explain"]);
    assert!(list.stdout.contains("work-under-exclusive-lock\n    Slow work follows"), "{list}");
    let unknown = lint(&project, &["--explain", "nonsense"]);
    assert_eq!(unknown.code, Some(2), "{unknown}");
}

#[test]
fn observing_says_what_each_statement_did_and_weighs_it_by_the_real_tables() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (a_id int REFERENCES a);\n"),
        ("V2__widen.sql", "ALTER TABLE a ALTER COLUMN id TYPE bigint;\n"),
    ]);
    project.done(&["upgrade", "1"]);
    let observed = |project: &Project| project.run(&["lint", "--observe", "--format", "json"]);
    let found = |run: &Run| {
        let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let of = |name: &str| {
            let findings = document["findings"].as_array().unwrap();
            findings.iter().find(|f| f["rule"] == name).map(|f| f["severity"].as_str().unwrap().to_owned())
        };
        let statement = &document["observed"][0]["statements"][0];
        assert_eq!(statement["rewrites"], serde_json::json!(["public.a"]), "{document:#}");
        assert_eq!(statement["locks"][0]["mode"], "ACCESS EXCLUSIVE", "{document:#}");
        of("observed-rewrite")
    };
    assert_eq!(found(&observed(&project)), None, "the real table is small");
    project.sql("INSERT INTO a SELECT generate_series(1, 400000)");
    assert_eq!(found(&observed(&project)).as_deref(), Some("error"), "the real table is large");
    let text = project.run(&["lint", "--observe"]).stdout;
    assert!(text.contains("rewrites public.a (13 MB in the database)"), "{text}");
    let all = project.run(&["lint", "--observe", "--all"]).stdout;
    assert!(all.contains("the foreign key b_a_id_fkey of b has no index"), "{all}");
}

#[test]
fn rows_written_one_by_one_are_observed_together() {
    let inserts: String = (1..=2_000).map(|i| format!("INSERT INTO a VALUES ({i});\n")).collect();
    let sql = format!("CREATE TABLE a (id int PRIMARY KEY);\n{inserts}DELETE FROM a WHERE id = 1;\n");
    let project = Project::with(&[("V1__a.sql", &sql)]);
    let run = project.run(&["lint", "--observe", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let statements = document["observed"][0]["statements"].as_array().unwrap();
    let lines: Vec<_> = statements.iter().map(|statement| statement["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [1, 2, 2_002]);
    assert_eq!(statements[1]["sql"], "INSERT INTO a VALUES (1)\n… and 1999 more on the same table");

    project.write("V1__a.sql", &sql.replace("(1500)", "(7)"));
    let error = project.run(&["lint", "--observe"]).refusal();
    assert!(error.contains("V1__a.sql, line 1501: duplicate key value"), "{error}");
}

#[test]
fn our_own_migrations_break_nothing() {
    let run = lint(&Project::with_ours(), &["--all", "--deny-warnings"]);
    assert_eq!(run.code, Some(0), "{run}");
}
