//! Migrations tried on a copy: what is measured, what fails, what is left behind.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::gates::UNTIL_SOMEBODY_WAITS;
use crate::harness::{Project, Run};

/// Copies of the project's database.
const COPIES: &str = "SELECT count(*) FROM pg_database WHERE starts_with(datname, 'branchline_rehearsal_' || \
    (SELECT oid FROM pg_database WHERE datname = current_database()) || '_')";

/// A table with rows, applied, and the migrations that are pending.
pub fn with_rows(rows: u32, pending: &[(&str, &str)]) -> Project {
    let project = Project::with(&[
        ("V1__a.sql", "CREATE TABLE a (id int, name text);\n"),
        ("V1__a.down.sql", "DROP TABLE a;\n"),
    ]);
    project.done(&["upgrade"]);
    project.sql(&format!("INSERT INTO a SELECT n, 'name ' || n FROM generate_series(1, {rows}) n"));
    for (file, sql) in pending {
        project.write(file, sql);
    }
    project
}

/// Runs a rehearsal that is to end with this status, and gives its report. Nothing may be left behind.
#[track_caller]
pub fn report(project: &Project, code: i32, arguments: &[&str]) -> Value {
    let file = project.folder().join("report.json");
    let arguments: Vec<&str> = ["rehearse", "--local", "--report-json", file.to_str().unwrap()]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    let run = project.run(&arguments);
    assert_eq!(run.code, Some(code), "{run}");
    assert_eq!(project.sql(COPIES), "0", "a copy is left");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn statement(report: &Value, migration: usize, statement: usize) -> &Value {
    &report["migrations"][migration]["statements"][statement]
}

fn modes(statement: &Value) -> Vec<(&str, &str)> {
    let locks = statement["locks"].as_array().unwrap();
    locks.iter().map(|lock| (lock["mode"].as_str().unwrap(), lock["relation"].as_str().unwrap())).collect()
}

#[test]
fn our_own_migrations_pass() {
    let project = Project::with_ours();
    let report = report(&project, 0, &["--max-lock", "5s"]);
    assert_eq!(report["verdict"], "passed");
    assert_eq!(report["source"]["head"], Value::Null);
    assert_eq!(report["findings"], json!([]));
    assert_eq!(
        project.sql("SELECT to_regclass('refinery_schema_history') IS NULL"),
        "t",
        "the database is untouched"
    );
}

#[test]
fn each_statement_tells_what_it_locked_rewrote_read_and_built() {
    let project = with_rows(
        1_000,
        &[
            (
                "V2__b.sql",
                "CREATE INDEX a_name ON a (name);\nALTER TABLE a ALTER id TYPE bigint;\nCREATE TABLE b (id \
                 int);\nCREATE INDEX b_id ON b (id);\nUPDATE a SET name = 'x' WHERE id = 1;\n",
            ),
            ("V2__b.down.sql", "DROP TABLE b;\nDROP INDEX a_name;\nALTER TABLE a ALTER id TYPE int;\n"),
            (
                "V3__c.sql",
                "-- branchline: no-transaction\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nTRUNCATE a;\n",
            ),
            ("V3__c.down.sql", "-- branchline: no-transaction\nDROP INDEX CONCURRENTLY a_id;\n"),
        ],
    );
    let report = report(&project, 3, &[]);
    let index = statement(&report, 0, 0);
    assert_eq!(modes(index), [("SHARE", "public.a")]);
    assert_eq!((&index["rewrites"], &index["indexes"]), (&json!([]), &json!(["public.a_name"])));
    assert_eq!(index["scans"], json!([{ "table": "public.a", "rows": 1_000 }]));
    let rewrite = statement(&report, 0, 1);
    assert_eq!(modes(rewrite), [("ACCESS EXCLUSIVE", "public.a")]);
    assert_eq!(
        (&rewrite["rewrites"], &rewrite["indexes"]),
        (&json!(["public.a"]), &json!(["public.a_name"]))
    );
    // Once to rewrite it, once for its index.
    assert_eq!(rewrite["scans"], json!([{ "table": "public.a", "rows": 2_000 }]));
    assert_eq!(modes(statement(&report, 0, 2)), [], "nobody uses a table that is new");
    assert_eq!(modes(statement(&report, 0, 3)), []);
    let concurrent = statement(&report, 1, 0);
    assert!(modes(concurrent).iter().all(|(mode, _)| *mode != "SHARE"), "{concurrent}");
    assert_eq!(concurrent["indexes"], json!(["public.a_id"]));
    assert_eq!(statement(&report, 1, 1)["rewrites"], json!([]), "an emptied table is not rewritten");
    // The rows are gone.
    assert_eq!(report["findings"][0]["about"], "data");
    assert_eq!(report["way_back"]["proved"], json!(["V2__b", "V3__c"]));
}

#[test]
fn locks_are_held_to_the_end_of_the_transaction_and_a_waiting_session_saw_as_much() {
    let project = with_rows(
        50_000,
        &[
            ("V2__b.sql", &format!("LOCK TABLE a IN SHARE MODE;\n{UNTIL_SOMEBODY_WAITS}")),
            ("V2__b.down.sql", "SELECT 1;\n"),
        ],
    );
    project.make_gate();
    let report = report(&project, 1, &["--max-lock", "300ms"]);
    let lock = &statement(&report, 0, 0)["locks"][0];
    let held = lock["held_ms"].as_f64().unwrap();
    assert!(held >= 500.0, "{lock}");
    let probe = |who: &str| {
        report["probes"].as_array().unwrap().iter().find(|probe| probe["who"] == who).unwrap().clone()
    };
    let waits = probe("writer")["waits"].clone();
    let waited =
        waits.as_array().unwrap().iter().map(|wait| wait["waited_ms"].as_f64().unwrap()).fold(0.0, f64::max);
    assert!(waited >= 500.0, "a writer waited {waited} ms, the lock was held for {held}");
    assert_eq!(probe("reader")["waits"], json!([]), "SHARE stops no reader");
    assert_eq!(report["findings"][0]["level"], "failure");
    assert_eq!(report["findings"][0]["about"], "lock");
    assert_eq!(report["findings"][0]["line"], 1);
}

#[test]
fn rows_that_a_transaction_keeps_locked_are_seen_by_the_writer_who_waits() {
    let project = with_rows(
        1_000,
        &[
            ("V2__b.sql", &format!("UPDATE a SET name = upper(name);\n{UNTIL_SOMEBODY_WAITS}")),
            ("V2__b.down.sql", "SELECT 1;\n"),
        ],
    );
    project.make_gate();
    let report = report(&project, 1, &["--max-lock", "300ms"]);
    let message = report["findings"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("rows of public.a were locked (a writer waited "), "{message}");
}

#[test]
fn the_report_comes_in_three_forms_and_text() {
    let project = with_rows(
        10,
        &[
            ("V2__b.sql", "SELECT '<script>|\u{202e}\u{1b}[31m';\nALTER TABLE a ADD b int;\n"),
            ("V2__b.down.sql", "ALTER TABLE a DROP b;\n"),
        ],
    );
    report(&project, 0, &["--report-html", "r.html", "--report-markdown", "r.md"]);
    let file = |name: &str| fs::read_to_string(project.folder().join(name)).unwrap();
    let (html, markdown) = (file("r.html"), file("r.md"));
    assert!(
        html.starts_with("<!doctype html>") && html.contains("&lt;script&gt;") && !html.contains("<script"),
        "{html}"
    );
    // The row of the timeline and the statement itself; the colon is ours, so it is outside.
    assert!(html.contains(">1: <bdi>SELECT '&lt;script&gt;|\\u{202e}\\u{1b}[31m'</bdi></div>"), "{html}");
    assert!(html.contains("<pre><bdi>SELECT "), "{html}");
    assert!(!html.contains("http:") && !html.contains("https:"), "a page that needs nothing else");
    assert!(
        markdown.starts_with("<!-- branchline rehearsal -->\n### ✅ The rehearsal passed\n"),
        "{markdown}"
    );
    assert!(markdown.contains("V2\\_\\_b.sql:1 SELECT '&lt;script&gt;\\|\\\\u{202e}"), "{markdown}");
    let text = project.run(&["rehearse", "--local"]).stdout;
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let (above, notes) = text.split_once("1 migration was rehearsed. Passed.\n").unwrap();
    assert!(!above.contains("note:") && notes.starts_with("\nnote: V2__b.sql, line 2: "), "{text}");
    let url = project.database.url();
    let password =
        url.split_once("://").and_then(|(_, rest)| rest.split_once('@')?.0.split_once(':')).unwrap().1;
    let json = file("report.json");
    let hidden = ['\u{202e}', '\u{1b}'];
    assert!(
        [&html, &markdown, &text].iter().all(|form| !form.contains(hidden)),
        "a character that is not seen"
    );
    assert!(
        [html, markdown, text, json].iter().all(|form| !form.contains(password)),
        "a report shows the password"
    );
}

#[test]
fn the_examples_of_the_documentation_do_what_it_says() {
    for (name, code) in [("bad", 1), ("good", 0)] {
        let project = Project::with(&[]);
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples");
        for entry in fs::read_dir(examples.join(name)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, project.sql_dir().join(path.file_name().unwrap())).unwrap();
        }
        project.done(&["upgrade", "1"]);
        let rows = fs::read_to_string(examples.join("visits.sql")).unwrap();
        project.sql(&rows.replace("1000000", "20000"));
        let report = report(&project, code, &["--deny", "rewrite", "--deny", "scan"]);
        let failures =
            report["findings"].as_array().unwrap().iter().filter(|finding| finding["level"] == "failure");
        let about: Vec<&str> = failures.map(|finding| finding["about"].as_str().unwrap()).collect();
        let expected: &[&str] = if name == "bad" { &["rewrite", "scan", "scan"] } else { &[] };
        assert_eq!(about, expected, "{report}");
    }
}

#[test]
fn a_sequence_that_begins_again_collides_with_the_rows_that_are_there() {
    let identity = "ALTER TABLE t ALTER id DROP DEFAULT;\nDROP SEQUENCE t_id_seq;\n\
                    ALTER TABLE t ALTER id ADD GENERATED BY DEFAULT AS IDENTITY;\n";
    let serial = "ALTER TABLE t ALTER id DROP IDENTITY;\nCREATE SEQUENCE t_id_seq AS integer OWNED BY t.id;\n\
                  ALTER TABLE t ALTER id SET DEFAULT nextval('t_id_seq');\n";
    let next = "SELECT setval('t_id_seq', (SELECT max(id) FROM t));\n";
    let project = Project::with(&[
        ("V1__t.sql", "CREATE TABLE t (id serial PRIMARY KEY);\n"),
        ("V1__t.down.sql", "DROP TABLE t;\n"),
        ("V2__identity.sql", identity),
        ("V2__identity.down.sql", serial),
    ]);
    project.done(&["upgrade", "1"]);
    project.sql("INSERT INTO t SELECT FROM generate_series(1, 3)");
    let found = |code| {
        let report = report(&project, code, &[]);
        let about_data = |finding: &&Value| finding["about"] == "data";
        let found: Vec<&Value> = report["findings"].as_array().unwrap().iter().filter(about_data).collect();
        let text = |finding: &&Value| {
            finding["message"].as_str().unwrap().split(" is taken").next().unwrap().to_owned()
        };
        found.iter().map(text).collect::<Vec<_>>()
    };
    let after = |way| format!("after the {way} the number that comes next in t.id");
    assert_eq!(found(1), [after("ups"), after("downs")]);
    project.write("V2__identity.sql", &format!("{identity}{next}"));
    project.write("V2__identity.down.sql", &format!("{serial}{next}"));
    assert_eq!(found(0), Vec::<String>::new());
}

#[test]
fn a_migration_that_fails_midway_is_reported_with_its_line() {
    let project = with_rows(
        10,
        &[
            ("V2__b.sql", "CREATE TABLE b ();\nALTER TABLE a ADD CHECK (id > 5);\n"),
            ("V2__b.down.sql", "DROP TABLE b;\n"),
        ],
    );
    let report = report(&project, 1, &["--", "true"]);
    assert_eq!(report["findings"][0]["about"], "migration");
    assert_eq!(
        (&report["findings"][0]["file"], &report["findings"][0]["line"]),
        (&json!("V2__b.sql"), &json!(2))
    );
    assert!(report["findings"][0]["message"].as_str().unwrap().contains("check constraint"));
    assert_eq!(report["command"], Value::Null, "there is nothing to test");
}

#[test]
fn a_down_that_does_not_restore_fails() {
    let project =
        with_rows(10, &[("V2__b.sql", "ALTER TABLE a ADD b int;\n"), ("V2__b.down.sql", "SELECT 1;\n")]);
    let report = report(&project, 1, &[]);
    assert_eq!(report["findings"][0]["file"], "V2__b.down.sql");
    assert!(report["findings"][0]["message"].as_str().unwrap().contains("+ column public.a.b"));
}

#[test]
fn the_schema_at_the_end_is_compared_with_the_file() {
    let project = with_rows(
        0,
        &[("V2__b.sql", "ALTER TABLE a ADD b int;\n"), ("V2__b.down.sql", "ALTER TABLE a DROP b;\n")],
    );
    project.done(&["schema", "--output", "migrations/schema.sql"]);
    report(&project, 0, &[]);
    project.sql("CREATE INDEX by_hand ON a (id)");
    let report = report(&project, 1, &[]);
    assert_eq!(report["findings"][0]["about"], "schema");
    assert!(report["findings"][0]["message"].as_str().unwrap().contains("+ CREATE INDEX by_hand"));
}

#[test]
fn the_command_tests_the_migrated_copy_and_its_failure_is_the_rehearsals() {
    let add = [("V2__b.sql", "ALTER TABLE a ADD b bigint;\n"), ("V2__b.down.sql", "ALTER TABLE a DROP b;\n")];
    let project = with_rows(10, &add);
    // The copy is migrated and writable, and what the command writes is no migration's doing.
    let psql = project.database.server().bin_dir().join("psql");
    let script =
        format!("{} \"$DIRECT_DATABASE_URL\" -c 'DELETE FROM a WHERE b IS NULL' >&2", psql.display());
    let passed = report(&project, 0, &["--", "sh", "-c", &script]);
    assert_eq!(passed["command"]["is_success"], true);
    assert_eq!(passed["findings"], json!([]));
    assert_eq!(project.sql("SELECT count(*) FROM a"), "10");
    let failed = report(&project, 1, &["--", "sh", "-c", "echo told; exit 7"]);
    assert_eq!(failed["command"]["outcome"], "ended with exit status 7");
    assert_eq!(failed["findings"][0]["about"], "command");
}

#[test]
fn a_command_that_hangs_is_ended_with_its_children() {
    let project = with_rows(0, &[]);
    let pids = project.folder().join("pids");
    let script = format!("sleep 60 & echo $! > {0}; wait", pids.display());
    let report = report(&project, 1, &["--timeout", "500ms", "--", "sh", "-c", &script]);
    assert_eq!(report["command"]["outcome"], "did not end within 500 ms, the --timeout");
    let pid = fs::read_to_string(pids).unwrap();
    assert!(!is_running(pid.trim()), "the command's child is left");
}

/// Waits until a command has made a file.
fn wait_for(file: &Path) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !file.exists() {
        assert!(Instant::now() < deadline, "{} never comes", file.display());
        thread::sleep(Duration::from_millis(20));
    }
}

fn is_running(pid: &str) -> bool {
    // A zombie, whose parent has gone, is not running.
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn a_command_that_is_not_there_is_said_to_be() {
    let project = with_rows(0, &[]);
    let error = project.run(&["rehearse", "--local", "--", "no-such-program"]).refusal();
    assert!(error.contains("the command no-such-program cannot be started"), "{error}");
    assert_eq!(project.sql(COPIES), "0");
}

#[test]
fn a_database_that_is_in_use_is_refused_with_what_to_do() {
    let project = with_rows(0, &[]);
    thread::scope(|scope| {
        scope.spawn(|| {
            project.psql(&[
                "--command",
                "SET application_name = 'the app'",
                "--command",
                "SELECT pg_sleep(30)",
            ])
        });
        project
            .wait_until("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)')");
        let error = project.run(&["rehearse", "--local"]).refusal();
        assert!(
            error.contains("in use") && error.contains("the app") && error.contains("Neon branch"),
            "{error}"
        );
        project.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'",
        );
    });
    assert_eq!(project.sql(COPIES), "0");
}

#[test]
fn a_copy_is_kept_where_that_is_asked_for() {
    let project =
        with_rows(0, &[("V2__b.sql", "CREATE TABLE b ();\n"), ("V2__b.down.sql", "DROP TABLE b;\n")]);
    let run = project.run(&["rehearse", "--local", "--keep"]);
    assert_eq!(run.code, Some(0), "{run}");
    let name = run.stderr.strip_suffix(" was kept.\n").unwrap();
    // The next one leaves it alone.
    report(&project, 0, &[]);
    assert_eq!(project.sql(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")), "1");
    project.sql(&format!("DROP DATABASE {name}"));
}

/// A file, its down, a command, and by what it is known that the rehearsal has come there.
const PHASES: [(&str, &str, &str, &str); 3] = [
    ("SELECT pg_sleep(31);\n", "SELECT 1;\n", "true", "pg_sleep(31)"),
    ("SELECT 1;\n", "SELECT pg_sleep(32);\n", "true", "pg_sleep(32)"),
    ("CREATE TABLE b ();\n", "DROP TABLE b;\n", "sleep 33", ""),
];

#[test]
fn an_interrupt_leaves_nothing_at_any_phase() {
    for (signal, (up, down, command, sign)) in ["-INT", "-TERM", "-INT"].iter().zip(PHASES) {
        let project = with_rows(0, &[("V2__b.sql", up), ("V2__b.down.sql", down)]);
        let mark = project.folder().join("mark");
        let script = format!("touch {}; {command}", mark.display());
        let runner = project.start(&["rehearse", "--local", "--", "sh", "-c", &script]);
        if sign.is_empty() {
            wait_for(&mark);
        } else {
            project.wait_until(&format!(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%{sign}%' AND pid <> \
                 pg_backend_pid())"
            ));
        }
        let pid = runner.id().to_string();
        assert!(std::process::Command::new("kill").args([*signal, &pid]).status().unwrap().success());
        assert!(Run::wait(runner).refusal().contains("interrupted"));
        assert_eq!(project.sql(COPIES), "0");
    }
}

#[test]
fn what_a_killed_run_leaves_the_next_one_removes() {
    let project = with_rows(0, &[("V2__b.sql", "SELECT pg_sleep(34);\n"), ("V2__b.down.sql", "SELECT 1;\n")]);
    let mut runner = project.start(&["rehearse", "--local"]);
    project.wait_until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(34)%' AND \
                        pid <> pg_backend_pid())",
    );
    runner.kill().unwrap();
    Run::wait(runner);
    assert_eq!(project.sql(COPIES), "1");
    project.write("V2__b.sql", "SELECT 1;\n");
    report(&project, 0, &[]);
}

#[test]
fn runs_at_once_leave_each_others_copies_alone() {
    let project =
        with_rows(0, &[("V2__b.sql", "CREATE TABLE b ();\n"), ("V2__b.down.sql", "DROP TABLE b;\n")]);
    let script = "touch begun; while [ ! -e go ]; do sleep 0.05; done";
    let slow = project.start(&["rehearse", "--local", "--timeout", "30s", "--", "sh", "-c", script]);
    wait_for(&project.folder().join("begun"));
    let quick = project.run(&["rehearse", "--local"]);
    assert_eq!(quick.code, Some(0), "{quick}");
    fs::write(project.folder().join("go"), "").unwrap();
    let run = Run::wait(slow);
    assert_eq!(run.code, Some(0), "{run}");
}
