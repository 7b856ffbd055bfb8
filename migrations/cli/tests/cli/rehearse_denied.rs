//! Events that fail a rehearsal if `--deny` names them, and are reported otherwise.

use serde_json::json;

use crate::harness::Project;
use crate::rehearse::{report, with_rows};

#[test]
fn what_is_denied_fails_the_rehearsal() {
    let rewrite = [
        ("V2__b.sql", "ALTER TABLE a ALTER id TYPE bigint;\n"),
        ("V2__b.down.sql", "ALTER TABLE a ALTER id TYPE int;\n"),
    ];
    let project = with_rows(100, &rewrite);
    assert_eq!(report(&project, 0, &[])["verdict"], "passed");
    let denied = report(&project, 1, &["--deny", "rewrite", "--deny", "scan"]);
    assert_eq!(denied["verdict"], "failed");
    assert_eq!(denied["findings"][0]["file"], "V2__b.sql");

    let project =
        with_rows(100, &[("V2__b.sql", "-- branchline: irreversible: for the test\nDELETE FROM a;\n")]);
    assert_eq!(report(&project, 3, &[])["way_back"]["without"], json!(["V2__b"]));
    let denied = report(&project, 1, &["--deny", "irreversible", "--deny", "data"]);
    let failures =
        denied["findings"].as_array().unwrap().iter().filter(|finding| finding["level"] == "failure");
    assert_eq!(failures.count(), 2);
}

#[test]
fn rows_that_go_with_a_column_a_table_or_a_partition_are_missed() {
    let lost = |project: &Project| {
        let denied = report(project, 1, &["--deny", "data"]);
        let findings = denied["findings"].as_array().unwrap();
        assert!(findings.iter().any(|finding| finding["about"] == "data"), "{denied}");
        let of_data = findings.iter().filter(|finding| finding["about"] == "data");
        of_data.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let expected = ["public.a had 100 rows and has 0 after the migrations"];
    // The table's lock comes before those of its rows: the other way round, a writer that waits for a row
    // while the migration waits for the writer is a deadlock, as it would be on production.
    for statement in ["ALTER TABLE a DROP COLUMN id; DELETE FROM a", "DROP TABLE a"] {
        let sql = format!("-- branchline: irreversible: for the test\n{statement};\n");
        assert_eq!(lost(&with_rows(100, &[("V2__b.sql", &sql)])), expected, "{statement}");
    }
    let parted = "CREATE TABLE parted (id int) PARTITION BY RANGE (id);
        CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (1000);
        INSERT INTO parted SELECT generate_series(1, 50);\n";
    let project = with_rows(100, &[("V2__b.sql", parted)]);
    project.done(&["upgrade"]);
    project
        .write("V3__c.sql", "-- branchline: irreversible: for the test\nDELETE FROM parted WHERE id > 20;\n");
    assert_eq!(lost(&project), ["public.parted had 50 rows and has 20 after the migrations"]);

    let said = "-- branchline: irreversible: for the test\n-- branchline: loses a.*: nobody reads it\nDROP \
                TABLE a;\n";
    let project = with_rows(100, &[("V2__b.sql", said)]);
    report(&project, 3, &["--deny", "data"]);
}

#[test]
fn what_the_linter_says_is_a_note_until_it_is_denied() {
    let add = [("V2__b.sql", "CREATE INDEX a_b ON a (id);\n"), ("V2__b.down.sql", "DROP INDEX a_b;\n")];
    let project = with_rows(10, &add);
    let noted = report(&project, 0, &[]);
    let message = "An index is built while nobody can write (require-concurrent-index-creation)";
    assert_eq!(noted["findings"][0]["message"], message);
    assert_eq!(
        (&noted["findings"][0]["about"], &noted["findings"][0]["level"]),
        (&json!("lint"), &json!("note"))
    );
    assert_eq!(report(&project, 1, &["--deny", "lint"])["findings"][0]["level"], "failure");
}
