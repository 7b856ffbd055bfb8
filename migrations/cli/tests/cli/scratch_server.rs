//! The choice of the server for scratch databases; migrations change nothing there that others use.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use support::{Options, Postgres};
use tempfile::TempDir;

use crate::harness::{Project, Run};

/// A folder for temporary files that a server's user can write to.
fn temporary_files() -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    fs::set_permissions(parent.path(), Permissions::from_mode(0o755)).unwrap();
    let folder = parent.path().join("t");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
    (parent, folder)
}

fn entries(folder: &Path) -> Vec<String> {
    folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn run(command: &mut Command) -> Run {
    Run::wait(command.spawn().unwrap())
}

#[test]
fn no_database_is_needed_where_postgres_is_installed() {
    let project = Project::with_three();
    let (_parent, folder) = temporary_files();
    for arguments in
        [&["verify"][..], &["schema"], &["lint", "--all", "--observe"], &["verify", "--format", "json"]]
    {
        let mut command = project.with_binaries(arguments);
        let run = run(command.env_remove("DIRECT_DATABASE_URL").env("TMPDIR", &folder));
        assert_eq!(run.code, Some(0), "{arguments:?}: {run}");
        assert!(run.place.starts_with("Scratch server: a temporary one, Postgres 17"), "{}", run.place);
        assert!(
            !run.stdout.contains("scratch_server") || run.stdout.contains(r#""scratch_server": "temporary""#)
        );
        assert_eq!(entries(&folder), Vec::<String>::new(), "{arguments:?} leaves something behind");
    }
}

#[test]
fn without_database_and_postgres_it_says_what_to_do() {
    let project = Project::with_three();
    let said = run(project.command(&["verify"]).env_remove("DIRECT_DATABASE_URL")).refusal();
    assert!(said.contains("Postgres is not installed here") && said.contains("--scratch-url"), "{said}");
}

#[test]
fn a_temporary_server_is_gone_however_its_run_ends() {
    let project =
        Project::with(&[("V1__a.sql", "SELECT pg_sleep(60);\n"), ("V1__a.down.sql", "SELECT 1;\n")]);
    for signal in [Signal::INT, Signal::TERM, Signal::KILL] {
        let (_parent, folder) = temporary_files();
        let mut command = project.with_binaries(&["verify"]);
        command.env_remove("DIRECT_DATABASE_URL").env("TMPDIR", &folder).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        wait_until(|| entries(&folder).iter().any(|home| folder.join(home).join(".s.PGSQL.5432").exists()));
        kill_process(Pid::from_child(&child), signal).unwrap();
        child.wait().unwrap();
        wait_until(|| entries(&folder).is_empty());
    }
}

fn wait_until(mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "still not so");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn roles_of_the_real_server_are_there_on_a_temporary_one_and_those_of_migrations_are_not() {
    let project = Project::among_roles(&[
        (
            "V1__a.sql",
            "CREATE ROLE place_made;\nCREATE TABLE t (id int);\nGRANT SELECT ON t TO place_real, \
             place_made;\nDO $$ BEGIN ASSERT (SELECT rolbypassrls AND NOT rolcanlogin FROM pg_roles WHERE \
             rolname = 'place_real');\nASSERT pg_has_role('place_member', 'place_real', 'MEMBER'); END $$;\n",
        ),
        ("V1__a.down.sql", "DROP TABLE t;\nDROP ROLE place_made;\n"),
    ]);
    project.sql("CREATE ROLE place_real LOGIN BYPASSRLS PASSWORD 'x'");
    project.sql("CREATE ROLE place_member IN ROLE place_real");
    project.sql("CREATE ROLE place_made LOGIN CONNECTION LIMIT 7");
    let state =
        "SELECT string_agg(r::text, ' ' ORDER BY oid) FROM pg_authid r WHERE rolname LIKE 'place\\_%'";
    let before = project.sql(state);
    let run = run(&mut project.with_binaries(&["verify"]));
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.sql(state), before);
    project.sql("DROP ROLE place_real, place_member, place_made");
}

#[test]
fn roles_that_nobody_makes_are_made_and_reported() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE t (id int);\nGRANT SELECT ON t TO place_unknown;\n"),
        ("V1__a.down.sql", "DROP TABLE t;\n"),
    ]);
    let run = run(project.with_binaries(&["verify"]).env_remove("DIRECT_DATABASE_URL"));
    assert_eq!(run.code, Some(0), "{run}");
    let said = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("do not make were made there: place_unknown."), "{said}");
}

#[test]
fn the_owner_on_a_temporary_server_has_the_name_of_the_role_that_logs_in() {
    let project = Project::with(&[
        (
            "V1__a.sql",
            "CREATE TABLE t (id int);\nDO $$ BEGIN ASSERT current_user = 'branchline'; ASSERT \
             (SELECT relowner::regrole::text = 'branchline' FROM pg_class WHERE relname = 't'); END $$;\n",
        ),
        ("V1__a.down.sql", "DROP TABLE t;\n"),
    ]);
    let run = run(&mut project.with_binaries(&["verify"]));
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn the_schema_is_the_same_on_each_server() {
    let project = Project::with_ours();
    let own = project.done(&["schema"]);
    assert_eq!(own.place, "Scratch server: the database's own (Postgres is not installed here).");
    let named = run(&mut project.with_binaries(&["schema"]));
    let unnamed = run(project.with_binaries(&["schema"]).env_remove("DIRECT_DATABASE_URL"));
    for other in [named, unnamed] {
        assert!(other.code == Some(0) && other.stdout == own.stdout, "{other}");
    }
}

#[test]
fn an_extension_that_the_temporary_server_lacks_leads_to_the_databases_own() {
    let project = Project::with(&[("V1__a.sql", "CREATE EXTENSION place_nowhere;\n")]);
    let run = run(&mut project.with_binaries(&["schema"]));
    assert_eq!(run.code, Some(1), "the real one lacks it as well: {run}");
    assert_eq!(run.place, "Scratch server: the database's own (it has no extension place_nowhere).");
}

#[test]
fn scratch_url_goes_before_a_temporary_server() {
    let project = Project::with_three();
    let other = Postgres::start(&Options::default()).unwrap();
    let run = run(&mut project.with_binaries(&["verify", "--scratch-url", &other.url("postgres")]));
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.place, "Scratch server: that of --scratch-url.");
}

#[test]
fn on_the_databases_own_server_a_statement_for_all_of_it_is_refused_before_anything_runs() {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE t (id int);\n"),
        ("V1__a.down.sql", "DROP TABLE t;\n\nDROP ROLE IF EXISTS place_x;\n"),
        ("V2__b.sql", "ALTER ROLE place_x NOLOGIN;\n"),
        ("V2__b.rows.sql", "CREATE ROLE place_y;\n"),
    ]);
    let url = project.database.url();
    for arguments in [
        &["verify"][..],
        &["schema"],
        &["lint", "--all", "--observe"],
        &["adopt"],
        &["verify", "--scratch-url", &url],
    ] {
        let run = project.run(arguments);
        let said = run.refusal();
        for place in [
            "V1__a.down.sql, line 3: DROP ROLE",
            "V2__b.sql, line 1: ALTER ROLE",
            "V2__b.rows.sql, line 1: CREATE ROLE",
            "allow cluster-effect: <reason>",
            "--scratch-url",
            "Nothing was run",
        ] {
            assert!(said.contains(place), "{place}: {run}");
        }
    }
}

#[test]
fn on_the_databases_own_server_what_a_block_or_a_function_does_is_rolled_back() {
    let create =
        "CREATE FUNCTION place_f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE ROLE place_g; END $$;\n";
    let project = Project::with(&[("V1__a.down.sql", "")]);
    for sql in [
        "DO $$ BEGIN EXECUTE 'CREATE ROLE place_g'; END $$;\n".to_owned(),
        format!("{create}SELECT place_f();\n"),
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE postgres SET %I = %L', 'work_mem', '5MB'); END $$;\n"
            .to_owned(),
    ] {
        project.write("V1__a.sql", &format!("CREATE TABLE t (id int);\n{sql}"));
        for arguments in [&["verify"][..], &["schema"], &["lint", "--all", "--observe"], &["adopt"]] {
            let run = project.run(arguments);
            let said = run.refusal();
            assert!(said.contains("V1__a.sql") && said.contains("acts on the whole server"), "{run}");
            assert!(said.contains("allow cluster-effect"), "{run}");
            assert_eq!(project.sql("SELECT count(*) FROM pg_roles WHERE rolname = 'place_g'"), "0");
        }
    }
}

#[test]
fn on_the_databases_own_server_a_block_may_act_on_the_scratch_database() {
    let project = Project::with(&[
        (
            "V1__a.sql",
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database()); END \
             $$;\n",
        ),
        (
            "V1__a.down.sql",
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET work_mem', current_database()); END $$;\n",
        ),
    ]);
    project.done(&["verify"]);
}

#[test]
fn an_excused_file_acts_on_the_databases_own_server() {
    let allow = "-- branchline: allow cluster-effect: the role is this test's alone\n";
    let up = format!(
        "{allow}DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'place_h') THEN CREATE ROLE \
         place_h; END IF; END $$;\nALTER ROLE place_h NOLOGIN;\n"
    );
    let project = Project::among_roles(&[
        ("V1__a.sql", &up),
        ("V1__a.down.sql", &format!("{allow}DROP ROLE place_h;\n")),
    ]);
    project.done(&["verify"]);
    project.sql("DROP ROLE IF EXISTS place_h");
}

#[test]
fn a_rehearsal_on_a_copy_is_refused_where_what_is_pending_acts_on_the_whole_server() {
    let project = Project::among_roles(&[
        ("V1__a.sql", "CREATE ROLE place_i;\n"),
        ("V1__a.down.sql", "DROP ROLE place_i;\n"),
    ]);
    let said = project.run(&["rehearse", "--local"]).refusal();
    assert!(said.contains("V1__a.sql, line 1: CREATE ROLE"), "{said}");
    project.done(&["upgrade"]);
    project.write("V2__b.sql", "CREATE TABLE t (id int);\n");
    project.write("V2__b.down.sql", "DROP TABLE t;\n");
    let run = project.run(&["rehearse", "--local"]);
    assert_eq!(run.code, Some(0), "what is applied does not run: {run}");
    project.write("V2__b.sql", "DO $$ BEGIN EXECUTE 'ALTER ROLE place_i CREATEDB'; END $$;\n");
    let run = project.run(&["rehearse", "--local"]);
    assert!(run.code == Some(1) && run.stdout.contains("acts on the whole server"), "{run}");
    assert_eq!(project.sql("SELECT rolcreatedb FROM pg_roles WHERE rolname = 'place_i'"), "f");
    project.write("V2__b.sql", "");
    project.write("V2__b.down.sql", "");
    project.done(&["downgrade", "base"]);
}

/// The cluster's shared catalogs, a line each, and the server's settings. Of databases, what vacuuming
/// changes is left out.
const SHARED: &str = "
    SELECT 'roles', md5(string_agg(t::text, ' ' ORDER BY oid)) FROM pg_authid t
    UNION ALL SELECT 'members', md5(string_agg(t::text, ' ' ORDER BY oid)) FROM pg_auth_members t
    UNION ALL SELECT 'settings', md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM pg_db_role_setting t
    UNION ALL SELECT 'databases', md5(string_agg(concat_ws(' ', oid, datname, datdba, datallowconn, \
        datconnlimit, datacl), ' ' ORDER BY oid)) FROM pg_database t
    UNION ALL SELECT 'tablespaces', md5(string_agg(t::text, ' ' ORDER BY oid)) FROM pg_tablespace t
    UNION ALL SELECT 'comments', md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM pg_shdescription t
    UNION ALL SELECT 'labels', md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM pg_shseclabel t
    UNION ALL SELECT 'subscriptions', md5(string_agg(t::text, ' ' ORDER BY oid)) FROM pg_subscription t
    UNION ALL SELECT 'parameters', md5(string_agg(t::text, ' ' ORDER BY oid)) FROM pg_parameter_acl t
    UNION ALL SELECT 'files', md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM pg_file_settings t";

#[test]
fn no_command_but_those_that_migrate_changes_what_the_server_shares() {
    let server = Postgres::start(&Options::default()).unwrap();
    server.create_database("app").unwrap();
    let sql = |sql: &str| {
        let mut psql = server.psql("app");
        psql.args(["--tuples-only", "--no-align", "--command", sql])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let run = run(&mut psql);
        assert_eq!(run.code, Some(0), "{run}");
        run.stdout
    };
    let project = Project::with(&[
        (
            "V1__a.sql",
            "CREATE ROLE app_reader;\nCREATE TABLE a (id int);\nGRANT SELECT ON a TO app_reader;\n",
        ),
        ("V1__a.down.sql", "DROP TABLE a;\nDROP ROLE app_reader;\n"),
        (
            "V2__b.sql",
            "ALTER ROLE app_staff NOLOGIN CONNECTION LIMIT 3;\nALTER ROLE app_staff SET work_mem = '5MB';\n\
             GRANT app_staff TO app_reader;\nCOMMENT ON ROLE app_staff IS 'changed';\n",
        ),
        (
            "V2__b.down.sql",
            "REVOKE app_staff FROM app_reader;\nALTER ROLE app_staff RESET work_mem;\n\
             ALTER ROLE app_staff LOGIN CONNECTION LIMIT -1;\nCOMMENT ON ROLE app_staff IS NULL;\n",
        ),
        ("V3__c.sql", "DO $$ BEGIN EXECUTE 'ALTER ROLE app_staff CREATEDB'; END $$;\n"),
        ("V3__c.down.sql", "DO $$ BEGIN EXECUTE 'ALTER ROLE app_staff NOCREATEDB'; END $$;\n"),
        (
            "V4__d.sql",
            "-- branchline: no-transaction\nALTER SYSTEM SET work_mem = '6MB';\nCREATE DATABASE app_other;\n",
        ),
        (
            "V4__d.down.sql",
            "-- branchline: no-transaction\nALTER SYSTEM RESET work_mem;\nDROP DATABASE app_other;\n",
        ),
        ("V4__d.rows.sql", "INSERT INTO a VALUES (1);\n"),
    ]);
    sql("CREATE ROLE app_staff LOGIN PASSWORD 'kept'");
    let url = server.url("app");
    let done = run(project.command(&["upgrade", "+1"]).env("DIRECT_DATABASE_URL", &url));
    assert_eq!(done.code, Some(0), "{done}");
    sql("ALTER ROLE app_reader LOGIN PASSWORD 'kept too' CONNECTION LIMIT 7");
    sql("CREATE DATABASE empty");
    let before = sql(SHARED);
    let empty = server.url("empty");
    let commands: &[&[&str]] = &[
        &["verify"],
        &["schema"],
        &["lint"],
        &["lint", "--all", "--observe"],
        &["rehearse", "--local"],
        &["rehearse", "--local", "--database-url", &empty],
        &["adopt", "--dry-run", "--database-url", &empty],
        &["adopt", "--sql", "--database-url", &empty],
        &["upgrade", "--dry-run"],
        &["upgrade", "--sql"],
        &["downgrade", "base", "--dry-run"],
        &["downgrade", "base", "--sql"],
        &["stamp", "head", "--sql"],
        &["current"],
        &["history", "--verbose"],
        &["check"],
        &["doctor"],
        &["role", "list"],
        &["renumber", "--dry-run"],
        &["completions", "bash"],
        &["new", "another"],
    ];
    // The others ask for no scratch server, and so run the same with and without binaries.
    let asks_for_scratch = |arguments: &[&str]| {
        matches!(arguments[0], "verify" | "schema" | "adopt" | "check") || arguments.contains(&"--observe")
    };
    for has_binaries in [true, false] {
        for &arguments in commands.iter().filter(|arguments| has_binaries || asks_for_scratch(arguments)) {
            let mut command =
                if has_binaries { project.with_binaries(arguments) } else { project.command(arguments) };
            let run = run(command.env("DIRECT_DATABASE_URL", &url));
            assert_eq!(sql(SHARED), before, "{arguments:?} changed what the server shares: {run}");
            let needs_scratch = matches!(arguments[0], "verify" | "schema");
            if needs_scratch && has_binaries {
                assert_eq!(run.code, Some(0), "{arguments:?}: {run}");
            }
            if arguments[0] == "new" {
                let made = entries(&project.sql_dir());
                made.iter().filter(|file| file.contains("another")).for_each(|file| project.remove(file));
            }
        }
    }
}

#[test]
fn what_others_change_meanwhile_is_not_held_against_a_migration() {
    // A plain SELECT, which is not watched as a block is, and can wait for nothing that this test could do.
    let project = Project::among_roles(&[
        (
            "V1__a.sql",
            "-- branchline: no-transaction\nCREATE TABLE t (id int);\nSELECT pg_sleep(1.5);\n\
             CREATE INDEX CONCURRENTLY t_id ON t (id);\n",
        ),
        ("V1__a.down.sql", "DROP TABLE t;\n"),
    ]);
    let running = project.start(&["schema"]);
    project.wait_until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(1.5)' AND datname LIKE \
         'branchline_scratch_%')",
    );
    project.sql("CREATE DATABASE place_other");
    project.sql("CREATE ROLE place_other");
    let run = Run::wait(running);
    project.sql("DROP DATABASE place_other");
    project.sql("DROP ROLE place_other");
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn a_role_that_a_block_which_commits_makes_is_refused_and_may_be_somebody_elses() {
    let block = "-- branchline: no-transaction\nDO $$ BEGIN EXECUTE 'CREATE ROLE place_j'; COMMIT; END $$;\n";
    let project = Project::among_roles(&[("V1__a.sql", block), ("V1__a.down.sql", "SELECT 1;\n")]);
    let said = project.run(&["schema"]).refusal();
    assert!(said.contains("role place_j"), "{said}");
    assert!(said.contains("If somebody else changed this meanwhile, run the command again."), "{said}");
    project.sql("DROP ROLE place_j");
}

#[test]
fn a_database_that_others_are_dropping_is_not_held_against_a_block_that_commits() {
    // It goes on once the database is being dropped: a minute at most, so that a failure ends too.
    let waits = "DO $$ BEGIN FOR turn IN 1..1200 LOOP EXIT WHEN EXISTS (SELECT FROM pg_database WHERE \
                 datname = 'being_dropped' AND datconnlimit = -2); PERFORM pg_sleep(0.05); END LOOP; END $$";
    let project = Project::with(&[
        (
            "V1__a.sql",
            &format!(
                "-- branchline: no-transaction\nCREATE TABLE t (id int);\n{waits};\nDO $$ BEGIN COMMIT; END \
                 $$;\n"
            ),
        ),
        ("V1__a.down.sql", "DROP TABLE t;\n"),
    ]);
    project.sql("CREATE DATABASE being_dropped");
    let running = project.start(&["schema"]);
    project.wait_until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'DO %being_dropped%' AND datname LIKE \
         'branchline_scratch_%')",
    );
    // DROP DATABASE sets this first, so an interrupted one leaves it behind.
    project.sql("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'being_dropped'");
    let run = Run::wait(running);
    project.sql("DROP DATABASE being_dropped");
    assert_eq!(run.code, Some(0), "{run}");
}
