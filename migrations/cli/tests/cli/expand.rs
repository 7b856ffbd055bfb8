//! `new --from … --expand`: a change of type beside those who use the table.

use std::fs;

use crate::harness::Project;

const BEFORE: &str = "\
    CREATE TABLE visits (\n\
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n\
        page varchar(200) CONSTRAINT one_of_a_page UNIQUE,\n\
        last int DEFAULT 7,\n\
        seconds int DEFAULT 0 NOT NULL CONSTRAINT no_less CHECK (seconds >= 0)\n\
    );\n\
    CREATE TABLE clicks (id serial PRIMARY KEY, visit int NOT NULL REFERENCES visits);\n\
    CREATE INDEX visits_long ON visits (seconds DESC, page) WHERE seconds > 100;\n\
    CREATE INDEX clicks_of ON clicks (visit);\n\
    CREATE VIEW longest AS SELECT id, seconds FROM visits WHERE seconds > 100;\n";

const BACK: &str = "DROP VIEW longest;\nDROP TABLE clicks, visits;\n";

fn project(before: &str, back: &str, after: &str) -> Project {
    let project = Project::with(&[("V1__visits.sql", before), ("V1__visits.down.sql", back)]);
    fs::write(project.folder().join("migrations/schema.sql"), after).unwrap();
    project
}

/// Wider numbers of visits, with what refers to them.
fn widened() -> String {
    BEFORE
        .replace("id int", "id bigint")
        .replace("seconds int", "seconds bigint")
        .replace("visit int", "visit bigint")
}

/// What the rows say, whatever the types.
fn rows(project: &Project) -> String {
    project.sql(
        "SELECT count(*), sum(v.id), sum(seconds), string_agg(page, '' ORDER BY page), count(c.id) \
         FROM visits v LEFT JOIN clicks c ON c.visit = v.id",
    )
}

fn types(project: &Project) -> String {
    project.sql(
        "SELECT string_agg(table_name || '.' || column_name || ' ' || data_type, ', ' ORDER BY table_name, \
         column_name) FROM information_schema.columns WHERE table_name IN ('visits', 'clicks') AND \
         column_name IN ('id', 'visit', 'seconds')",
    )
}

#[test]
fn types_change_while_rows_are_read_and_written() {
    let project = project(BEFORE, BACK, &widened());
    project.done(&["upgrade"]);
    let before = project.catalog();
    project.sql(
        "INSERT INTO visits (page, seconds) SELECT 'page ' || n, n FROM generate_series(1, 300) n;
         INSERT INTO clicks (visit) SELECT n FROM generate_series(1, 50) n",
    );
    let run = project.done(&["new", "wider", "--from", "migrations/schema.sql", "--expand"]);
    assert!(run.stderr.contains("Proved"), "{run}");
    assert!(!run.stderr.contains("rewrites"), "{run}");

    // One file after the other, and rows come and change in between as an older function writes them.
    let is_up = |name: &str| name.ends_with(".sql") && !name.ends_with(".down.sql");
    let names = fs::read_dir(project.sql_dir()).unwrap().map(|file| file.unwrap().file_name());
    let last = names.filter(|name| is_up(name.to_str().unwrap())).count();
    for number in 2..=last {
        project.done(&["upgrade", "+1"]);
        project.sql(&format!(
            "INSERT INTO visits (page, seconds) VALUES ('new {number}', 1000);
             INSERT INTO clicks (visit) SELECT max(id) FROM visits;
             UPDATE visits SET seconds = seconds + 1 WHERE page = 'page {number}'"
        ));
    }
    let expected = "clicks.id integer, clicks.visit bigint, visits.id bigint, visits.seconds bigint";
    assert_eq!(types(&project), expected);
    // 1 to 300, and those that came: each with its number and its click, and a second more in as many others.
    let (came, all) = (last - 1, 300 + last - 1);
    let pages = project.sql("SELECT count(*), sum(id), sum(seconds) FROM visits");
    assert_eq!(pages, format!("{all}|{}|{}", all * (all + 1) / 2, 300 * 301 / 2 + came * 1001));
    assert_eq!(project.sql("SELECT count(*) FROM clicks WHERE visit > 300"), came.to_string());
    assert_eq!(project.sql("SELECT count(*) FROM pg_constraint WHERE NOT convalidated"), "0");
    project.done(&["check"]);
    project.done(&["check", "--schema"]);

    // And back, with what came since.
    let there = rows(&project);
    project.done(&["downgrade", "1"]);
    assert_eq!(types(&project), expected.replace("bigint", "integer"));
    assert_eq!(rows(&project), there);
    assert_eq!(
        project.sql("INSERT INTO visits (page) VALUES ('last') RETURNING id").lines().next(),
        Some((all + 1).to_string().as_str())
    );
    let columns = |catalog: &str| {
        // The columns are at the end now.
        let mut lines: Vec<String> =
            catalog.lines().map(|line| line.trim_end_matches(',').to_owned()).collect();
        lines.sort();
        lines
    };
    assert_eq!(columns(&project.catalog()), columns(&before));
}

#[test]
fn without_it_the_cost_is_named() {
    let project = project(BEFORE, BACK, &widened());
    let run = project.done(&["new", "wider", "--from", "migrations/schema.sql"]);
    for part in ["rewrites public.visits", "ACCESS EXCLUSIVE public.visits", "--expand"] {
        assert!(run.stderr.contains(part), "{part}: {run}");
    }
}

#[test]
fn a_narrower_type_is_a_loss_here_too_and_an_excluding_column_is_changed_in_place() {
    let narrow = project("CREATE TABLE t (a bigint);\n", "DROP TABLE t;\n", "CREATE TABLE t (a int);\n");
    let run = narrow.run(&["new", "narrow", "--from", "migrations/schema.sql", "--expand"]);
    assert!(run.refusal().contains("--allow-loss public.t.a"), "{run}");
    narrow.done(&["new", "narrow", "--from", "migrations/schema.sql", "--expand", "--allow-loss", "t.a"]);

    let table = "CREATE TABLE t (a int, EXCLUDE (a WITH =));\n";
    let excluding = project(table, "DROP TABLE t;\n", &table.replace("a int", "a bigint"));
    let run = excluding.done(&["new", "wider", "--from", "migrations/schema.sql", "--expand"]);
    let words = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("by writing the table anew: an exclusion constraint is on it"), "{run}");
}

#[test]
fn names_may_hold_what_quotes_a_block() {
    let table = "CREATE TABLE \"t's $$\" (\"a$body1$\" int);\n";
    let odd = project(table, "DROP TABLE \"t's $$\";\n", &table.replace(" int", " bigint"));
    odd.done(&["upgrade"]);
    odd.sql("INSERT INTO \"t's $$\" SELECT generate_series(1, 3)");
    odd.done(&["new", "wider", "--from", "migrations/schema.sql", "--expand"]);
    odd.done(&["upgrade"]);
    assert_eq!(odd.sql("SELECT sum(\"a$body1$\"), pg_typeof(max(\"a$body1$\")) FROM \"t's $$\""), "6|bigint");
}
